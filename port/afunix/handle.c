#include "binding.h"

enum { ALWAYS = AF_ERR | AF_HUP | AF_NVAL }; // events reported without being asked for

// What a call in C is bound to is a socket, or the part that stands for an object of a program's subclass. The stream
// protocol is given such an object as it is.
static mp_obj_t whole_of(mp_obj_t self) {
    if ((const void *)mp_obj_get_type(self) == &af.handle_type) {
        return ((af_part_t *)MP_OBJ_TO_PTR(self))->whole;
    }
    return self;
}

static af_endpoint_t *endpoint_of(mp_obj_t self) {
    if ((const void *)mp_obj_get_type(self) == &af.socket_type) {
        return MP_OBJ_TO_PTR(((af_socket_t *)MP_OBJ_TO_PTR(self))->field[H_ep]);
    }
    mp_obj_t ep = mp_load_attr(whole_of(self), MP_QSTR__ep);
    if (!af_is_endpoint(ep)) {
        mp_raise_TypeError(NULL);
    }
    return MP_OBJ_TO_PTR(ep);
}

// The bytes of `object`. Text has some, too, but not to send.
AF_HOT bool plain(mp_obj_t object, mp_buffer_info_t *buffer, mp_uint_t access) {
    const mp_obj_type_t *type = mp_obj_get_type(object);
    buffer->typecode = 'B';
    #if !MICROPY_ENABLE_DYNRUNTIME
    // Inside firmware there is room for the two usual ones.
    if (type == &mp_type_bytearray) {
        const mp_obj_array_t *array = MP_OBJ_TO_PTR(object);
        buffer->buf = array->items;
        buffer->len = array->len;
        return true;
    }
    if (type == &mp_type_bytes && access == MP_BUFFER_READ) {
        buffer->buf = (void *)((const mp_obj_str_t *)MP_OBJ_TO_PTR(object))->data;
        buffer->len = ((const mp_obj_str_t *)MP_OBJ_TO_PTR(object))->len;
        return true;
    }
    #endif
    return type != &mp_type_str && mp_get_buffer(object, buffer, access);
}

// What Python is given for `object`: it counts items, so those must be bytes.
static mp_obj_t as_bytes(mp_obj_t object, const mp_buffer_info_t *buffer) {
    int code = buffer->typecode;
    if (code == 'B' || code == 'b' || code == BYTEARRAY_TYPECODE) {
        return object;
    }
    return mp_obj_new_bytearray_by_ref(buffer->len, buffer->buf);
}

// Everything else is for the methods of lib/afunix/socket.py.
mp_obj_t af_ask(mp_obj_t self, qstr name, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_obj_t call[2 + AF_MOST_ARGUMENTS];
    size_t n = n_args + 2 * n_kw;
    if (n > AF_MOST_ARGUMENTS) {
        mp_raise_TypeError(NULL);
    }
    mp_load_method(whole_of(self), name, call);
    for (size_t i = 0; i < n; i++) {
        call[2 + i] = args[i];
    }
    return mp_call_method_n_kw(n_args, n_kw, call);
}

static mp_obj_t argument(size_t n_args, const mp_obj_t *args, size_t i, mp_int_t otherwise) {
    return n_args > i ? args[i] : AF_INT(otherwise);
}

// A call's bytes, and what became of them in the plain case.
typedef struct {
    mp_obj_t object;
    mp_obj_t done;
} transfer_t;

// The method `name` with what is left to do: object, done, and what follows the object in `args`.
static mp_obj_t go_on(size_t n_args, const mp_obj_t *args, qstr name, const transfer_t *transfer) {
    mp_obj_t call[4];
    call[0] = transfer->object;
    call[1] = transfer->done;
    for (size_t i = 2; i < n_args; i++) {
        call[i] = args[i];
    }
    return af_ask(args[0], name, n_args, 0, call);
}

// Did the plain case do all? If not, and if it may wait, there is more to come for Python.
AF_HOT bool settle(transfer_t *transfer, int32_t done, const mp_buffer_info_t *buffer, bool wait) {
    transfer->done = AF_INT(done);
    if (done > 0 && (size_t)done == buffer->len) {
        return true;
    }
    if (wait) {
        transfer->object = as_bytes(transfer->object, buffer);
    }
    return false;
}

// Sends

AF_HOT bool put(mp_obj_t self, transfer_t *transfer, bool wait) {
    mp_buffer_info_t buffer;
    if (!plain(transfer->object, &buffer, MP_BUFFER_READ)) {
        return false;
    }
    return settle(transfer, af_put(endpoint_of(self), buffer.buf, buffer.len, wait), &buffer, wait);
}

