// Readiness: the events of poll(2) that hold for a socket, from its own state and its peer's.
#ifndef AFUNIX_CORE_READINESS_H
#define AFUNIX_CORE_READINESS_H

#include "ring.h"

enum { AF_STREAM = 1, AF_DGRAM = 2, AF_SEQPACKET = 5 };
enum { AF_IDLE, AF_LISTENING, AF_CONNECTED }; // Linux's TCP_CLOSE, TCP_LISTEN, TCP_ESTABLISHED
enum { AF_SHUT_RECEIVE = 1, AF_SHUT_SEND = 2, AF_SHUT_BOTH = 3 };
enum { AF_IN = 1, AF_PRI = 2, AF_OUT = 4, AF_ERR = 8, AF_HUP = 16, AF_NVAL = 32, AF_RDHUP = 0x2000 };

// What readiness depends on, of one endpoint.
typedef struct {
    const af_ring_t *ring;
    const af_ring_t *peer; // NULL for none
    uint32_t kind, state, shut;
    uint32_t pending; // connections that wait to be accepted
    uint32_t error;
} af_side_t;

// Is something queued?
bool af_readable(const af_ring_t *ring);

// Would a small message be taken? A packet ring says so while half of it is free.
bool af_writable(const af_ring_t *ring);

// The events of poll(2) that hold.
uint32_t af_poll(const af_side_t *self);

#endif
