#include "ring.h"
#include "af_platform.h"
#include "barrier.h"

static bool is_power_of_two(uint32_t n) {
    return n && !(n & (n - 1));
}

bool af_ring_make(af_ring_t *ring, af_control_t *control, uint8_t *bytes, uint32_t size, uint32_t *lengths,
                  uint32_t slots) {
    if (!is_power_of_two(size) || size >> 31 || (slots && !is_power_of_two(slots))) {
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

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

void af_ring_clear(af_ring_t *ring) {
    af_control_t *control = ring->control;
    // What is sent next starts where words start, and is copied faster.
    control->packets_in = control->packets_out = 0;
    control->written = control->read = 0;
}

uint32_t af_ring_used(const af_ring_t *ring) {
    const af_control_t *control = ring->control;
    // `read` first: an overtaken pair then shows too many bytes, which a reader cannot see, and never less than none.
    uint32_t read = af_look(&control->read);
    return least((af_look(&control->written) - read) & ring->wrap, ring->size);
}

uint32_t af_ring_packets(const af_ring_t *ring) {
    const af_control_t *control = ring->control;
    uint32_t out = af_look(&control->packets_out);
    return least((af_look(&control->packets_in) - out) & ring->packets_wrap, ring->slots);
}

int32_t af_ring_first(const af_ring_t *ring) {
    const af_control_t *control = ring->control;
    uint32_t out = control->packets_out;
    // With no slot there is never a packet, whatever the counters say.
    return (af_look(&control->packets_in) - out) & ring->packets_wrap ? (int32_t)(out & (ring->slots - 1)) : AF_NOT;
}

int32_t af_ring_first_length(const af_ring_t *ring) {
    int32_t slot = af_ring_first(ring);
    return slot < 0 ? AF_NOT : (int32_t)least(ring->lengths[slot], ring->size);
}

static void copy_in(af_ring_t *ring, const uint8_t *data, uint32_t n) {
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

// n + skip is not more than the ring's size.
static void copy_out(const af_ring_t *ring, uint8_t *into, uint32_t n, uint32_t skip) {
    uint32_t at = (ring->control->read + skip) & (ring->size - 1);
    uint32_t first = ring->size - at;
    if (n <= first) {
        AF_COPY(into, ring->bytes + at, n);
    } else {
        AF_COPY(into, ring->bytes + at, first);
        AF_COPY(into + first, ring->bytes, n - first);
    }
}

// For the writer: bytes that fit now.
static uint32_t room(const af_ring_t *ring) {
    const af_control_t *control = ring->control;
    return ring->size - least((control->written - af_look(&control->read)) & ring->wrap, ring->size);
}

// For the reader: bytes that are there now.
static uint32_t there(const af_ring_t *ring) {
    const af_control_t *control = ring->control;
    return least((af_look(&control->written) - control->read) & ring->wrap, ring->size);
}

int32_t af_ring_put(af_ring_t *ring, const uint8_t *data, uint32_t n) {
    uint32_t fits = room(ring);
    if (ring->control->framed) {
        return AF_NOT;
    }
    if (n > fits) {
        n = fits;
    }
    if (n) {
        copy_in(ring, data, n);
    }
    return n;
}

int32_t af_ring_peek(const af_ring_t *ring, uint8_t *into, uint32_t n, uint32_t skip) {
    uint32_t used = there(ring);
    if (skip >= used) {
        return 0;
    }
    if (n > used - skip) {
        n = used - skip;
    }
    copy_out(ring, into, n, skip);
    return n;
}

void af_ring_skip(af_ring_t *ring, uint32_t n) {
    af_control_t *control = ring->control;
    af_publish(&control->read, (control->read + n) & ring->wrap);
}

int32_t af_ring_take(af_ring_t *ring, uint8_t *into, uint32_t n) {
    const af_control_t *control = ring->control;
    bool framed = control->framed;
    int32_t used = framed ? af_ring_first_length(ring) : (int32_t)there(ring);
    bool is_there = framed ? used >= 0 : used > 0; // a packet may be empty
    // Looked at after the counters: what was published up to there had set it before.
    if (!is_there || af_look(&control->attention)) {
        return AF_NOT;
    }
    if (n > (uint32_t)used) {
        n = used;
    }
    copy_out(ring, into, n, 0);
    if (framed) {
        af_ring_drop(ring);
    } else {
        af_ring_skip(ring, n);
    }
    return n;
}

int32_t af_ring_find(const af_ring_t *ring, uint8_t byte, uint32_t n) {
    n = least(n, there(ring));
    uint32_t read = ring->control->read;
    for (uint32_t i = 0; i < n; i++) {
        if (ring->bytes[(read + i) & (ring->size - 1)] == byte) {
            return i + 1;
        }
    }
    return n;
}

int32_t af_ring_put_packet(af_ring_t *ring, const uint8_t *data, uint32_t n) {
    const af_control_t *control = ring->control;
    uint32_t in = control->packets_in;
    uint32_t queued = (in - af_look(&control->packets_out)) & ring->packets_wrap;
    if (queued >= ring->slots || n > room(ring)) {
        return AF_NOT;
    }
    uint32_t slot = in & (ring->slots - 1);
    ring->lengths[slot] = n;
    copy_in(ring, data, n);
    return slot;
}

void af_ring_publish(af_ring_t *ring) {
    af_control_t *control = ring->control;
    af_publish(&control->packets_in, (control->packets_in + 1) & ring->packets_wrap);
}

void af_ring_drop(af_ring_t *ring) {
    af_control_t *control = ring->control;
    uint32_t out = control->packets_out;
    // The bytes first: a writer that finds a slot free then finds the room of its packet free, too.
    af_ring_skip(ring, ring->lengths[out & (ring->slots - 1)]);
    af_publish(&control->packets_out, (out + 1) & ring->packets_wrap);
}
