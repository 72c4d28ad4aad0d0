#include "call.h"

enum { ALWAYS = AF_ERR | AF_HUP | AF_NVAL }; // events reported without being asked for

// A call's bytes, and what became of them in the plain case.
typedef struct {
    mp_obj_t object;
    mp_obj_t done;
} transfer_t;

// Did the plain case do all? If not there may be more to come, for Python.
AF_HOT bool settle(transfer_t *transfer, int32_t done, size_t n) {
    transfer->done = AF_INT(done);
    return done >= 0 && (size_t)done == n;
}

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

// Only these two are plain: True and 0.0 are equal to numbers, and for Python to judge.
static bool is_absent_or_zero(size_t n_args, const mp_obj_t *args, size_t i) {
    return n_args <= i || args[i] == AF_INT(0);
}

static bool is_count(mp_obj_t object, size_t most) {
    return mp_obj_is_small_int(object) && AF_NUMBER(object) > 0 && (size_t)AF_NUMBER(object) <= most;
}

// Sends

AF_HOT bool put(mp_obj_t self, transfer_t *transfer, bool wait) {
    mp_buffer_info_t buffer;
    if (!plain(transfer->object, &buffer, MP_BUFFER_READ)) {
        return false;
    }
    return settle(transfer, af_put(socket_of(self), buffer.buf, buffer.len, wait), buffer.len);
}

