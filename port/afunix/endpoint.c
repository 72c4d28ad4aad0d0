#include "binding.h"
#include "core/barrier.h"

static af_endpoint_t *endpoint_of(mp_obj_t object) {
    return MP_OBJ_TO_PTR(object);
}

static bool is_endpoint(mp_obj_t object) {
    return (const void *)mp_obj_get_type(object) == &af.endpoint_type;
}

static af_endpoint_t *endpoint_or_null(mp_obj_t object) {
    return object == mp_const_none ? NULL : endpoint_of(object);
}

static mp_obj_t *slots_of(const af_endpoint_t *self, int field) {
    return ((mp_obj_list_t *)MP_OBJ_TO_PTR(self->field[field]))->items;
}

// The plain case

int32_t af_put(af_endpoint_t *self, const uint8_t *data, uint32_t n, bool wait) {
    mp_obj_t out = self->field[E_out];
    af_endpoint_t *peer = endpoint_of(out);
    if (out == mp_const_none || !af_lock(&peer->wlock, wait)) {
        return AF_NOT;
    }
    int32_t done = AF_NOT;
    if (*(volatile mp_obj_t *)&self->field[E_out] != out) {
        // taken away meanwhile
    } else if (af_is_stream(self)) {
        done = af_ring_put(&peer->ring, data, n);
    } else {
        int32_t slot = af_ring_put_packet(&peer->ring, data, n);
        if (slot >= 0) {
            slots_of(peer, E_senders)[slot] = MP_OBJ_FROM_PTR(self);
            af_ring_publish(&peer->ring);
            done = n;
        }
    }
    af_unlock(&peer->wlock);
    return done;
}

int32_t af_take(af_endpoint_t *self, uint8_t *into, uint32_t n, uint32_t least, bool wait) {
    if (!af_lock(&self->rlock, wait)) {
        return AF_NOT;
    }
    int32_t done = AF_NOT;
    if (!af_is_stream(self)) {
        done = af_ring_take_packet(&self->ring, into, n);
    } else if (af_ring_used(&self->ring) >= least) {
        done = af_ring_take(&self->ring, into, n);
    }
    af_unlock(&self->rlock);
    return done;
}

int32_t af_take_line(af_endpoint_t *self, uint8_t *into, uint32_t n, bool whole) {
    af_lock(&self->rlock, true);
    int32_t done = af_ring_find(&self->ring, '\n', n);
    if (!whole || (uint32_t)done == n) {
        done = af_ring_take(&self->ring, into, done);
    } else {
        done = AF_NOT;
    }
    af_unlock(&self->rlock);
    return done;
}

// Readiness

static af_side_t side_of(const af_endpoint_t *self) {
    const mp_obj_t *field = self->field;
    return (af_side_t) {
               .ring = &self->ring,
               .kind = AF_NUMBER(field[E_kind]),
               .state = AF_NUMBER(field[E_state]),
               .shut = AF_NUMBER(field[E_shut]),
               .pending = AF_NUMBER(field[E_pending]) != 0,
               .error = AF_NUMBER(field[E_error]) != 0,
    };
}

typedef uint32_t (*af_question_t)(const af_side_t *self, const af_side_t *peer);

static uint32_t ask(const af_endpoint_t *self, af_question_t question) {
    const af_endpoint_t *other = endpoint_or_null(self->field[E_peer]);
    af_side_t side = side_of(self);
    if (other == NULL) {
        return question(&side, NULL);
    }
    af_side_t peer = side_of(other);
    return question(&side, &peer);
}

uint32_t af_events(const af_endpoint_t *self) {
    return ask(self, af_poll);
}