static mp_obj_t handle_send(size_t n_args, const mp_obj_t *args) {
    transfer_t transfer = { args[1], AF_INT(AF_NOT) };
    if (argument(n_args, args, 2, 0) == AF_INT(0) && put(args[0], &transfer, true)) {
        return transfer.done;
    }
    return go_on(n_args, args, MP_QSTR__send, &transfer);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(send_obj, 2, 3, handle_send);

static mp_obj_t handle_write(size_t n_args, const mp_obj_t *args) {
    transfer_t transfer = { args[1], AF_INT(AF_NOT) };
    if (n_args == 2 && put(args[0], &transfer, true)) {
        return transfer.done;
    }
    return go_on(n_args, args, MP_QSTR__write, &transfer);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(write_obj, 2, 4, handle_write);

static mp_obj_t at_least_none(mp_obj_t done) {
    return done == AF_INT(AF_NOT) ? AF_INT(0) : done;
}

static mp_obj_t handle_try_write(mp_obj_t self, mp_obj_t data) {
    transfer_t transfer = { data, AF_INT(AF_NOT) };
    put(self, &transfer, false);
    return at_least_none(transfer.done);
}
static MP_DEFINE_CONST_FUN_OBJ_2(try_write_obj, handle_try_write);

// Receives

static bool is_count(mp_obj_t object, size_t most) {
    return mp_obj_is_small_int(object) && AF_NUMBER(object) > 0 && (size_t)AF_NUMBER(object) <= most;
}

// As much as there is room for, `n` bytes of it where that is not MP_OBJ_NULL.
AF_HOT bool take(mp_obj_t self, transfer_t *transfer, mp_obj_t n, bool wait) {
    mp_buffer_info_t buffer;
    if (!plain(transfer->object, &buffer, MP_BUFFER_WRITE) || !buffer.len) {
        return false;
    }
    if (n != MP_OBJ_NULL) {
        if (!is_count(n, buffer.len)) {
            return false;
        }
        buffer.len = AF_NUMBER(n);
    }
    return settle(transfer, af_take(endpoint_of(self), buffer.buf, buffer.len, 0, wait), &buffer, wait);
}

static mp_obj_t handle_recv_into(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    transfer_t transfer = { args[1], AF_INT(AF_NOT) };
    if (n_args < 4 && !kw_args->used) {
        take(args[0], &transfer, n_args == 3 ? args[2] : MP_OBJ_NULL, true);
        if (transfer.done != AF_INT(AF_NOT)) {
            return transfer.done;
        }
    }
    // The arguments by keyword follow the others, in pairs.
    return af_ask(args[0], MP_QSTR__receive_into, n_args - 1, kw_args->used, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(recv_into_obj, 2, handle_recv_into);

// A bytes object of `n` bytes to be filled.
static mp_obj_str_t *blank(size_t n) {
    mp_obj_str_t *made = mp_obj_malloc(mp_obj_str_t, af_bytes);
    uint8_t *bytes = m_malloc(n + 1);
    bytes[n] = 0;
    made->hash = 0; // to be computed when it is needed
    made->len = n;
    made->data = bytes;
    return made;
}

// Up to `n` bytes, at least `least`, or one packet. MP_OBJ_NULL where that is not the plain case.
static mp_obj_t taken(af_endpoint_t *ep, size_t n, size_t least) {
    const af_control_t *control = ep->ring.control;
    int32_t there = control->framed ? af_ring_first_length(&ep->ring) : (int32_t)af_ring_used(&ep->ring);
    if (control->attention || there <= 0 || (size_t)there < least) {
        return MP_OBJ_NULL;
    }
    mp_obj_str_t *made = blank(n < (size_t)there ? n : (size_t)there);
    int32_t done = af_take(ep, (uint8_t *)made->data, made->len, least, true);
    if (done < 0) {
        return MP_OBJ_NULL;
    }
    made->len = done;
    return MP_OBJ_FROM_PTR(made);
}

static mp_obj_t handle_recv(size_t n_args, const mp_obj_t *args) {
    if (argument(n_args, args, 2, 0) == AF_INT(0) && is_count(args[1], SIZE_MAX)) {
        mp_obj_t data = taken(endpoint_of(args[0]), AF_NUMBER(args[1]), 0);
        if (data != MP_OBJ_NULL) {
            return data;
        }
    }
    return af_ask(args[0], MP_QSTR__receive, n_args - 1, 0, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(recv_obj, 2, 3, handle_recv);

static mp_obj_t handle_read(size_t n_args, const mp_obj_t *args) {
    af_endpoint_t *ep = endpoint_of(args[0]);
    mp_obj_t n = argument(n_args, args, 1, -1);
    if (!ep->ring.control->framed && is_count(n, ep->ring.control->size)) {
        mp_obj_t data = taken(ep, AF_NUMBER(n), AF_NUMBER(n));
        if (data != MP_OBJ_NULL) {
            return data;
        }
    }
    return af_ask(args[0], MP_QSTR__read, n_args - 1, 0, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(read_obj, 1, 2, handle_read);

static mp_obj_t whole_line(af_endpoint_t *ep, uint32_t most) {
    const af_control_t *control = ep->ring.control;
    uint32_t n = af_ring_find(&ep->ring, '\n', most);
    bool ends = n == most || ep->ring.bytes[(control->read + n - 1) & (control->size - 1)] == '\n';
    if (!n || !ends || control->attention) {
        return MP_OBJ_NULL;
    }
    mp_obj_str_t *made = blank(n);
    if (af_take_line(ep, (uint8_t *)made->data, n) < 0) {
        return MP_OBJ_NULL;
    }
    return MP_OBJ_FROM_PTR(made);
}

static mp_obj_t handle_readline(size_t n_args, const mp_obj_t *args) {
    af_endpoint_t *ep = endpoint_of(args[0]);
    mp_obj_t n = argument(n_args, args, 1, -1);
    if (!ep->ring.control->framed && mp_obj_is_small_int(n)) {
        mp_obj_t line = whole_line(ep, AF_NUMBER(n)); // a negative number is a large one
        if (line != MP_OBJ_NULL) {
            return line;
        }
    }
    return af_ask(args[0], MP_QSTR__readline, n_args - 1, 0, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(readline_obj, 1, 2, handle_readline);

static mp_obj_t handle_readinto(size_t n_args, const mp_obj_t *args) {
    transfer_t transfer = { args[1], AF_INT(AF_NOT) };
    if (n_args == 2 && take(args[0], &transfer, MP_OBJ_NULL, true)) {
        return transfer.done;
    }
    return go_on(n_args, args, MP_QSTR__read_into, &transfer);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(readinto_obj, 2, 3, handle_readinto);

static mp_obj_t handle_try_readinto(mp_obj_t self, mp_obj_t into) {
    transfer_t transfer = { into, AF_INT(AF_NOT) };
    take(self, &transfer, MP_OBJ_NULL, false);
    return at_least_none(transfer.done);
}
static MP_DEFINE_CONST_FUN_OBJ_2(try_readinto_obj, handle_try_readinto);

// The stream protocol

static mp_uint_t stream_go_on(mp_obj_t self, qstr name, void *buf, mp_uint_t size, int32_t done, int *errcode) {
    if (done > 0 && (mp_uint_t)done == size) {
        return done;
    }
    mp_obj_t call[] = { mp_obj_new_bytearray_by_ref(size, buf), AF_INT(done) };
    mp_obj_t result = af_ask(self, name, 2, 0, call);
    if (result == mp_const_none) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return mp_obj_get_int(result);
}

static mp_uint_t stream_read(mp_obj_t self, void *buf, mp_uint_t size, int *errcode) {
    int32_t done = af_take(endpoint_of(self), buf, size, 0, true);
    return stream_go_on(self, MP_QSTR__read_into, buf, size, done, errcode);
}

static mp_uint_t stream_write(mp_obj_t self, const void *buf, mp_uint_t size, int *errcode) {
    int32_t done = af_put(endpoint_of(self), buf, size, true);
    return stream_go_on(self, MP_QSTR__write, (void *)buf, size, done, errcode);
}

static mp_uint_t stream_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t argument, int *errcode) {
    switch (request) {
        case MP_STREAM_POLL:
            return af_events(endpoint_of(self)) & (argument | ALWAYS);
        case MP_STREAM_CLOSE:
            af_ask(self, MP_QSTR_close, 0, 0, &self);
            return 0;
        default:
            *errcode = MP_EINVAL;
            return MP_STREAM_ERROR;
    }
}

const mp_stream_p_t af_handle_stream = {
    .read = stream_read,
    .write = stream_write,
    .ioctl = stream_ioctl,
};

const void *const af_handle_methods[] = {
    &send_obj, &write_obj,    &try_write_obj, &recv_into_obj,    &recv_obj,
    &read_obj, &readline_obj, &readinto_obj,  &try_readinto_obj,
};
