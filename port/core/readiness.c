#include "readiness.h"

bool af_readable(const af_side_t *self) {
    if (self->pending) {
        return true;
    }
    return self->kind == AF_STREAM ? af_ring_used(self->ring) : af_ring_packets(self->ring);
}

bool af_writable(const af_side_t *self, const af_side_t *peer) {
    if (peer == NULL) {
        return self->state != AF_LISTENING && self->kind;
    }
    uint32_t used = af_ring_used(peer->ring);
    if (self->kind == AF_STREAM) {
        return used < peer->ring->size;
    }
    return af_ring_packets(peer->ring) < peer->ring->slots && 2 * used <= peer->ring->size;
}

static uint32_t shutdown_events(uint32_t shut) {
    uint32_t events = shut & AF_SHUT_RECEIVE ? AF_IN | AF_RDHUP : 0;
    return shut == AF_SHUT_BOTH ? events | AF_HUP : events;
}

uint32_t af_poll(const af_side_t *self, const af_side_t *peer) {
    uint32_t events = shutdown_events(self->shut);
    if (af_readable(self)) {
        events |= AF_IN;
    }
    if (af_writable(self, peer)) {
        events |= AF_OUT;
    }
    if (self->ring->attention & AF_URGENT) {
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
