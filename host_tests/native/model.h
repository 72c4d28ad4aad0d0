/* The core beside a model that cannot be wrong: a queue that is moved down byte by byte.
 *
 * There are two rings, those of a connected pair; one with slots holds packets. Operations work on one of them until
 * "turn". An operation that nobody may ask for now (to drop a packet where there is none, say) does nothing.
 */
#ifndef AFUNIX_MODEL_H
#define AFUNIX_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest size, number of slots and length of data. */
enum { MODEL_MOST = 1024, MODEL_SLOTS = 64 };

typedef struct {
    const char *name;
    /* What its numbers are: n a length, w any number, x any at all, b bits or a byte, o bits or often 0 */
    const char *numbers;
    void (*run)(uint32_t a, uint32_t b);
} model_operation_t;

extern const model_operation_t model_operations[];
extern const size_t model_operation_count;

/* Print what is done, as lines that drive.c can read? */
extern bool model_shows;

/* The ring that operations work on, from nothing, as if `counter` bytes and packets had passed. */
void model_start(uint32_t size, uint32_t slots, uint32_t counter);

/* NULL where there is none of that name. */
const model_operation_t *model_operation(const char *name);

/* Do it to the core and to the model, and abort where they differ, there or in what can be asked afterwards. */
void model_run(const model_operation_t *operation, uint32_t a, uint32_t b);

/* The size of the ring that operations work on. */
uint32_t model_size(void);

/* Back to two rings of no size. */
void model_end(void);

#endif
