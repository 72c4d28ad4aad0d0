/* What libFuzzer drives: any bytes are operations on the core, which model.c compares with its model.
 *
 * Two bytes for each of the two rings say what it is and where its counters stand. Then follows one byte for each
 * operation, and one for each of its numbers.
 */
#include "fuzz.h"
#include "model.h"

enum { SIZES = 7, SLOTS = 6, NEAR_THE_TOP = 240 };
static const size_t HEADER = 2;

/* From 2 to 128 bytes; no slots, or from 1 to 16; up to 127 before the counters overflow, signed or unsigned. */
static void start(const uint8_t *header) {
    uint32_t size = 2u << header[0] % SIZES;
    uint32_t slots = header[0] / SIZES % SLOTS;
    uint32_t overflow = header[1] & 1 ? UINT32_C(1) << 31 : 0;
    model_start(size, slots ? 1u << (slots - 1) : 0, overflow - (header[1] >> 1));
}

static uint32_t number(char kind, uint8_t byte) {
    switch (kind) {
        case 'n': // some more than there can be room for
            return byte % (model_size() + model_size() / 4 + 2);
        case 'w':
            return byte < NEAR_THE_TOP ? byte : UINT32_MAX - (UINT8_MAX - byte);
        case 'x': // near a power of two, or near the top
            return byte & 1 ? UINT32_MAX - (byte >> 1) : (UINT32_C(1) << (byte >> 3)) - 1 + (byte >> 1 & 3);
        case 'o':
            return byte & 1 ? byte : 0;
        default:
            return byte;
    }
}

/* Runs the operation that `data` begins with. Returns how many bytes it is, 0 where they are too few. */
static size_t run_first(const uint8_t *data, size_t size) {
    const model_operation_t *operation = &model_operations[data[0] % model_operation_count];
    uint32_t numbers[2] = { 0, 0 };
    size_t used = 1;
    for (const char *kind = operation->numbers; *kind; kind++, used++) {
        if (used == size) {
            return 0;
        }
        numbers[used - 1] = number(*kind, data[used]);
    }
    model_run(operation, numbers[0], numbers[1]);
    return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 * HEADER) {
        return 0;
    }
    for (size_t side = 0; side < 2; side++) {
        start(data + side * HEADER);
        model_run(model_operation("turn"), 0, 0);
    }
    size_t used = 2 * HEADER;
    for (size_t step = 1; step && used < size; used += step) {
        step = run_first(data + used, size - used);
    }
    model_end();
    return 0;
}
