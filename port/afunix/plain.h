// The plain case, put and take of lib/afunix/data/ring.py. In a header, as the ring is: it becomes a part of the calls.
#ifndef AFUNIX_PLAIN_H
#define AFUNIX_PLAIN_H

#include "binding.h"

// The place of a slot in the list that is this field, which a program may have made shorter; NULL where it has.
static inline mp_obj_t *af_slot(const af_endpoint_t *self, int field, uint32_t slot) {
    const mp_obj_list_t *list = MP_OBJ_TO_PTR(self->field[field]);
    return slot < list->len ? &list->items[slot] : NULL;
}

static inline void af_set_slot(const af_endpoint_t *self, int field, uint32_t slot, mp_obj_t value) {
    mp_obj_t *place = af_slot(self, field, slot);
    if (place != NULL) {
        *place = value;
    }
}

static inline mp_obj_t af_get_slot(const af_endpoint_t *self, int field, uint32_t slot) {
    const mp_obj_t *place = af_slot(self, field, slot);
    return place == NULL ? mp_const_none : *place;
}

static inline bool af_is_socket(af_socket_id_t self) {
    return self.endpoint->ring.control->serial == self.serial;
}

// Append one packet of that origin, whose writers' lock the caller has. False where it does not fit now.
static inline bool af_put_packet(af_endpoint_t *to, mp_obj_t origin, mp_obj_t ancillary, const uint8_t *data,
                                 uint32_t n) {
    int32_t slot = af_ring_put_packet(&to->ring, data, n);
    if (slot < 0) {
        return false;
    }
    af_set_slot(to, E_senders, slot, origin);
    if (ancillary != mp_const_none) {
        af_set_slot(to, E_ancillary, slot, ancillary);
    }
    af_ring_publish(&to->ring);
    return true;
}

// Append bytes, or one packet, to the peer's ring. Returns how many, or AF_NOT.
static inline int32_t af_put(af_socket_id_t self, const uint8_t *data, uint32_t n, bool wait) {
    const mp_obj_t *field = self.endpoint->field;
    mp_obj_t out = field[E_out];
    af_endpoint_t *peer = MP_OBJ_TO_PTR(out);
    if (out == mp_const_none || !af_lock_at_once(&peer->wlock, wait)) {
        return AF_NOT;
    }
    int32_t done = AF_NOT;
    if (!af_is_socket(self) || *(const volatile mp_obj_t *)&field[E_out] != out) {
        // taken away meanwhile
    } else if (peer->ring.control->framed) {
        if (af_put_packet(peer, field[E_origin], mp_const_none, data, n)) {
            done = n;
        }
    } else {
        done = af_ring_put(&peer->ring, data, n);
    }
    af_unlock(&peer->wlock);
    return done;
}

// Move bytes, or one packet, out of the own ring. Returns how many, or AF_NOT.
static inline int32_t af_take(af_socket_id_t self, uint8_t *into, uint32_t n, bool wait) {
    af_endpoint_t *endpoint = self.endpoint;
    if (!af_lock_at_once(&endpoint->rlock, wait)) {
        return AF_NOT;
    }
    int32_t done = af_is_socket(self) ? af_ring_take(&endpoint->ring, into, n) : AF_NOT;
    af_unlock(&endpoint->rlock);
    return done;
}

#endif
