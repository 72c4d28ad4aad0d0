#include "af_platform.h"

#if MICROPY_ENABLE_DYNRUNTIME

mp_obj_t af_none(void) {
    return (mp_obj_t)mp_fun_table.const_none;
}

mp_obj_t af_bool(bool value) {
    return (mp_obj_t)(value ? mp_fun_table.const_true : mp_fun_table.const_false);
}

mp_obj_t af_qstr(qstr name) {
    return mp_fun_table.native_to_obj(name, MP_NATIVE_TYPE_QSTR);
}

bool af_is_true(mp_obj_t object) {
    return mp_fun_table.obj_is_true(object);
}

const mp_obj_type_t *af_type_of(mp_obj_t object) {
    return mp_fun_table.obj_get_type(object);
}

void *af_allocate(size_t size, const mp_obj_type_t *type) {
    mp_obj_base_t *made = m_malloc_dyn(size);
    if (type != NULL) {
        made->type = type;
    }
    return made;
}

bool af_get_buffer(mp_obj_t object, mp_buffer_info_t *buffer, mp_uint_t flags) {
    return mp_fun_table.get_buffer(object, buffer, flags);
}

mp_obj_t af_call(mp_obj_t function, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    return mp_fun_table.call_function_n_kw(function, n_args | n_kw << 8, args);
}

mp_obj_t af_call_method(size_t n_args, size_t n_kw, const mp_obj_t *args) {
    return mp_fun_table.call_method_n_kw(n_args, n_kw, args);
}

void af_load_method(mp_obj_t object, qstr name, mp_obj_t *method) {
    mp_fun_table.load_method(object, name, method);
}

mp_obj_t af_list(void) {
    return mp_fun_table.new_list(0, NULL);
}

void af_list_append(mp_obj_t list, mp_obj_t item) {
    mp_fun_table.list_append(list, item);
}

void af_dict_store(mp_obj_t dict, mp_obj_t key, mp_obj_t value) {
    mp_fun_table.dict_store(dict, key, value);
}

mp_obj_t af_bytearray_at(size_t n, void *bytes) {
    return mp_fun_table.obj_new_bytearray_by_ref(n, bytes);
}

void af_type_error(const char *message) {
    mp_fun_table.raise_msg(mp_fun_table.load_global(MP_QSTR_TypeError), message);
}

void *af_memmove(void *to, const void *from, size_t n) {
    return mp_fun_table.memmove_(to, from, n);
}

#if !defined(__x86_64__) && !defined(__i386__)
// Compilers call it unasked.
void *memcpy(void *to, const void *from, size_t n);
void *memcpy(void *to, const void *from, size_t n) {
    return mp_fun_table.memmove_(to, from, n);
}
#endif

#endif