static mp_obj_t handle_send(size_t n_args, const mp_obj_t *args) {
    transfer_t transfer = { args[1], AF_INT(AF_NOT) };
    if (is_absent_or_zero(n_args, args, 2) && put(args[0], &transfer, true)) {
        return transfer.done;
    }
    return go_on(n_args, args, MP_QSTR__send, &transfer);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(send_obj, 2, 3, handle_send);

static mp_obj_t handle_sendall(size_t n_args, const mp_obj_t *args) {
    transfer_t transfer = { args[1], AF_INT(AF_NOT) };
    if (is_absent_or_zero(n_args, args, 2) && put(args[0], &transfer, true)) {
        return mp_const_none;
    }
    return go_on(n_args, args, MP_QSTR__send_all, &transfer);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sendall_obj, 2, 3, handle_sendall);

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
    return settle(transfer, af_take(socket_of(self), buffer.buf, buffer.len, 0, wait), buffer.len);
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
static mp_obj_t taken(af_socket_id_t socket, size_t n, size_t least) {
    const af_ring_t *ring = &socket.endpoint->ring;
    int32_t there = ring->control->framed ? af_ring_first_length(ring) : (int32_t)af_ring_used(ring);
    if (ring->control->attention || there <= 0 || (size_t)there < least) {
        return MP_OBJ_NULL;
    }
    mp_obj_str_t *made = blank(n < (size_t)there ? n : (size_t)there);
    int32_t done = af_take(socket, (uint8_t *)made->data, made->len, least, true);
    if (done < 0) {
        return MP_OBJ_NULL;
    }
    made->len = done;
    return MP_OBJ_FROM_PTR(made);
}

static mp_obj_t handle_recv(size_t n_args, const mp_obj_t *args) {
    if (is_absent_or_zero(n_args, args, 2) && is_count(args[1], SIZE_MAX)) {
        mp_obj_t data = taken(socket_of(args[0]), AF_NUMBER(args[1]), 0);
        if (data != MP_OBJ_NULL) {
            return data;
        }
    }
    return af_ask(args[0], MP_QSTR__receive, n_args - 1, 0, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(recv_obj, 2, 3, handle_recv);

static mp_obj_t handle_read(size_t n_args, const mp_obj_t *args) {
    af_socket_id_t socket = socket_of(args[0]);
    const af_ring_t *ring = &socket.endpoint->ring;
    if (n_args == 2 && !ring->control->framed && is_count(args[1], ring->size)) {
        mp_obj_t data = taken(socket, AF_NUMBER(args[1]), AF_NUMBER(args[1]));
        if (data != MP_OBJ_NULL) {
            return data;
        }
    }
    return af_ask(args[0], MP_QSTR__read, n_args - 1, 0, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(read_obj, 1, 2, handle_read);

static mp_obj_t whole_line(af_socket_id_t socket, uint32_t most) {
    const af_ring_t *ring = &socket.endpoint->ring;
    const af_control_t *control = ring->control;
    uint32_t n = af_ring_find(ring, '\n', most);
    bool ends = n == most || ring->bytes[(control->read + n - 1) & (ring->size - 1)] == '\n';
    if (!n || !ends || control->attention) {
        return MP_OBJ_NULL;
    }
    mp_obj_str_t *made = blank(n);
    int32_t done = af_take_line(socket, (uint8_t *)made->data, n);
    if (done < 0) {
        return MP_OBJ_NULL;
    }
    made->len = done;
    return MP_OBJ_FROM_PTR(made);
}

static mp_obj_t handle_readline(size_t n_args, const mp_obj_t *args) {
    af_socket_id_t socket = socket_of(args[0]);
    if (!socket.endpoint->ring.control->framed && (n_args == 1 || is_count(args[1], SIZE_MAX))) {
        mp_obj_t line = whole_line(socket, n_args == 1 ? UINT32_MAX : (uint32_t)AF_NUMBER(args[1]));
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

// What a packet's receiver is told of its sender. A program can write there.
static mp_obj_t address_of(mp_obj_t origin) {
    if (AF_IS(origin, &mp_type_list)) {
        const mp_obj_list_t *list = MP_OBJ_TO_PTR(origin);
        if (list->len) {
            return list->items[0];
        }
    }
    return mp_const_none;
}

// One packet's length and its sender's address. MP_OBJ_NULL where that is not the plain case.
static mp_obj_t taken_from(af_socket_id_t self, const mp_buffer_info_t *into) {
    const af_ring_t *ring = &self.endpoint->ring;
    if (!ring->control->framed || ring->control->attention || af_ring_first(ring) < 0) {
        return MP_OBJ_NULL;
    }
    // All memory first: what has been received must not be lost for want of it.
    mp_obj_t result[] = { mp_const_none, mp_const_none };
    mp_obj_t made = mp_obj_new_tuple(2, result);
    mp_obj_t origin = mp_const_none;
    int32_t done = af_take_packet(self, into->buf, into->len, &origin);
    if (done < 0) {
        return MP_OBJ_NULL;
    }
    mp_obj_t *items = ((mp_obj_tuple_t *)MP_OBJ_TO_PTR(made))->items;
    items[0] = AF_INT(done);
    items[1] = address_of(origin);
    return made;
}

static mp_obj_t handle_recvfrom_into(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    mp_buffer_info_t into;
    if (n_args == 2 && !kw_args->used && plain(args[1], &into, MP_BUFFER_WRITE) && into.len) {
        mp_obj_t result = taken_from(socket_of(args[0]), &into);
        if (result != MP_OBJ_NULL) {
            return result;
        }
    }
    return af_ask(args[0], MP_QSTR__recvfrom_into, n_args - 1, kw_args->used, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(recvfrom_into_obj, 2, handle_recvfrom_into);

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
    int32_t done = af_take(socket_of(self), buf, size, 0, true);
    return stream_go_on(self, MP_QSTR__read_into, buf, size, done, errcode);
}

static mp_uint_t stream_write(mp_obj_t self, const void *buf, mp_uint_t size, int *errcode) {
    int32_t done = af_put(socket_of(self), buf, size, true);
    return stream_go_on(self, MP_QSTR__write, (void *)buf, size, done, errcode);
}

static mp_uint_t stream_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t argument, int *errcode) {
    switch (request) {
        case MP_STREAM_POLL:
            return af_events(socket_of(self).endpoint) & (argument | ALWAYS);
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
    &send_obj,      &write_obj,    &try_write_obj,    &recv_into_obj, &recv_obj,          &read_obj,
    &readline_obj,  &readinto_obj, &try_readinto_obj, &sendall_obj,   &recvfrom_into_obj,
    #if !MICROPY_ENABLE_DYNRUNTIME
    &af_sendto_obj,
    #endif
};
const size_t af_handle_method_count = MP_ARRAY_SIZE(af_handle_methods);
