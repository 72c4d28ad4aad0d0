// A receive ring: bytes, and beside them the lengths of packets, so that framing stays out of the bytes.
//
// Its words are those of lib/afunix/data/ring.py, in memory that Python made, reads and may write. So nothing that is
// read there is trusted: sizes are the core's own, and a counter or a length only says where in the ring something is,
// and never more than the ring holds. Whoever spoils the words loses bytes, and nobody's memory.
//
// Counters run over twice the size, which tells a full ring from an empty one; sizes are powers of two, so a counter's
// low bits are its place in the ring. One writer and one reader may be inside at the same time, on two cores or one of
// them in an interrupt: the writer alone moves `written` and `packets_in`, the reader alone moves `read` and
// `packets_out`, and each is done with the bytes before the store that publishes them (barrier.h). Several writers, or
// several readers, must take turns: that is the caller's.
#ifndef AFUNIX_CORE_RING_H
#define AFUNIX_CORE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "af_platform.h"
#include "barrier.h"

typedef struct {
    volatile uint32_t written, read; // modulo wrap + 1
    uint32_t size_for_python[2];
    volatile uint32_t packets_in, packets_out; // modulo packets_wrap + 1
    uint32_t slots_for_python[2];
    // Not 0: a reader must look at more than the bytes. A writer that queues ancillary data sets it before it
    // publishes the bytes it belongs to.
    volatile uint32_t attention;
    volatile uint32_t framed; // not 0: packets are queued, so bytes without a length have no business here
    volatile uint32_t serial; // which socket the ring belongs to, 0 for none
    volatile uint32_t whole; // bytes that are not more than this are appended together or not at all
} af_control_t;

typedef struct {
    af_control_t *control;
    uint8_t *bytes;
    volatile uint32_t *lengths; // one for each slot
    uint32_t size, wrap; // bytes of payload; 2 * size - 1
    uint32_t slots, packets_wrap; // packets, may be 0; 2 * slots - 1, or 0
} af_ring_t;

// Of the reasons for attention, those that C knows: see data/ring.py.
enum { AF_URGENT = 16, AF_RETURNED = 64 };

// What stands for "not now, or not in this way"; nothing was changed.
#define AF_NOT (-1)

static inline uint32_t af_least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static inline bool af_is_power_of_two(uint32_t n) {
    return n && !(n & (n - 1));
}

// A ring in that memory, sizes being powers of two; `slots` may be 0. False where they are not.
static inline bool af_ring_make(af_ring_t *ring, af_control_t *control, uint8_t *bytes, uint32_t size,
                                uint32_t *lengths, uint32_t slots) {
    if (!af_is_power_of_two(size) || size >> 31 || (slots && !af_is_power_of_two(slots))) {
        return false;
    }
    ring->control = control;
    ring->bytes = bytes;
    ring->lengths = lengths;
    ring->size = size;
    ring->wrap = 2 * size - 1;
    ring->slots = slots;
    ring->packets_wrap = slots ? 2 * slots - 1 : 0;
    return true;
}

// Forget everything queued. Neither a writer nor a reader may be inside.
static inline void af_ring_clear(af_ring_t *ring) {
    af_control_t *control = ring->control;
    // What is sent next starts where words start, and is copied faster.
    control->packets_in = control->packets_out = 0;
    control->written = control->read = 0;
}

// What is queued, for who is neither writer nor reader

static inline uint32_t af_ring_used(const af_ring_t *ring) {
    const af_control_t *control = ring->control;
    // `read` first: an overtaken pair then shows too many bytes, which a reader cannot see, and never less than none.
    uint32_t read = af_look(&control->read);
    return af_least((af_look(&control->written) - read) & ring->wrap, ring->size);
}

static inline uint32_t af_ring_packets(const af_ring_t *ring) {
    const af_control_t *control = ring->control;
    uint32_t out = af_look(&control->packets_out);
    return af_least((af_look(&control->packets_in) - out) & ring->packets_wrap, ring->slots);
}

// For the writer

// Bytes that fit now.
static inline uint32_t af_ring_room(const af_ring_t *ring) {
    const af_control_t *control = ring->control;
    return ring->size - af_least((control->written - af_look(&control->read)) & ring->wrap, ring->size);
}

// `n` bytes, which are not more than fit.
static inline void af_ring_copy_in(af_ring_t *ring, const uint8_t *data, uint32_t n) {
    af_control_t *control = ring->control;
    uint32_t written = control->written;
    uint32_t at = written & (ring->size - 1);
    uint32_t first = ring->size - at;
    if (n <= first) {
        AF_COPY(ring->bytes + at, data, n);
    } else {
        AF_COPY(ring->bytes + at, data, first);
        AF_COPY(ring->bytes, data + first, n - first);
    }
    af_publish(&control->written, (written + n) & ring->wrap);
}

