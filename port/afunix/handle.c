#include "call.h"
#include "plain.h"

enum { ALWAYS = AF_ERR | AF_HUP | AF_NVAL }; // events reported without being asked for

// Only these two are plain: True and 0.0 are equal to numbers, and for Python to judge.
static bool is_absent_or_zero(size_t n_args, const mp_obj_t *args, size_t i) {
    return n_args <= i || args[i] == AF_INT(0);
}

static bool is_count(mp_obj_t object, size_t most) {
    return mp_obj_is_small_int(object) && AF_NUMBER(object) > 0 && (size_t)AF_NUMBER(object) <= most;
}

// The method `name` with what is left to do: the object, how many of its bytes are done (AF_NOT where the plain case
// did not come about), and what follows the object in `args`.
static AF_COLD mp_obj_t go_on(size_t n_args, const mp_obj_t *args, qstr name, int32_t done) {
    mp_obj_t call[4];
    call[0] = args[1];
    call[1] = AF_INT(done);
    for (size_t i = 2; i < n_args; i++) {
        call[i] = args[i];
    }
    return af_ask(args[0], name, n_args, 0, call);
}

// Sends

// In a file there is one of this and of `take`, with all that it needs inside.
AF_HOT int32_t put(mp_obj_t self, mp_obj_t data, bool wait, size_t *n) {
    mp_buffer_info_t buffer;
    if (!af_bytes_of(data, &buffer, MP_BUFFER_READ)) {
        return AF_NOT;
    }
    *n = buffer.len;
    return af_put(af_socket_of(self), buffer.buf, buffer.len, wait);
}

AF_HOT mp_obj_t send(size_t n_args, const mp_obj_t *args, bool plain, qstr name) {
    int32_t done = AF_NOT;
    size_t n;
    if (plain) {
        done = put(args[0], args[1], true, &n);
        if (done >= 0 && (size_t)done == n) {
            return AF_INT(done);
        }
    }
    return go_on(n_args, args, name, done);
}

