#include "../AFUNIX_UNIX/mpconfigvariant.h"
