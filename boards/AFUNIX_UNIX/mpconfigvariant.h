// The level of features that a Pico has, so that what passes here has a chance to pass there. Threads have no GIL,
// as on the two cores of an RP2040: the unix port's own default, which the tests rely on.
#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

#include "variants/mpconfigvariant_common.h"
