#include "plain.h"

af_endpoint_t *af_endpoint_of(mp_obj_t object) {
    if (!AF_IS_ENDPOINT(object)) {
        mp_raise_TypeError(NULL);
    }
    return MP_OBJ_TO_PTR(object);
}

bool af_append_packet(af_endpoint_t *self, mp_obj_t origin, mp_obj_t ancillary, const uint8_t *data, uint32_t n) {
    af_lock(&self->wlock, true);
    bool done = af_put_packet(self, origin, ancillary, data, n);
    af_unlock(&self->wlock);
    return done;
}

// Readiness

uint32_t af_events(const af_endpoint_t *self) {
    const mp_obj_t *field = self->field;
    mp_obj_t peer = field[E_peer];
    af_side_t side = {
        .ring = &self->ring,
        .peer = peer == mp_const_none ? NULL : &((const af_endpoint_t *)MP_OBJ_TO_PTR(peer))->ring,
        .kind = AF_NUMBER(field[E_kind]),
        .state = AF_NUMBER(field[E_state]),
        .shut = AF_NUMBER(field[E_shut]),
        .pending = AF_NUMBER(field[E_pending]),
        .error = AF_NUMBER(field[E_error]),
    };
    return af_poll(&side);
}

static mp_obj_t endpoint_poll(mp_obj_t self) {
    return AF_INT(af_events(af_endpoint_of(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(poll_obj, endpoint_poll);

// What the control plane builds the other cases from. A buffer to fill may be a bytes object that nobody else has seen
// yet. It may have shrunk since the call began: then there is less of it to fill, and nothing of it to send.

// object[at:at + n] as bytes; `n` is less than was asked for where the object ends before.
typedef struct {
    uint8_t *bytes;
    uint32_t n;
    bool whole;
} span_t;

// A number that is neither negative nor large: anything else a program has made up.
static size_t index_of(mp_obj_t number) {
    if (!mp_obj_is_small_int(number) || AF_NUMBER(number) < 0) {
        mp_raise_TypeError(NULL);
    }
    return AF_NUMBER(number);
}

static span_t span_of(const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[1], &buffer, MP_BUFFER_READ);
    size_t at = index_of(args[2]), n = index_of(args[3]);
    bool starts_inside = at <= buffer.len;
    size_t there = starts_inside ? buffer.len - at : 0;
    return (span_t) { (uint8_t *)buffer.buf + at, n < there ? n : there, starts_inside && n <= there };
}

// append(data, at, n)
static mp_obj_t endpoint_append(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    af_endpoint_t *self = af_endpoint_of(args[0]);
    span_t data = span_of(args);
    int32_t done = AF_NOT;
    af_lock(&self->wlock, true);
    self->field[E_appended_at] = AF_INT(self->ring.control->written & self->ring.wrap);
    if (data.whole) {
        done = af_ring_put(&self->ring, data.bytes, data.n);
    }
    af_unlock(&self->wlock);
    return AF_INT(done);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(append_obj, 4, 4, endpoint_append);

// append_packet(data, at, n, origin, ancillary)
static mp_obj_t endpoint_append_packet(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    af_endpoint_t *self = af_endpoint_of(args[0]);
    span_t data = span_of(args);
    return mp_obj_new_bool(data.whole && af_append_packet(self, args[4], args[5], data.bytes, data.n));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(append_packet_obj, 6, 6, endpoint_append_packet);

// fetch(into, at, n, skip, keep)
static mp_obj_t endpoint_fetch(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    af_endpoint_t *self = af_endpoint_of(args[0]);
    size_t skip = index_of(args[4]);
    bool keep = mp_obj_is_true(args[5]);
    span_t into = span_of(args);
    af_lock(&self->rlock, true);
    int32_t done = af_ring_peek(&self->ring, into.bytes, into.n, skip);
    if (!keep) {
        af_ring_skip(&self->ring, done);
    }
    af_unlock(&self->rlock);
    return AF_INT(done);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(fetch_obj, 6, 6, endpoint_fetch);

static void fetch_first(af_endpoint_t *self, uint32_t length, span_t into, bool keep) {
    int32_t slot = af_ring_first(&self->ring);
    af_ring_peek(&self->ring, into.bytes, into.n < length ? into.n : length, 0);
    self->field[E_sender] = af_get_slot(self, E_senders, slot);
    self->field[E_cargo] = af_get_slot(self, E_ancillary, slot);
    if (!keep) {
        af_set_slot(self, E_ancillary, slot, mp_const_none);
        af_ring_drop(&self->ring);
    }
}

// fetch_packet(into, at, n, keep)
static mp_obj_t endpoint_fetch_packet(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    af_endpoint_t *self = af_endpoint_of(args[0]);
    bool keep = mp_obj_is_true(args[4]);
    span_t into = span_of(args);
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
    af_endpoint_t *self = af_endpoint_of(self_in);
    size_t count = index_of(n);
    af_lock(&self->rlock, true);
    af_ring_skip(&self->ring, count);
    af_unlock(&self->rlock);
    return n;
}
static MP_DEFINE_CONST_FUN_OBJ_2(skip_obj, endpoint_skip);

void af_endpoint_clear(af_endpoint_t *self) {
    af_lock(&self->wlock, true);
    af_lock(&self->rlock, true);
    af_ring_clear(&self->ring);
    af_unlock(&self->rlock);
    af_unlock(&self->wlock);
}

static mp_obj_t endpoint_clear(mp_obj_t self) {
    af_endpoint_clear(af_endpoint_of(self));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(clear_obj, endpoint_clear);

// Life

static mp_obj_t endpoint_renew(mp_obj_t self) {
    af_fields_refresh(AF_TYPE_OF(self), af_endpoint_of(self)->field, E_peer);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(renew_obj, endpoint_renew);

// The ring in the memory that the constructor was given, whose sizes are these buffers'.
static void make_ring(af_endpoint_t *self, const mp_obj_t *args) {
    mp_buffer_info_t memory, lengths, control;
    mp_get_buffer_raise(args[E_memory], &memory, MP_BUFFER_WRITE);
    mp_get_buffer_raise(args[E_lengths], &lengths, MP_BUFFER_WRITE);
    mp_get_buffer_raise(args[E_control], &control, MP_BUFFER_WRITE);
    uintptr_t misplaced = ((uintptr_t)control.buf | (uintptr_t)lengths.buf) % sizeof(uint32_t);
    bool is_right = !misplaced && control.len >= sizeof(af_control_t) && memory.len == (uint32_t)memory.len;
    size_t slots = lengths.len / sizeof(uint32_t);
    if (!is_right || !af_ring_make(&self->ring, control.buf, memory.buf, memory.len, lengths.buf, slots)) {
        mp_raise_ValueError(NULL);
    }
}

// Endpoint(index, memory, lengths, senders, ancillary, control)
mp_obj_t af_endpoint_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    if (n_args != E_inlet || n_kw || !AF_IS(args[E_senders], &mp_type_list)
        || !AF_IS(args[E_ancillary], &mp_type_list)) {
        mp_raise_TypeError(NULL);
    }
    size_t size = sizeof(af_endpoint_t) + ((const af_type_t *)type)->count * sizeof(mp_obj_t);
    af_endpoint_t *self = (af_endpoint_t *)mp_obj_malloc_helper(size, type);
    make_ring(self, args);
    af_lock_init(&self->wlock);
    af_lock_init(&self->rlock);
    af_fields_refresh((const af_type_t *)type, self->field, E_inlet);
    for (size_t i = 0; i < E_inlet; i++) {
        self->field[i] = args[i];
    }
    self->field[E_inlet] = MP_OBJ_FROM_PTR(self);
    return MP_OBJ_FROM_PTR(self);
}

bool af_endpoint_fits(size_t place, mp_obj_t value) {
    if (place == E_out || place == E_peer) {
        return value == mp_const_none || AF_IS_ENDPOINT(value);
    }
    if (place >= E_kind && place <= E_pending) {
        return mp_obj_is_small_int(value);
    }
    return place > E_inlet;
}

void af_endpoint_attr(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    int place = af_fields_find(AF_TYPE_OF(self), attr);
    if (dest[1] == MP_OBJ_NULL || (place >= 0 && af_endpoint_fits(place, dest[1]))) {
        af_fields_attr(place, self, ((af_endpoint_t *)MP_OBJ_TO_PTR(self))->field, dest);
    }
}

const void *const af_endpoint_methods[] = {
    &append_obj, &append_packet_obj, &fetch_obj, &fetch_packet_obj, &skip_obj, &clear_obj, &renew_obj, &poll_obj,
};
const size_t af_endpoint_method_count = MP_ARRAY_SIZE(af_endpoint_methods);
