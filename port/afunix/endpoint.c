#include "binding.h"

static af_endpoint_t *endpoint_of(mp_obj_t object) {
    return MP_OBJ_TO_PTR(object);
}

bool af_is_endpoint(mp_obj_t object) {
    return (const void *)mp_obj_get_type(object) == &af.endpoint_type;
}

static mp_obj_t *slots_of(const af_endpoint_t *self, int field) {
    return ((mp_obj_list_t *)MP_OBJ_TO_PTR(self->field[field]))->items;
}

// The plain case

static int32_t put_packet(af_endpoint_t *to, mp_obj_t from, const uint8_t *data, uint32_t n) {
    int32_t slot = af_ring_put_packet(&to->ring, data, n);
    if (slot < 0) {
        return AF_NOT;
    }
    slots_of(to, E_senders)[slot] = from;
    af_ring_publish(&to->ring);
    return n;
}

int32_t af_put(af_endpoint_t *self, const uint8_t *data, uint32_t n, bool wait) {
    mp_obj_t out = self->field[E_out];
    af_endpoint_t *peer = endpoint_of(out);
    if (out == mp_const_none || !af_lock(&peer->wlock, wait)) {
        return AF_NOT;
    }
    int32_t done = AF_NOT;
    if (*(volatile mp_obj_t *)&self->field[E_out] != out) {
        // taken away meanwhile
    } else if (peer->ring.control->framed) {
        done = put_packet(peer, MP_OBJ_FROM_PTR(self), data, n);
    } else {
        done = af_ring_put(&peer->ring, data, n);
    }
    af_unlock(&peer->wlock);
    return done;
}

int32_t af_take(af_endpoint_t *self, uint8_t *into, uint32_t n, uint32_t least, bool wait) {
    if (!af_lock(&self->rlock, wait)) {
        return AF_NOT;
    }
    int32_t done = AF_NOT;
    if (!least || af_ring_used(&self->ring) >= least) {
        done = af_ring_take(&self->ring, into, n);
    }
    af_unlock(&self->rlock);
    return done;
}

int32_t af_take_line(af_endpoint_t *self, uint8_t *into, uint32_t n) {
    int32_t done = AF_NOT;
    af_lock(&self->rlock, true);
    if ((uint32_t)af_ring_find(&self->ring, '\n', n) == n) {
        done = af_ring_take(&self->ring, into, n);
    }
    af_unlock(&self->rlock);
    return done;
}

// Readiness

uint32_t af_events(const af_endpoint_t *self) {
    const mp_obj_t *field = self->field;
    const af_endpoint_t *peer = endpoint_of(field[E_peer]);
    af_side_t side = {
        .ring = &self->ring,
        .peer = field[E_peer] == mp_const_none ? NULL : &peer->ring,
        .kind = AF_NUMBER(field[E_kind]),
        .state = AF_NUMBER(field[E_state]),
        .shut = AF_NUMBER(field[E_shut]),
        .pending = AF_NUMBER(field[E_pending]),
        .error = AF_NUMBER(field[E_error]),
    };
    return af_poll(&side);
}

