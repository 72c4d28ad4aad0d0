#include "ring.h"
#include "af_platform.h"
#include "barrier.h"

void af_ring_init(af_ring_t *ring, uint8_t *bytes, uint32_t size, int32_t *lengths, uint32_t slots) {
    ring->bytes = bytes;
    ring->lengths = lengths;
    ring->size = size;
    ring->slots = slots;
    ring->written = ring->read = 0;
    ring->packets_in = ring->packets_out = 0;
    ring->attention = 0;
}

void af_ring_clear(af_ring_t *ring) {
    af_publish(&ring->packets_out, ring->packets_in);
    af_publish(&ring->read, ring->written);
}

uint32_t af_ring_used(const af_ring_t *ring) {
    // `read` first: an overtaken pair then shows too many bytes, which a reader cannot see, and never less than none.
    uint32_t read = af_look(&ring->read);
    uint32_t used = af_look(&ring->written) - read;
    return used < ring->size ? used : ring->size;
}

uint32_t af_ring_packets(const af_ring_t *ring) {
    uint32_t out = af_look(&ring->packets_out);
    uint32_t packets = af_look(&ring->packets_in) - out;
    return packets < ring->slots ? packets : ring->slots;
}

int32_t af_ring_first(const af_ring_t *ring) {
    uint32_t out = ring->packets_out;
    return out == af_look(&ring->packets_in) ? AF_NOT : (int32_t)(out & (ring->slots - 1));
}

int32_t af_ring_first_length(const af_ring_t *ring) {
    int32_t slot = af_ring_first(ring);
    return slot < 0 ? AF_NOT : ring->lengths[slot];
}

static uint32_t wrap(const af_ring_t *ring, uint32_t counter) {
    return counter & (2 * ring->size - 1);
}

uint32_t af_ring_position(const af_ring_t *ring) {
    return wrap(ring, ring->written);
}

uint32_t af_ring_ahead(const af_ring_t *ring, uint32_t position) {
    return wrap(ring, position - ring->read);
}

static void copy_in(af_ring_t *ring, const uint8_t *data, uint32_t n) {
    uint32_t at = ring->written & (ring->size - 1);
    uint32_t first = ring->size - at;
    if (n <= first) {
        AF_COPY(ring->bytes + at, data, n);
    } else {
        AF_COPY(ring->bytes + at, data, first);
        AF_COPY(ring->bytes, data + first, n - first);
    }
}

static void copy_out(const af_ring_t *ring, uint8_t *into, uint32_t n, uint32_t skip) {
    uint32_t at = (ring->read + skip) & (ring->size - 1);
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
    return ring->size - (ring->written - af_look(&ring->read));
}

// For the reader: bytes that are there now.
static uint32_t there(const af_ring_t *ring) {
    return af_look(&ring->written) - ring->read;
}

static void move_written(af_ring_t *ring, uint32_t n) {
    af_publish(&ring->written, ring->written + n);
}

int32_t af_ring_put(af_ring_t *ring, const uint8_t *data, uint32_t n) {
    uint32_t fits = room(ring);
    if (n > fits) {
        n = fits;
    }
    if (n) {
        copy_in(ring, data, n);
        move_written(ring, n);
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
    af_publish(&ring->read, ring->read + n);
}

int32_t af_ring_take(af_ring_t *ring, uint8_t *into, uint32_t n) {
    uint32_t used = there(ring);
    if (n > used) {
        n = used;
    }
    // Looked at after `written`: what was published up to there had set it before.
    if (!n || af_look(&ring->attention)) {
        return AF_NOT;
    }
    copy_out(ring, into, n, 0);
    af_ring_skip(ring, n);
    return n;
}

int32_t af_ring_find(const af_ring_t *ring, uint8_t byte, uint32_t n) {
    uint32_t used = there(ring);
    uint32_t read = ring->read;
    if (n > used) {
        n = used;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (ring->bytes[(read + i) & (ring->size - 1)] == byte) {
            return i + 1;
        }
    }
    return n;
}

int32_t af_ring_put_packet(af_ring_t *ring, const uint8_t *data, uint32_t n) {
    uint32_t in = ring->packets_in;
    if (in - af_look(&ring->packets_out) == ring->slots || n > room(ring)) {
        return AF_NOT;
    }
    uint32_t slot = in & (ring->slots - 1);
    ring->lengths[slot] = n;
    copy_in(ring, data, n);
    move_written(ring, n);
    return slot;
}

void af_ring_publish(af_ring_t *ring) {
    af_publish(&ring->packets_in, ring->packets_in + 1);
}

void af_ring_drop(af_ring_t *ring) {
    // The bytes first: a writer that finds a slot free then finds the room of its packet free, too.
    af_ring_skip(ring, ring->lengths[ring->packets_out & (ring->slots - 1)]);
    af_publish(&ring->packets_out, ring->packets_out + 1);
}

int32_t af_ring_take_packet(af_ring_t *ring, uint8_t *into, uint32_t n) {
    int32_t length = af_ring_first_length(ring);
    if (length < 0 || af_look(&ring->attention)) {
        return AF_NOT;
    }
    if (n > (uint32_t)length) {
        n = length;
    }
    copy_out(ring, into, n, 0);
    af_ring_drop(ring);
    return n;
}
