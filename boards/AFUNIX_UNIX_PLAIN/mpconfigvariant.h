#include "../AFUNIX_UNIX/mpconfigvariant.h"

// As on a processor that MicroPython makes no machine code for: a Raspberry Pi with a 64-bit system, or WebAssembly.
#define MICROPY_EMIT_X64 (0)
#define MICROPY_EMIT_X86 (0)
#define MICROPY_EMIT_THUMB (0)
#define MICROPY_EMIT_ARM (0)