static mp_obj_t endpoint_poll(mp_obj_t self) {
    return AF_INT(af_events(endpoint_of(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(poll_obj, endpoint_poll);

// What the control plane builds the other cases from. Arguments: object[at:at + n] as bytes. A buffer to fill may be a
// bytes object that nobody else has seen yet.

typedef struct {
    uint8_t *bytes;
    uint32_t n;
} span_t;

static span_t span_of(const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[1], &buffer, MP_BUFFER_READ);
    size_t at = AF_NUMBER(args[2]), n = AF_NUMBER(args[3]);
    if (at > buffer.len || n > buffer.len - at) {
        mp_raise_TypeError(NULL);
    }
    return (span_t) { (uint8_t *)buffer.buf + at, n };
}

// append(data, at, n)
static mp_obj_t endpoint_append(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    af_endpoint_t *self = endpoint_of(args[0]);
    span_t data = span_of(args);
    af_lock(&self->wlock, true);
    self->field[E_appended_at] = AF_INT(self->ring.control->written);
    int32_t done = af_ring_put(&self->ring, data.bytes, data.n);
    af_unlock(&self->wlock);
    return AF_INT(done);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(append_obj, 4, 4, endpoint_append);

// append_packet(data, at, n, sender, ancillary)
static mp_obj_t endpoint_append_packet(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    af_endpoint_t *self = endpoint_of(args[0]);
    span_t data = span_of(args);
    af_lock(&self->wlock, true);
    int32_t slot = af_ring_put_packet(&self->ring, data.bytes, data.n);
    if (slot >= 0) {
        slots_of(self, E_senders)[slot] = args[4];
        slots_of(self, E_ancillary)[slot] = args[5];
        af_ring_publish(&self->ring);
    }
    af_unlock(&self->wlock);
    return mp_obj_new_bool(slot >= 0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(append_packet_obj, 6, 6, endpoint_append_packet);

// fetch(into, at, n, skip, keep), keep being LINE for what ends with the first newline
static mp_obj_t endpoint_fetch(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    af_endpoint_t *self = endpoint_of(args[0]);
    span_t into = span_of(args);
    bool line = args[5] == AF_INT(-1);
    bool keep = !line && mp_obj_is_true(args[5]);
    af_lock(&self->rlock, true);
    if (line) {
        into.n = af_ring_find(&self->ring, '\n', into.n);
    }
    int32_t done = af_ring_peek(&self->ring, into.bytes, into.n, AF_NUMBER(args[4]));
    if (!keep) {
        af_ring_skip(&self->ring, done);
    }
    af_unlock(&self->rlock);
    return AF_INT(done);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(fetch_obj, 6, 6, endpoint_fetch);

static void fetch_first(af_endpoint_t *self, uint32_t length, span_t into, bool keep) {
    int32_t slot = af_ring_first(&self->ring);
    mp_obj_t *ancillary = &slots_of(self, E_ancillary)[slot];
    af_ring_peek(&self->ring, into.bytes, into.n < length ? into.n : length, 0);
    self->field[E_sender] = slots_of(self, E_senders)[slot];
    self->field[E_cargo] = *ancillary;
    if (!keep) {
        *ancillary = mp_const_none;
        af_ring_drop(&self->ring);
    }
}

// fetch_packet(into, at, n, keep)
static mp_obj_t endpoint_fetch_packet(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    af_endpoint_t *self = endpoint_of(args[0]);
    span_t into = span_of(args);
    bool keep = mp_obj_is_true(args[4]);
    af_lock(&self->rlock, true);
    int32_t length = af_ring_first_length(&self->ring);
    if (length >= 0) {
        fetch_first(self, length, into, keep);
    }
    af_unlock(&self->rlock);
    return AF_INT(length);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(fetch_packet_obj, 5, 5, endpoint_fetch_packet);

static mp_obj_t endpoint_skip(mp_obj_t self_in, mp_obj_t n) {
    af_endpoint_t *self = endpoint_of(self_in);
    af_lock(&self->rlock, true);
    af_ring_skip(&self->ring, AF_NUMBER(n));
    af_unlock(&self->rlock);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(skip_obj, endpoint_skip);

static mp_obj_t endpoint_clear(mp_obj_t self_in) {
    af_endpoint_t *self = endpoint_of(self_in);
    af_lock(&self->wlock, true);
    af_lock(&self->rlock, true);
    af_ring_clear(&self->ring);
    af_unlock(&self->rlock);
    af_unlock(&self->wlock);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(clear_obj, endpoint_clear);

// Life

static mp_obj_t endpoint_renew(mp_obj_t self) {
    af_refresh(&af.endpoint_fields, endpoint_of(self)->field, E_peer);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(renew_obj, endpoint_renew);

// Endpoint(index, memory, lengths, senders, ancillary, control)
mp_obj_t af_endpoint_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    if (n_args != E_inlet || n_kw) {
        mp_raise_TypeError(NULL);
    }
    mp_buffer_info_t memory, lengths, control;
    mp_get_buffer_raise(args[E_memory], &memory, MP_BUFFER_WRITE);
    mp_get_buffer_raise(args[E_lengths], &lengths, MP_BUFFER_WRITE);
    mp_get_buffer_raise(args[E_control], &control, MP_BUFFER_WRITE);
    size_t size = sizeof(af_endpoint_t) + af.endpoint_fields.count * sizeof(mp_obj_t);
    af_endpoint_t *self = (af_endpoint_t *)mp_obj_malloc_helper(size, type);
    self->ring = (af_ring_t) { control.buf, memory.buf, lengths.buf };
    af_lock_init(&self->wlock);
    af_lock_init(&self->rlock);
    af_refresh(&af.endpoint_fields, self->field, E_inlet);
    for (size_t i = 0; i < E_inlet; i++) {
        self->field[i] = args[i];
    }
    self->field[E_inlet] = MP_OBJ_FROM_PTR(self);
    return MP_OBJ_FROM_PTR(self);
}

// What this file casts without a look must be what it takes it for.
static bool fits(int field, mp_obj_t value) {
    if (field == E_out || field == E_peer) {
        return value == mp_const_none || af_is_endpoint(value);
    }
    if (field >= E_kind && field <= E_pending) {
        return mp_obj_is_small_int(value);
    }
    return field > E_inlet;
}

void af_endpoint_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    af_endpoint_t *self = endpoint_of(self_in);
    mp_obj_t *place = af_place(&af.endpoint_fields, self->field, attr);
    if (dest[0] == MP_OBJ_NULL) {
        if (place == NULL) {
            dest[1] = MP_OBJ_SENTINEL; // look in the type's dictionary
        } else {
            dest[0] = *place;
        }
    } else if (place != NULL && dest[1] != MP_OBJ_NULL && fits(place - self->field, dest[1])) {
        *place = dest[1];
        dest[0] = MP_OBJ_NULL; // done
    }
}

const void *const af_endpoint_methods[] = {
    &append_obj, &append_packet_obj, &fetch_obj, &fetch_packet_obj, &skip_obj, &clear_obj, &renew_obj, &poll_obj,
};
