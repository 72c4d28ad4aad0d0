// What the core (core/) needs of MicroPython.
#ifndef AFUNIX_PLATFORM_H
#define AFUNIX_PLATFORM_H

#if MICROPY_ENABLE_DYNRUNTIME
#include "thin.h"
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
#else
#include <string.h>
#endif
#define AF_COPY(to, from, n) memcpy((to), (from), (n))

#endif
