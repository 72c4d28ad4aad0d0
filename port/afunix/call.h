// What the calls for every message begin with. In a header, since it becomes a part of them.
#ifndef AFUNIX_CALL_H
#define AFUNIX_CALL_H

#include "binding.h"

// The socket that a call is for: what its descriptor says, a list that begins with the endpoint and the serial number.
// A program can write there.
static inline af_socket_id_t af_socket_of(mp_obj_t self) {
    mp_obj_t descriptor;
    if (AF_IS_SOCKET(self)) {
        descriptor = ((af_socket_t *)MP_OBJ_TO_PTR(self))->field[H_descriptor];
    } else {
        descriptor = af_descriptor(self);
    }
    if (AF_IS(descriptor, &mp_type_list)) {
        const mp_obj_list_t *list = MP_OBJ_TO_PTR(descriptor);
        const mp_obj_t *items = list->items;
        if (list->len >= 2 && AF_IS_ENDPOINT(items[0]) && mp_obj_is_small_int(items[1])) {
            return (af_socket_id_t) { MP_OBJ_TO_PTR(items[0]), AF_NUMBER(items[1]) };
        }
    }
    mp_raise_TypeError(NULL);
}

// The bytes of `object`. Text has some, too, but not to send; what a program's own class makes of it is for Python.
static inline bool af_bytes_of(mp_obj_t object, mp_buffer_info_t *buffer, mp_uint_t access) {
    const mp_obj_type_t *type = af_type(object);
    if (type == af_bytearray) {
        const mp_obj_array_t *array = MP_OBJ_TO_PTR(object);
        buffer->buf = array->items;
        buffer->len = array->len;
        return true;
    }
    if (type == af_bytes && access == MP_BUFFER_READ) {
        buffer->buf = (void *)((const mp_obj_str_t *)MP_OBJ_TO_PTR(object))->data;
        buffer->len = ((const mp_obj_str_t *)MP_OBJ_TO_PTR(object))->len;
        return true;
    }
    if (type == NULL || type == &mp_type_str || type->flags & MP_TYPE_FLAG_INSTANCE_TYPE) {
        return false;
    }
    return mp_get_buffer(object, buffer, access);
}

#endif