static mp_obj_t endpoint_poll(mp_obj_t self) {
    return AF_INT(af_events(endpoint_of(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(poll_obj, endpoint_poll);

static mp_obj_t endpoint_readable(mp_obj_t self) {
    af_side_t side = side_of(endpoint_of(self));
    return mp_obj_new_bool(af_readable(&side));
}
static MP_DEFINE_CONST_FUN_OBJ_1(readable_obj, endpoint_readable);

static uint32_t writable(const af_side_t *self, const af_side_t *peer) {
    return af_writable(self, peer);
}

static mp_obj_t endpoint_writable(mp_obj_t self) {
    return mp_obj_new_bool(ask(endpoint_of(self), writable));
}
static MP_DEFINE_CONST_FUN_OBJ_1(writable_obj, endpoint_writable);

// Arguments: object[at:at + n] as bytes. A buffer to fill may be a bytes object that nobody else has seen yet.

typedef struct {
    uint8_t *bytes;
    uint32_t n;
} span_t;

static span_t span_of(mp_obj_t object, mp_int_t at, mp_int_t n) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(object, &buffer, MP_BUFFER_READ);
    mp_int_t length = buffer.len;
    at = at < 0 ? 0 : at > length ? length : at;
    n = n < 0 ? 0 : n > length - at ? length - at : n;
    return (span_t) { (uint8_t *)buffer.buf + at, n };
}

static span_t span_of_args(const mp_obj_t *args) {
    return span_of(args[1], AF_NUMBER(args[2]), AF_NUMBER(args[3]));
}

static bool may_wait(size_t n_args, const mp_obj_t *args) {
    return n_args < 5 || mp_obj_is_true(args[4]);
}

static mp_obj_t endpoint_put(size_t n_args, const mp_obj_t *args) {
    span_t data = span_of_args(args);
    return AF_INT(af_put(endpoint_of(args[0]), data.bytes, data.n, may_wait(n_args, args)));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(put_obj, 4, 5, endpoint_put);

static mp_obj_t endpoint_take(size_t n_args, const mp_obj_t *args) {
    span_t into = span_of_args(args);
    return AF_INT(af_take(endpoint_of(args[0]), into.bytes, into.n, 0, may_wait(n_args, args)));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(take_obj, 4, 5, endpoint_take);

static mp_obj_t endpoint_take_line(mp_obj_t self, mp_obj_t object, mp_obj_t most) {
    span_t into = span_of(object, 0, AF_NUMBER(most));
    return AF_INT(af_take_line(endpoint_of(self), into.bytes, into.n, false));
}
static MP_DEFINE_CONST_FUN_OBJ_3(take_line_obj, endpoint_take_line);

static mp_obj_t endpoint_line(mp_obj_t self, mp_obj_t most) {
    return AF_INT(af_ring_find(&endpoint_of(self)->ring, '\n', AF_NUMBER(most)));
}
static MP_DEFINE_CONST_FUN_OBJ_2(line_obj, endpoint_line);

// What the control plane builds the other cases from

static mp_obj_t endpoint_append(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    af_endpoint_t *self = endpoint_of(args[0]);
    span_t data = span_of_args(args);
    af_lock(&self->wlock, true);
    self->field[E_appended_at] = AF_INT(af_ring_position(&self->ring));
    int32_t done = af_ring_put(&self->ring, data.bytes, data.n);
    af_unlock(&self->wlock);
    return AF_INT(done);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(append_obj, 4, 4, endpoint_append);

static mp_obj_t endpoint_append_packet(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    af_endpoint_t *self = endpoint_of(args[0]);
    span_t data = span_of_args(args);
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

static mp_obj_t endpoint_fetch(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    af_endpoint_t *self = endpoint_of(args[0]);
    span_t into = span_of_args(args);
    mp_int_t skip = AF_NUMBER(args[4]);
    bool keep = mp_obj_is_true(args[5]);
    af_lock(&self->rlock, true);
    int32_t done = af_ring_peek(&self->ring, into.bytes, into.n, skip);
    if (!keep) {
        af_ring_skip(&self->ring, done);
    }
    af_unlock(&self->rlock);
    return AF_INT(done);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(fetch_obj, 6, 6, endpoint_fetch);

static void fetch_first(af_endpoint_t *self, int32_t length, span_t into, uint32_t skip, bool keep) {
    int32_t slot = af_ring_first(&self->ring);
    uint32_t left = skip < (uint32_t)length ? length - skip : 0;
    af_ring_peek(&self->ring, into.bytes, into.n < left ? into.n : left, skip);
    self->field[E_sender] = slots_of(self, E_senders)[slot];
    self->field[E_cargo] = slots_of(self, E_ancillary)[slot];
    if (!keep) {
        slots_of(self, E_ancillary)[slot] = mp_const_none;
        af_ring_drop(&self->ring);
    }
}

static mp_obj_t endpoint_fetch_packet(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    af_endpoint_t *self = endpoint_of(args[0]);
    span_t into = span_of_args(args);
    mp_int_t skip = AF_NUMBER(args[4]);
    bool keep = mp_obj_is_true(args[5]);
    af_lock(&self->rlock, true);
    int32_t length = af_ring_first_length(&self->ring);
    if (length >= 0) {
        fetch_first(self, length, into, skip, keep);
    }
    af_unlock(&self->rlock);
    return AF_INT(length);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(fetch_packet_obj, 6, 6, endpoint_fetch_packet);

static mp_obj_t endpoint_skip(mp_obj_t self_in, mp_obj_t n) {
    af_endpoint_t *self = endpoint_of(self_in);
    uint32_t count = AF_NUMBER(n);
    af_lock(&self->rlock, true);
    af_ring_skip(&self->ring, count);
    af_unlock(&self->rlock);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(skip_obj, endpoint_skip);

static mp_obj_t endpoint_ahead(mp_obj_t self, mp_obj_t position) {
    return AF_INT(af_ring_ahead(&endpoint_of(self)->ring, AF_NUMBER(position)));
}
static MP_DEFINE_CONST_FUN_OBJ_2(ahead_obj, endpoint_ahead);

static mp_obj_t endpoint_queued(mp_obj_t self) {
    return AF_INT(af_ring_used(&endpoint_of(self)->ring));
}
static MP_DEFINE_CONST_FUN_OBJ_1(queued_obj, endpoint_queued);

static mp_obj_t endpoint_first_length(mp_obj_t self) {
    int32_t length = af_ring_first_length(&endpoint_of(self)->ring);
    return AF_INT(length < 0 ? 0 : length);
}
static MP_DEFINE_CONST_FUN_OBJ_1(first_length_obj, endpoint_first_length);

static mp_obj_t endpoint_packets(mp_obj_t self) {
    return AF_INT(af_ring_packets(&endpoint_of(self)->ring));
}
static MP_DEFINE_CONST_FUN_OBJ_1(packets_obj, endpoint_packets);

// Where the queued packet of that number, counted from 0, is.
static mp_obj_t endpoint_slot(mp_obj_t self, mp_obj_t number) {
    const af_ring_t *ring = &endpoint_of(self)->ring;
    return AF_INT((ring->packets_out + AF_NUMBER(number)) & (ring->slots - 1));
}
static MP_DEFINE_CONST_FUN_OBJ_2(slot_obj, endpoint_slot);

static mp_obj_t endpoint_attend(mp_obj_t self, mp_obj_t why) {
    af_ring_t *ring = &endpoint_of(self)->ring;
    af_publish(&ring->attention, ring->attention | AF_NUMBER(why));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(attend_obj, endpoint_attend);

static mp_obj_t endpoint_attends(mp_obj_t self, mp_obj_t why) {
    return AF_INT(endpoint_of(self)->ring.attention & AF_NUMBER(why));
}
static MP_DEFINE_CONST_FUN_OBJ_2(attends_obj, endpoint_attends);

static mp_obj_t endpoint_relax(mp_obj_t self, mp_obj_t why) {
    af_ring_t *ring = &endpoint_of(self)->ring;
    af_publish(&ring->attention, ring->attention & ~AF_NUMBER(why));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(relax_obj, endpoint_relax);

// Life

static void flush(af_endpoint_t *self) {
    af_lock(&self->wlock, true);
    af_lock(&self->rlock, true);
    af_ring_clear(&self->ring);
    for (uint32_t slot = 0; slot < self->ring.slots; slot++) {
        slots_of(self, E_ancillary)[slot] = mp_const_none;
    }
    af_unlock(&self->rlock);
    af_unlock(&self->wlock);
}

// `sender` is about to be closed: keep its name with its packets instead.
static mp_obj_t endpoint_forget_sender(mp_obj_t self_in, mp_obj_t sender) {
    af_endpoint_t *self = endpoint_of(self_in);
    mp_obj_t *senders = slots_of(self, E_senders);
    for (uint32_t slot = 0; slot < self->ring.slots; slot++) {
        if (senders[slot] == sender) {
            senders[slot] = mp_load_attr(sender, MP_QSTR_address);
        }
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(forget_sender_obj, endpoint_forget_sender);

static mp_obj_t endpoint_flush(mp_obj_t self) {
    flush(endpoint_of(self));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(flush_obj, endpoint_flush);

static void set(mp_obj_t *from, mp_obj_t *to, mp_obj_t value) {
    while (from < to) {
        *from++ = value;
    }
}

static mp_obj_t endpoint_reset(mp_obj_t self_in, mp_obj_t kind, mp_obj_t owner) {
    af_endpoint_t *self = endpoint_of(self_in);
    mp_obj_t *field = self->field;
    flush(self);
    self->ring.attention = 0;
    field[E_kind] = kind;
    field[E_owner] = field[E_credentials] = owner;
    set(field + E_state, field + E_peer, AF_INT(0));
    set(field + E_peer, field + E_orphaned, mp_const_none);
    set(field + E_orphaned, field + E_COUNT, mp_const_false);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(reset_obj, endpoint_reset);

static mp_obj_t list_of_none(size_t n) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    while (n--) {
        mp_obj_list_append(list, mp_const_none);
    }
    return list;
}

static uint32_t power_of_two(size_t n) {
    if (n & (n - 1)) {
        mp_raise_ValueError(MP_ERROR_TEXT("not a power of two"));
    }
    return n;
}

// Endpoint(index, memory, lengths)
mp_obj_t af_endpoint_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 3, 3, false);
    mp_buffer_info_t memory, lengths;
    mp_get_buffer_raise(args[1], &memory, MP_BUFFER_WRITE);
    mp_get_buffer_raise(args[2], &lengths, MP_BUFFER_WRITE);
    af_endpoint_t *self = mp_obj_malloc(af_endpoint_t, type);
    mp_obj_t self_out = MP_OBJ_FROM_PTR(self);
    size_t slots = power_of_two(lengths.len / sizeof(int32_t));
    set(self->field, self->field + E_COUNT, mp_const_none);
    af_ring_init(&self->ring, memory.buf, power_of_two(memory.len), lengths.buf, slots);
    af_lock_init(&self->wlock);
    af_lock_init(&self->rlock);
    self->field[E_index] = args[0];
    self->field[E_memory] = args[1];
    self->field[E_lengths] = args[2];
    self->field[E_senders] = list_of_none(slots);
    self->field[E_ancillary] = list_of_none(slots);
    self->field[E_inlet] = self_out;
    self->field[E_references] = self->field[E_appended_at] = AF_INT(0);
    endpoint_reset(self_out, AF_INT(0), AF_INT(0));
    self->ring.attention = AF_NOT_OPEN;
    return self_out;
}

// What this file casts without a look must be what it takes it for.
static bool fits(int field, mp_obj_t value) {
    if (field == E_out || field == E_peer) {
        return value == mp_const_none || is_endpoint(value);
    }
    if (field >= E_kind && field < E_peer) {
        return mp_obj_is_small_int(value);
    }
    return field > E_inlet;
}

void af_endpoint_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    af_endpoint_t *self = endpoint_of(self_in);
    for (int field = 0; field < E_COUNT; field++) {
        if (af.endpoint_names[field] == attr) {
            if (dest[0] == MP_OBJ_NULL) {
                dest[0] = self->field[field];
            } else if (dest[1] != MP_OBJ_NULL && fits(field, dest[1])) {
                self->field[field] = dest[1];
                dest[0] = MP_OBJ_NULL;
            }
            return;
        }
    }
    if (dest[0] == MP_OBJ_NULL) {
        dest[1] = MP_OBJ_SENTINEL; // look among the methods
    }
}

const void *const af_endpoint_methods[] = {
    &put_obj, &take_obj, &take_line_obj, &line_obj, &append_obj, &append_packet_obj, &fetch_obj, &fetch_packet_obj,
    &skip_obj, &ahead_obj, &queued_obj, &first_length_obj, &packets_obj, &slot_obj, &attend_obj, &attends_obj,
    &relax_obj, &poll_obj, &readable_obj, &writable_obj, &forget_sender_obj, &flush_obj, &reset_obj,
};
