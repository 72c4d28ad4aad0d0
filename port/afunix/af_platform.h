// What the core (core/) needs of MicroPython.
#ifndef AFUNIX_PLATFORM_H
#define AFUNIX_PLATFORM_H

#if MICROPY_ENABLE_DYNRUNTIME
#include "thin.h"
void *af_memmove(void *to, const void *from, size_t n);
#define AF_COPY(to, from, n) af_memmove((to), (from), (n))
#else
#include <string.h>
#define AF_COPY(to, from, n) memcpy((to), (from), (n))
#endif

#endif
