// What the control plane sees of an endpoint's ring and sets there: lib/afunix/data/state.py, which runs dozens of
// times in every control call, once more for firmware. Called with the kernel's lock held.
#include "binding.h"

enum { NOT_OPEN = 8, BUSY = 32 }; // in `attention`: it is nobody's; a receive is planned

static af_ring_t *ring_of(mp_obj_t self) {
    return &af_endpoint_of(self)->ring;
}

static uint32_t number_of(mp_obj_t object) {
    if (!mp_obj_is_small_int(object)) {
        mp_raise_TypeError(NULL);
    }
    return AF_NUMBER(object);
}

static mp_obj_t state_serial(mp_obj_t self) {
    return AF_INT(ring_of(self)->control->serial);
}
static MP_DEFINE_CONST_FUN_OBJ_1(serial_obj, state_serial);

// open_for(serial, kind, owner)
static mp_obj_t state_open_for(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    af_endpoint_t *self = af_endpoint_of(args[0]);
    af_control_t *control = self->ring.control;
    uint32_t serial = number_of(args[1]);
    uint32_t kind = number_of(args[2]);
    self->field[E_kind] = args[2];
    self->field[E_owner] = args[3];
    control->framed = kind != AF_STREAM;
    control->attention = 0;
    control->whole = 0;
    af_publish(&control->serial, serial);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(open_for_obj, 4, 4, state_open_for);

static mp_obj_t state_disown(mp_obj_t self) {
    af_control_t *control = ring_of(self)->control;
    control->serial = 0;
    control->attention = NOT_OPEN;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(disown_obj, state_disown);

static mp_obj_t state_flush(mp_obj_t self_in) {
    af_endpoint_t *self = af_endpoint_of(self_in);
    const mp_obj_list_t *ancillary = MP_OBJ_TO_PTR(self->field[E_ancillary]);
    af_endpoint_clear(self);
    for (size_t i = 0; i < ancillary->len; i++) {
        ancillary->items[i] = mp_const_none;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(flush_obj, state_flush);

static mp_obj_t state_ahead(mp_obj_t self, mp_obj_t position) {
    const af_ring_t *ring = ring_of(self);
    return AF_INT((number_of(position) - ring->control->read) & ring->wrap);
}
static MP_DEFINE_CONST_FUN_OBJ_2(ahead_obj, state_ahead);

static mp_obj_t state_queued(mp_obj_t self) {
    return AF_INT(af_ring_used(ring_of(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(queued_obj, state_queued);

static mp_obj_t state_packets(mp_obj_t self) {
    return AF_INT(af_ring_packets(ring_of(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(packets_obj, state_packets);

static mp_obj_t state_slot(mp_obj_t self, mp_obj_t number) {
    const af_ring_t *ring = ring_of(self);
    uint32_t slot = ring->control->packets_out + number_of(number);
    return AF_INT(ring->slots ? slot & (ring->slots - 1) : 0);
}
static MP_DEFINE_CONST_FUN_OBJ_2(slot_obj, state_slot);

static mp_obj_t state_first_length(mp_obj_t self) {
    int32_t length = af_ring_first_length(ring_of(self));
    return AF_INT(length < 0 ? 0 : length);
}
static MP_DEFINE_CONST_FUN_OBJ_1(first_length_obj, state_first_length);

static mp_obj_t state_attend(mp_obj_t self, mp_obj_t why) {
    ring_of(self)->control->attention |= number_of(why);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(attend_obj, state_attend);

static mp_obj_t state_attends(mp_obj_t self, mp_obj_t why) {
    return AF_INT(ring_of(self)->control->attention & number_of(why));
}
static MP_DEFINE_CONST_FUN_OBJ_2(attends_obj, state_attends);

static mp_obj_t state_relax(mp_obj_t self, mp_obj_t why) {
    ring_of(self)->control->attention &= ~number_of(why);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(relax_obj, state_relax);

static mp_obj_t state_reserve(mp_obj_t self_in) {
    af_endpoint_t *self = af_endpoint_of(self_in);
    self->ring.control->attention |= BUSY;
    // A reader who has not seen it is done when he lets go of this.
    af_lock(&self->rlock, true);
    af_unlock(&self->rlock);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(reserve_obj, state_reserve);

const void *const af_state_methods[] = {
    // clang-format off: in the order of plane.py
    &serial_obj, &open_for_obj, &disown_obj, &flush_obj, &ahead_obj, &queued_obj, &packets_obj, &slot_obj,
    &first_length_obj, &attend_obj, &attends_obj, &relax_obj, &reserve_obj,
    // clang-format on
};
const size_t af_state_method_count = MP_ARRAY_SIZE(af_state_methods);
