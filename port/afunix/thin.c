#include "af_platform.h"

#if MICROPY_ENABLE_DYNRUNTIME

// What is called seldom goes through one more function, so that only that looks for the table.
typedef uintptr_t (*function_t)(uintptr_t a, uintptr_t b, uintptr_t c);

static __attribute__((noinline)) uintptr_t via(uintptr_t a, uintptr_t b, uintptr_t c, size_t offset) {
    return (*(function_t *)((uint8_t *)&mp_fun_table + offset))(a, b, c);
}

#define VIA(function, a, b, c) via((uintptr_t)(a), (uintptr_t)(b), (uintptr_t)(c), offsetof(mp_fun_table_t, function))

mp_obj_t af_none(void) {
    return (mp_obj_t)mp_fun_table.const_none;
}

mp_obj_t af_bool(bool value) {
    return (mp_obj_t)(value ? mp_fun_table.const_true : mp_fun_table.const_false);
}

bool af_is_true(mp_obj_t object) {
    return (uint8_t)VIA(obj_is_true, object, object, object);
}

static AF_NORETURN void raise(qstr name) {
    uintptr_t type = VIA(load_global, name, 0, 0);
    VIA(raise_msg, type, NULL, 0);
    __builtin_unreachable();
}

void *af_allocate(size_t size, const mp_obj_type_t *type) {
    mp_obj_base_t *made = mp_fun_table.realloc_(NULL, size, false);
    if (made == NULL) {
        raise(MP_QSTR_MemoryError);
    }
    if (type != NULL) {
        made->type = type;
    }
    return made;
}

bool af_get_buffer(mp_obj_t object, mp_buffer_info_t *buffer, mp_uint_t flags) {
    return mp_fun_table.get_buffer(object, buffer, flags);
}

mp_obj_t af_call(mp_obj_t function, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    return (mp_obj_t)VIA(call_function_n_kw, function, n_args | n_kw << 8, args);
}

mp_obj_t af_call_method(size_t n_args, size_t n_kw, const mp_obj_t *args) {
    return (mp_obj_t)VIA(call_method_n_kw, n_args, n_kw, args);
}

void af_load_method(mp_obj_t object, qstr name, mp_obj_t *method) {
    VIA(load_method, object, name, method);
}

mp_obj_t af_list(void) {
    return (mp_obj_t)VIA(new_list, 0, NULL, NULL);
}

void af_list_append(mp_obj_t list, mp_obj_t item) {
    VIA(list_append, list, item, item);
}

mp_obj_t af_tuple(size_t n, const mp_obj_t *items) {
    return (mp_obj_t)VIA(new_tuple, n, items, items);
}

mp_obj_t af_bytearray_at(size_t n, void *bytes) {
    return (mp_obj_t)VIA(obj_new_bytearray_by_ref, n, bytes, bytes);
}

void af_type_error(void) {
    raise(MP_QSTR_TypeError);
}

void af_value_error(void) {
    raise(MP_QSTR_ValueError);
}

// Compilers call these unasked, too.
void *memcpy(void *to, const void *from, size_t n) {
    return mp_fun_table.memmove_(to, from, n);
}

void *memset(void *to, int byte, size_t n) {
    return mp_fun_table.memset_(to, byte, n);
}

#endif
