// MicroPython's functions as a native module calls them: through one function each. Where dynruntime.h has them, every
// call reads the table's place and the function's from memory anew, which makes the module half as large again.
#ifndef AFUNIX_THIN_H
#define AFUNIX_THIN_H

#include "py/dynruntime.h"

#define AF_NORETURN __attribute__((noreturn))

mp_obj_t af_none(void);
mp_obj_t af_bool(bool value);
bool af_is_true(mp_obj_t object);
void *af_allocate(size_t size, const mp_obj_type_t *type);
bool af_get_buffer(mp_obj_t object, mp_buffer_info_t *buffer, mp_uint_t flags);
mp_obj_t af_call(mp_obj_t function, size_t n_args, size_t n_kw, const mp_obj_t *args);
mp_obj_t af_call_method(size_t n_args, size_t n_kw, const mp_obj_t *args);
void af_load_method(mp_obj_t object, qstr name, mp_obj_t *method);
mp_obj_t af_list(void);
void af_list_append(mp_obj_t list, mp_obj_t item);
mp_obj_t af_tuple(size_t n, const mp_obj_t *items);
mp_obj_t af_bytearray_at(size_t n, void *bytes);
AF_NORETURN void af_type_error(void);
AF_NORETURN void af_value_error(void);

#undef mp_const_none
#undef mp_const_false
#undef mp_obj_new_bool
#undef mp_obj_is_true
#undef m_malloc
#undef mp_obj_malloc_helper
#undef mp_get_buffer
#undef mp_get_buffer_raise
#undef mp_call_function_n_kw
#undef mp_load_method
#undef mp_obj_new_list
#undef mp_obj_list_append
#undef mp_obj_new_tuple
#undef mp_obj_new_bytearray_by_ref
#undef mp_raise_TypeError
#undef mp_raise_ValueError

#define mp_const_none (af_none())
#define mp_const_false (af_bool(false))
#define mp_obj_new_bool(value) (af_bool(value))
#define mp_obj_is_true(object) (af_is_true(object))
#define m_malloc(size) (af_allocate((size), NULL))
#define mp_obj_malloc_helper(size, type) (af_allocate((size), (type)))
#define mp_get_buffer(object, buffer, flags) (af_get_buffer((object), (buffer), (flags)))
#define mp_get_buffer_raise(object, buffer, flags) \
    (af_get_buffer((object), (buffer), (flags) | MP_BUFFER_RAISE_IF_UNSUPPORTED))
#define mp_call_function_n_kw(function, n_args, n_kw, args) (af_call((function), (n_args), (n_kw), (args)))
#define mp_call_method_n_kw(n_args, n_kw, args) (af_call_method((n_args), (n_kw), (args)))
#define mp_load_method(object, name, method) (af_load_method((object), (name), (method)))
#define mp_obj_new_list(n, items) (af_list()) // only ever empty
#define mp_obj_list_append(list, item) (af_list_append((list), (item)))
#define mp_obj_new_tuple(n, items) (af_tuple((n), (items)))
#define mp_obj_new_bytearray_by_ref(n, bytes) (af_bytearray_at((n), (bytes)))
// What they say elsewhere is too long here.
#define mp_raise_TypeError(message) (af_type_error())
#define mp_raise_ValueError(message) (af_value_error())

#endif
