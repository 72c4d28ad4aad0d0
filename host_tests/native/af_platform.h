/* What the core needs where there is no MicroPython. */
#include <string.h>
#ifndef AF_COPY
#define AF_COPY(to, from, n) memcpy((to), (from), (n))
#endif
