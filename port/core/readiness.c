#include "readiness.h"

bool af_readable(const af_ring_t *ring) {
    if (ring->control->framed) {
        return af_ring_packets(ring);
    }
    return af_ring_used(ring) | (ring->control->attention & AF_RETURNED);
}

bool af_writable(const af_ring_t *ring) {
    uint32_t used = af_ring_used(ring);
    if (ring->control->framed) {
        return af_ring_packets(ring) < ring->slots && 2 * used <= ring->size;
    }
    return used < ring->size && ring->size - used >= ring->control->whole;
}

uint32_t af_poll(const af_side_t *self) {
    uint32_t events = 0;
    if (self->shut & AF_SHUT_RECEIVE) {
        events = AF_IN | AF_RDHUP;
    }
    if (self->shut == AF_SHUT_BOTH) {
        events |= AF_HUP;
    }
    if (self->pending || af_readable(self->ring)) {
        events |= AF_IN;
    }
    if (self->peer == NULL ? self->state != AF_LISTENING && self->kind : af_writable(self->peer)) {
        events |= AF_OUT;
    }
    if (self->ring->control->attention & AF_URGENT) {
        events |= AF_PRI;
    }
    if (self->error) {
        events |= AF_ERR;
    }
    if (self->state == AF_IDLE && self->kind != AF_DGRAM) {
        events |= self->kind ? AF_HUP : AF_NVAL;
    }
    return events;
}
