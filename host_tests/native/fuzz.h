#ifndef AFUNIX_FUZZ_H
#define AFUNIX_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls with what it makes up. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
