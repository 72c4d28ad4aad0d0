#include "ring.h"
#include "af_platform.h"
#include "barrier.h"

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
    uint32_t used = (af_look(&control->written) - read) & control->wrap;
    return used < control->size ? used : control->size;
}

uint32_t af_ring_packets(const af_ring_t *ring) {
    const af_control_t *control = ring->control;
    uint32_t out = af_look(&control->packets_out);
    uint32_t packets = (af_look(&control->packets_in) - out) & control->packets_wrap;
    return packets < control->slots ? packets : control->slots;
}

int32_t af_ring_first(const af_ring_t *ring) {
    const af_control_t *control = ring->control;
    uint32_t out = control->packets_out;
    return out == af_look(&control->packets_in) ? AF_NOT : (int32_t)(out & (control->slots - 1));
}

int32_t af_ring_first_length(const af_ring_t *ring) {
    int32_t slot = af_ring_first(ring);
    return slot < 0 ? AF_NOT : ring->lengths[slot];
}

static void copy_in(af_ring_t *ring, const uint8_t *data, uint32_t n) {
    af_control_t *control = ring->control;
    uint32_t at = control->written & (control->size - 1);
    uint32_t first = control->size - at;
    if (n <= first) {
        AF_COPY(ring->bytes + at, data, n);
    } else {
        AF_COPY(ring->bytes + at, data, first);
        AF_COPY(ring->bytes, data + first, n - first);
    }
    af_publish(&control->written, (control->written + n) & control->wrap);
}

static void copy_out(const af_ring_t *ring, uint8_t *into, uint32_t n, uint32_t skip) {
    const af_control_t *control = ring->control;
    uint32_t at = (control->read + skip) & (control->size - 1);
    uint32_t first = control->size - at;
    if (n <= first) {
        AF_COPY(into, ring->bytes + at, n);
    } else {
        AF_COPY(into, ring->bytes + at, first);
        AF_COPY(into + first, ring->bytes, n - first);
    }
}

// For the writer: bytes that fit now.
static uint32_t room(const af_control_t *control) {
    return control->size - ((control->written - af_look(&control->read)) & control->wrap);
}

// For the reader: bytes that are there now.
static uint32_t there(const af_control_t *control) {
    return (af_look(&control->written) - control->read) & control->wrap;
}

int32_t af_ring_put(af_ring_t *ring, const uint8_t *data, uint32_t n) {
    uint32_t fits = room(ring->control);
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
    uint32_t used = there(ring->control);
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
    af_publish(&control->read, (control->read + n) & control->wrap);
}

int32_t af_ring_take(af_ring_t *ring, uint8_t *into, uint32_t n) {
    const af_control_t *control = ring->control;
    int32_t used = control->framed ? af_ring_first_length(ring) : (int32_t)there(control);
    bool is_there = control->framed ? used >= 0 : used > 0; // a packet may be empty
    // Looked at after the counters: what was published up to there had set it before.
    if (!is_there || af_look(&control->attention)) {
        return AF_NOT;
    }
    if (n > (uint32_t)used) {
        n = used;
    }
    copy_out(ring, into, n, 0);
    if (control->framed) {
        af_ring_drop(ring);
    } else {
        af_ring_skip(ring, n);
    }
    return n;
}

int32_t af_ring_find(const af_ring_t *ring, uint8_t byte, uint32_t n) {
    const af_control_t *control = ring->control;
    uint32_t used = there(control);
    if (n > used) {
        n = used;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (ring->bytes[(control->read + i) & (control->size - 1)] == byte) {
            return i + 1;
        }
    }
    return n;
}

int32_t af_ring_put_packet(af_ring_t *ring, const uint8_t *data, uint32_t n) {
    const af_control_t *control = ring->control;
    uint32_t in = control->packets_in;
    uint32_t queued = (in - af_look(&control->packets_out)) & control->packets_wrap;
    if (queued == control->slots || n > room(control)) {
        return AF_NOT;
    }
    uint32_t slot = in & (control->slots - 1);
    ring->lengths[slot] = n;
    copy_in(ring, data, n);
    return slot;
}

void af_ring_publish(af_ring_t *ring) {
    af_control_t *control = ring->control;
    af_publish(&control->packets_in, (control->packets_in + 1) & control->packets_wrap);
}

void af_ring_drop(af_ring_t *ring) {
    af_control_t *control = ring->control;
    // The bytes first: a writer that finds a slot free then finds the room of its packet free, too.
    af_ring_skip(ring, ring->lengths[control->packets_out & (control->slots - 1)]);
    af_publish(&control->packets_out, (control->packets_out + 1) & control->packets_wrap);
}
