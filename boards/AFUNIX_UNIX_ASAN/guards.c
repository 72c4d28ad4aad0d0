// Guards for the heap of MicroPython, which AddressSanitizer takes for one large object: each object is followed by
// bytes that nothing may touch. C code that does is stopped at once. Code that MicroPython's native emitter made is not
// instrumented; what it wrote there is found by heap_guards.check().
//
// An object of n bytes ends in its last block, of which the last 16 bytes are n and a number that tells it is there.
#include <sanitizer/asan_interface.h>
#include <stdint.h>
#include <string.h>

#include "py/gc.h"
#include "py/mpstate.h"
#include "py/runtime.h"

#define RAW __attribute__((no_sanitize_address, optimize("no-tree-loop-distribute-patterns")))
#define SEAL UINT64_C(0xa5c3a5c3a5c3a5c3)

enum { FILL = 0xa5, LEAST = 16, NOTE = 16, BLOCK = MICROPY_BYTES_PER_GC_BLOCK };

void *__real_gc_alloc(size_t n, unsigned int flags);
void *__real_gc_realloc(void *object, size_t n, bool may_move);
void __real_gc_free(void *object);

const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    // The collector looks for addresses in the real stack; and what is alive at the end is no leak.
    return "detect_stack_use_after_return=0:detect_leaks=0:abort_on_error=0:exitcode=86";
}

// gc.c is compiled with these for memset and memcpy, since those of the sanitizer look at the guards.
RAW void *guards_set(void *to, int value, size_t n);
RAW void *guards_set(void *to, int value, size_t n) {
    for (size_t i = 0; i < n; i++) {
        ((volatile uint8_t *)to)[i] = value;
    }
    return to;
}

RAW void *guards_copy(void *to, const void *from, size_t n);
RAW void *guards_copy(void *to, const void *from, size_t n) {
    for (size_t i = 0; i < n; i++) {
        ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    }
    return to;
}

static size_t guarded(size_t n) {
    return (n + LEAST + NOTE + BLOCK - 1) / BLOCK * BLOCK;
}

RAW static void seal(uint8_t *object, size_t n) {
    size_t whole = guarded(n);
    guards_set(object + n, FILL, whole - n - NOTE);
    uint64_t *note = (uint64_t *)(object + whole - NOTE);
    note[0] = n;
    note[1] = SEAL;
    ASAN_UNPOISON_MEMORY_REGION(object, n);
    ASAN_POISON_MEMORY_REGION(object + n, whole - n);
}

void *__wrap_gc_alloc(size_t n, unsigned int flags);
void *__wrap_gc_alloc(size_t n, unsigned int flags) {
    void *object = n ? __real_gc_alloc(guarded(n), flags) : NULL;
    if (object != NULL) {
        seal(object, n);
    }
    return object;
}

void __wrap_gc_free(void *object);
void __wrap_gc_free(void *object) {
    // Before it is free, and perhaps another thread's.
    if (object != NULL && MP_STATE_THREAD(gc_lock_depth) == 0) {
        ASAN_POISON_MEMORY_REGION(object, gc_nbytes(object));
    }
    __real_gc_free(object);
}

RAW static size_t size_of(const uint8_t *object) {
    return *(const uint64_t *)(object + gc_nbytes(object) - NOTE);
}

void *__wrap_gc_realloc(void *object, size_t n, bool may_move);
void *__wrap_gc_realloc(void *object, size_t n, bool may_move) {
    if (object == NULL) {
        return __wrap_gc_alloc(n, 0);
    }
    if (n == 0) {
        __wrap_gc_free(object);
        return NULL;
    }
    size_t former = size_of(object);
    if (MP_STATE_THREAD(gc_lock_depth) == 0) {
        ASAN_POISON_MEMORY_REGION(object, former);
    }
    uint8_t *moved = __real_gc_realloc(object, guarded(n), may_move);
    if (moved == NULL) {
        ASAN_UNPOISON_MEMORY_REGION(object, former);
    } else {
        seal(moved, n);
    }
    return moved;
}

// check(): how many objects there are. A RuntimeError tells of one whose guard was written to.
RAW static mp_obj_t check(void) {
    const mp_state_mem_area_t *area = &MP_STATE_MEM(area);
    size_t blocks = area->gc_alloc_table_byte_len * 4, count = 0;
    for (size_t block = 0; block < blocks;) {
        #define KIND(i) ((area->gc_alloc_table_start[(i) / 4] >> (2 * ((i) & 3))) & 3)
        if (KIND(block) != 1) {
            block++;
            continue;
        }
        size_t end = block + 1;
        while (end < blocks && KIND(end) == 2) {
            end++;
        }
        const uint8_t *object = (const uint8_t *)area->gc_pool_start + block * BLOCK;
        size_t whole = (end - block) * BLOCK;
        const uint64_t *note = (const uint64_t *)(object + whole - NOTE);
        bool intact = note[1] == SEAL && guarded(note[0]) == whole;
        for (size_t i = intact ? note[0] : whole; i < whole - NOTE; i++) {
            intact = intact && object[i] == FILL;
        }
        if (!intact) {
            mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("something was written behind an object"));
        }
        count++;
        block = end;
    }
    return MP_OBJ_NEW_SMALL_INT(count);
}
static MP_DEFINE_CONST_FUN_OBJ_0(check_obj, check);

static const mp_rom_map_elem_t table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_heap_guards) },
    { MP_ROM_QSTR(MP_QSTR_check), MP_ROM_PTR(&check_obj) },
};
static MP_DEFINE_CONST_DICT(globals, table);
const mp_obj_module_t heap_guards_module = { { &mp_type_module }, (mp_obj_dict_t *)&globals };
MP_REGISTER_MODULE(MP_QSTR_heap_guards, heap_guards_module);
