// What the core (core/) needs of MicroPython.
#ifndef AFUNIX_PLATFORM_H
#define AFUNIX_PLATFORM_H

#if MICROPY_ENABLE_DYNRUNTIME
#include "py/dynruntime.h"
#define AF_COPY(to, from, n) mp_fun_table.memmove_((to), (from), (n))
#else
#include <string.h>
#define AF_COPY(to, from, n) memcpy((to), (from), (n))
#endif

#endif