static AF_FLAT mp_obj_t handle_send(size_t n_args, const mp_obj_t *args) {
    return send(n_args, args, is_absent_or_zero(n_args, args, 2), MP_QSTR__send);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(send_obj, 2, 3, handle_send);

static AF_FLAT mp_obj_t handle_sendall(size_t n_args, const mp_obj_t *args) {
    int32_t done = AF_NOT;
    size_t n;
    if (is_absent_or_zero(n_args, args, 2)) {
        done = put(args[0], args[1], true, &n);
        if (done > 0 && (size_t)done < n) {
            // A send that has begun, whose error is one of the next.
            done = mp_obj_get_int(go_on(n_args, args, MP_QSTR__send, done));
        }
        if (done >= 0 && (size_t)done == n) {
            return mp_const_none;
        }
    }
    return go_on(n_args, args, MP_QSTR__send_all, done);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sendall_obj, 2, 3, handle_sendall);

static AF_FLAT mp_obj_t handle_write(size_t n_args, const mp_obj_t *args) {
    return send(n_args, args, n_args == 2, MP_QSTR__write);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(write_obj, 2, 4, handle_write);

static AF_FLAT mp_obj_t handle_try_write(mp_obj_t self, mp_obj_t data) {
    size_t n;
    int32_t done = put(self, data, false, &n);
    return AF_INT(done < 0 ? 0 : done);
}
static MP_DEFINE_CONST_FUN_OBJ_2(try_write_obj, handle_try_write);

// Receives

enum { AT_ONCE, ANY, ALL, LINE }; // without waiting for a lock, any number of bytes, all that is asked for, a line

// Is there as much as a call wants that must not return less, or a packet? What it took of less would be lost where the
// wait for the rest is interrupted.
static inline bool is_enough(af_socket_id_t self, size_t n) {
    const af_ring_t *ring = &self.endpoint->ring;
    return ring->control->framed || af_ring_used(ring) >= n;
}

// As much as there is room for in `into`; `n` bytes of it where that is not MP_OBJ_NULL. It says how much room there
// is.
AF_HOT int32_t take(mp_obj_t self, mp_obj_t into, mp_obj_t n, int way, size_t *room) {
    mp_buffer_info_t buffer;
    if (!af_bytes_of(into, &buffer, MP_BUFFER_WRITE) || !buffer.len) {
        return AF_NOT;
    }
    if (n != MP_OBJ_NULL) {
        if (!is_count(n, buffer.len)) {
            return AF_NOT;
        }
        buffer.len = AF_NUMBER(n);
    }
    *room = buffer.len;
    af_socket_id_t socket = af_socket_of(self);
    if (way == ALL && !is_enough(socket, buffer.len)) {
        return AF_NOT;
    }
    return af_take(socket, buffer.buf, buffer.len, way);
}

static AF_FLAT mp_obj_t handle_recv_into(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    if (n_args < 4 && !kw_args->used) {
        size_t room;
        int32_t done = take(args[0], args[1], n_args == 3 ? args[2] : MP_OBJ_NULL, ANY, &room);
        if (done >= 0) {
            return AF_INT(done);
        }
    }
    // The arguments by keyword follow the others, in pairs.
    return af_ask(args[0], MP_QSTR__receive_into, n_args - 1, kw_args->used, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(recv_into_obj, 2, handle_recv_into);

static AF_FLAT mp_obj_t handle_readinto(size_t n_args, const mp_obj_t *args) {
    int32_t done = AF_NOT;
    if (n_args == 2) {
        size_t room;
        done = take(args[0], args[1], MP_OBJ_NULL, ALL, &room);
        if (done >= 0 && (size_t)done == room) {
            return AF_INT(done);
        }
    }
    return go_on(n_args, args, MP_QSTR__read_into, done);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(readinto_obj, 2, 3, handle_readinto);

static AF_FLAT mp_obj_t handle_try_readinto(mp_obj_t self, mp_obj_t into) {
    size_t room;
    int32_t done = take(self, into, MP_OBJ_NULL, AT_ONCE, &room);
    return AF_INT(done < 0 ? 0 : done);
}
static MP_DEFINE_CONST_FUN_OBJ_2(try_readinto_obj, handle_try_readinto);

// Receives that make an object: all memory is taken before, and what was there may be another's by then.

// Up to `n` bytes in that way, or one packet, and the origin of who sent it.
static int32_t take_if(af_socket_id_t self, uint8_t *into, uint32_t n, int way, mp_obj_t *origin) {
    af_endpoint_t *endpoint = self.endpoint;
    af_ring_t *ring = &endpoint->ring;
    int32_t done = AF_NOT;
    af_lock(&endpoint->rlock, true);
    uint32_t there = way == LINE ? (uint32_t)af_ring_find(ring, '\n', n) : af_ring_there(ring);
    if (af_is_socket(self) && (way == ANY || there >= n)) {
        int32_t slot = ring->control->framed ? af_ring_first(ring) : AF_NOT;
        if (slot >= 0) {
            *origin = af_get_slot(endpoint, E_senders, slot);
        }
        done = af_ring_take(ring, into, n);
    }
    af_unlock(&endpoint->rlock);
    return done;
}

// `n` bytes of what is there. MP_OBJ_NULL where that is not the plain case any more.
static mp_obj_t taken(af_socket_id_t self, size_t n, int way) {
    mp_obj_str_t *made = mp_obj_malloc(mp_obj_str_t, af_bytes);
    uint8_t *bytes = m_malloc(n + 1);
    made->hash = 0; // to be computed when it is needed
    made->len = 0;
    made->data = bytes;
    mp_obj_t origin;
    int32_t done = take_if(self, bytes, n, way, &origin);
    if (done < 0) {
        return MP_OBJ_NULL;
    }
    bytes[done] = 0;
    made->len = done;
    return MP_OBJ_FROM_PTR(made);
}

// Up to `n` bytes or one packet, or all of a stream's `n`.
static mp_obj_t taken_at_most(af_socket_id_t self, size_t n, int way) {
    const af_ring_t *ring = &self.endpoint->ring;
    bool framed = ring->control->framed;
    int32_t there = framed ? af_ring_first_length(ring) : (int32_t)af_ring_used(ring);
    if (ring->control->attention || there <= 0 || (way == ALL && (framed || (size_t)there < n))) {
        return MP_OBJ_NULL;
    }
    return taken(self, n < (size_t)there ? n : (size_t)there, way);
}

// `data`, or what the method `name` of Python's makes of the arguments where that is MP_OBJ_NULL.
static mp_obj_t or_ask(mp_obj_t data, size_t n_args, const mp_obj_t *args, qstr name) {
    return data != MP_OBJ_NULL ? data : af_ask(args[0], name, n_args - 1, 0, args + 1);
}

static mp_obj_t handle_recv(size_t n_args, const mp_obj_t *args) {
    mp_obj_t data = MP_OBJ_NULL;
    if (is_absent_or_zero(n_args, args, 2) && is_count(args[1], SIZE_MAX)) {
        data = taken_at_most(af_socket_of(args[0]), AF_NUMBER(args[1]), ANY);
    }
    return or_ask(data, n_args, args, MP_QSTR__receive);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(recv_obj, 2, 3, handle_recv);

static mp_obj_t handle_read(size_t n_args, const mp_obj_t *args) {
    mp_obj_t data = MP_OBJ_NULL;
    if (n_args == 2 && is_count(args[1], SIZE_MAX)) {
        data = taken_at_most(af_socket_of(args[0]), AF_NUMBER(args[1]), ALL);
    }
    return or_ask(data, n_args, args, MP_QSTR__read);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(read_obj, 1, 2, handle_read);

static mp_obj_t taken_line(af_socket_id_t self, uint32_t most) {
    const af_ring_t *ring = &self.endpoint->ring;
    const af_control_t *control = ring->control;
    uint32_t n = af_ring_find(ring, '\n', most);
    bool ends = n == most || ring->bytes[(control->read + n - 1) & (ring->size - 1)] == '\n';
    return n && ends && !control->attention && !control->framed ? taken(self, n, LINE) : MP_OBJ_NULL;
}

static mp_obj_t handle_readline(size_t n_args, const mp_obj_t *args) {
    mp_obj_t line = MP_OBJ_NULL;
    if (n_args == 1 || is_count(args[1], SIZE_MAX)) {
        line = taken_line(af_socket_of(args[0]), n_args == 1 ? UINT32_MAX : (uint32_t)AF_NUMBER(args[1]));
    }
    return or_ask(line, n_args, args, MP_QSTR__readline);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(readline_obj, 1, 2, handle_readline);

#if !MICROPY_ENABLE_DYNRUNTIME // there is no room for it in a file

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
    mp_obj_t items[] = { mp_const_none, mp_const_none };
    mp_obj_tuple_t *made = MP_OBJ_TO_PTR(mp_obj_new_tuple(2, items));
    mp_obj_t origin = mp_const_none;
    int32_t done = take_if(self, into->buf, into->len, ANY, &origin);
    if (done < 0) {
        return MP_OBJ_NULL;
    }
    made->items[0] = AF_INT(done);
    made->items[1] = address_of(origin);
    return MP_OBJ_FROM_PTR(made);
}

static mp_obj_t handle_recvfrom_into(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    mp_buffer_info_t into;
    if (n_args == 2 && !kw_args->used && af_bytes_of(args[1], &into, MP_BUFFER_WRITE) && into.len) {
        mp_obj_t result = taken_from(af_socket_of(args[0]), &into);
        if (result != MP_OBJ_NULL) {
            return result;
        }
    }
    return af_ask(args[0], MP_QSTR__recvfrom_into, n_args - 1, kw_args->used, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(recvfrom_into_obj, 2, handle_recvfrom_into);

#endif

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
    int32_t done = AF_NOT;
    #if !MICROPY_ENABLE_DYNRUNTIME // no room for one more in a file
    af_socket_id_t socket = af_socket_of(self);
    if (is_enough(socket, size)) {
        done = af_take(socket, buf, size, true);
        if (done >= 0) {
            return done;
        }
    }
    #endif
    return stream_go_on(self, MP_QSTR__read_into, buf, size, done, errcode);
}

static mp_uint_t stream_write(mp_obj_t self, const void *buf, mp_uint_t size, int *errcode) {
    int32_t done = AF_NOT;
    #if !MICROPY_ENABLE_DYNRUNTIME
    done = af_put(af_socket_of(self), buf, size, true);
    #endif
    return stream_go_on(self, MP_QSTR__write, (void *)buf, size, done, errcode);
}

static mp_uint_t stream_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t argument, int *errcode) {
    switch (request) {
        case MP_STREAM_POLL:
            return af_events(af_socket_of(self).endpoint) & (argument | ALWAYS);
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
    // clang-format off: in the order of plane.py
    &send_obj, &write_obj, &try_write_obj, &recv_into_obj, &recv_obj, &read_obj, &readline_obj, &readinto_obj,
    &try_readinto_obj, &sendall_obj,
    #if !MICROPY_ENABLE_DYNRUNTIME
    &recvfrom_into_obj, &af_sendto_obj,
    #endif
    // clang-format on
};
const size_t af_handle_method_count = MP_ARRAY_SIZE(af_handle_methods);