// Append up to `n` bytes. Returns how many fitted, AF_NOT where packets are queued, or where all must fit and do not.
static inline int32_t af_ring_put(af_ring_t *ring, const uint8_t *data, uint32_t n) {
    uint32_t fits = af_ring_room(ring);
    if (ring->control->framed) {
        return AF_NOT;
    }
    if (n > fits) {
        if (n <= ring->control->whole) {
            return AF_NOT;
        }
        n = fits;
    }
    if (n) {
        af_ring_copy_in(ring, data, n);
    }
    return n;
}

// Append one packet without publishing it. Returns its slot, AF_NOT where it does not fit now.
static inline int32_t af_ring_put_packet(af_ring_t *ring, const uint8_t *data, uint32_t n) {
    const af_control_t *control = ring->control;
    uint32_t in = control->packets_in;
    uint32_t queued = (in - af_look(&control->packets_out)) & ring->packets_wrap;
    if (queued >= ring->slots || n > af_ring_room(ring)) {
        return AF_NOT;
    }
    uint32_t slot = in & (ring->slots - 1);
    ring->lengths[slot] = n;
    af_ring_copy_in(ring, data, n);
    return slot;
}

// Make the packet of the last `put_packet` readable.
static inline void af_ring_publish(af_ring_t *ring) {
    af_control_t *control = ring->control;
    af_publish(&control->packets_in, (control->packets_in + 1) & ring->packets_wrap);
}

// For the reader

// Bytes that are there now.
static inline uint32_t af_ring_there(const af_ring_t *ring) {
    const af_control_t *control = ring->control;
    return af_least((af_look(&control->written) - control->read) & ring->wrap, ring->size);
}

// The slot of the packet that is next, AF_NOT where there is none.
static inline int32_t af_ring_first(const af_ring_t *ring) {
    const af_control_t *control = ring->control;
    uint32_t out = control->packets_out;
    // With no slot there is never a packet, whatever the counters say.
    return (af_look(&control->packets_in) - out) & ring->packets_wrap ? (int32_t)(out & (ring->slots - 1)) : AF_NOT;
}

// Its length, AF_NOT where there is none.
static inline int32_t af_ring_first_length(const af_ring_t *ring) {
    int32_t slot = af_ring_first(ring);
    return slot < 0 ? AF_NOT : (int32_t)af_least(ring->lengths[slot], ring->size);
}

// `n` bytes behind the first `skip`, which together are not more than the ring holds.
static inline void af_ring_copy_out(const af_ring_t *ring, uint8_t *into, uint32_t n, uint32_t skip) {
    uint32_t at = (ring->control->read + skip) & (ring->size - 1);
    uint32_t first = ring->size - at;
    if (n <= first) {
        AF_COPY(into, ring->bytes + at, n);
    } else {
        AF_COPY(into, ring->bytes + at, first);
        AF_COPY(into + first, ring->bytes, n - first);
    }
}

// Copy up to `n` bytes that follow the first `skip` queued ones. Returns how many there were.
static inline int32_t af_ring_peek(const af_ring_t *ring, uint8_t *into, uint32_t n, uint32_t skip) {
    uint32_t used = af_ring_there(ring);
    if (skip >= used) {
        return 0;
    }
    if (n > used - skip) {
        n = used - skip;
    }
    af_ring_copy_out(ring, into, n, skip);
    return n;
}

// How many of the first `n` queued bytes end with the first `byte`; all there are (up to n) where it is not there.
static inline int32_t af_ring_find(const af_ring_t *ring, uint8_t byte, uint32_t n) {
    n = af_least(n, af_ring_there(ring));
    uint32_t read = ring->control->read;
    for (uint32_t i = 0; i < n; i++) {
        if (ring->bytes[(read + i) & (ring->size - 1)] == byte) {
            return i + 1;
        }
    }
    return n;
}

// Release the first `n` queued bytes.
static inline void af_ring_skip(af_ring_t *ring, uint32_t n) {
    af_control_t *control = ring->control;
    af_publish(&control->read, (control->read + n) & ring->wrap);
}

// Release the first packet: there is one.
static inline void af_ring_drop(af_ring_t *ring) {
    af_control_t *control = ring->control;
    uint32_t out = control->packets_out;
    // The bytes first: a writer that finds a slot free then finds the room of its packet free, too.
    af_ring_skip(ring, ring->lengths[out & (ring->slots - 1)]);
    af_publish(&control->packets_out, (out + 1) & ring->packets_wrap);
}

// Receive up to `n` bytes, or one packet cut to `n`. AF_NOT where there is nothing, or where `attention` asks for more
// care.
static inline int32_t af_ring_take(af_ring_t *ring, uint8_t *into, uint32_t n) {
    const af_control_t *control = ring->control;
    bool framed = control->framed;
    int32_t used = framed ? af_ring_first_length(ring) : (int32_t)af_ring_there(ring);
    bool is_there = framed ? used >= 0 : used > 0; // a packet may be empty
    // Looked at after the counters: what was published up to there had set it before.
    if (!is_there || af_look(&control->attention)) {
        return AF_NOT;
    }
    if (n > (uint32_t)used) {
        n = used;
    }
    af_ring_copy_out(ring, into, n, 0);
    if (framed) {
        af_ring_drop(ring);
    } else {
        af_ring_skip(ring, n);
    }
    return n;
}

#endif
