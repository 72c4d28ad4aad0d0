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
} af_control_t;

typedef struct {
    af_control_t *control;
    uint8_t *bytes;
    volatile uint32_t *lengths; // one for each slot
    uint32_t size, wrap; // bytes of payload; 2 * size - 1
    uint32_t slots, packets_wrap; // packets, may be 0; 2 * slots - 1, or 0
} af_ring_t;

// Of the reasons for attention, the one that C knows: see constants.py.
enum { AF_URGENT = 16 };

// What stands for "not now, or not in this way"; nothing was changed.
#define AF_NOT (-1)

// A ring in that memory, sizes being powers of two; `slots` may be 0. False where they are not.
bool af_ring_make(af_ring_t *ring, af_control_t *control, uint8_t *bytes, uint32_t size, uint32_t *lengths,
                  uint32_t slots);

// Forget everything queued. Neither a writer nor a reader may be inside.
void af_ring_clear(af_ring_t *ring);

uint32_t af_ring_used(const af_ring_t *ring);
uint32_t af_ring_packets(const af_ring_t *ring);

// The length of the packet that is next, AF_NOT where there is none.
int32_t af_ring_first_length(const af_ring_t *ring);

// Append up to `n` bytes. Returns how many fitted, AF_NOT where packets are queued.
int32_t af_ring_put(af_ring_t *ring, const uint8_t *data, uint32_t n);

// Copy up to `n` bytes that follow the first `skip` queued ones. Returns how many there were.
int32_t af_ring_peek(const af_ring_t *ring, uint8_t *into, uint32_t n, uint32_t skip);

// Receive up to `n` bytes, or one packet cut to `n`. AF_NOT where there is nothing, or where `attention` asks for more
// care.
int32_t af_ring_take(af_ring_t *ring, uint8_t *into, uint32_t n);

// Release the first `n` queued bytes.
void af_ring_skip(af_ring_t *ring, uint32_t n);

// How many of the first `n` queued bytes end with the first `byte`; all there are (up to n) where it is not there.
int32_t af_ring_find(const af_ring_t *ring, uint8_t byte, uint32_t n);

// Append one packet without publishing it. Returns its slot, AF_NOT where it does not fit now.
int32_t af_ring_put_packet(af_ring_t *ring, const uint8_t *data, uint32_t n);

// Make the packet of the last `put_packet` readable.
void af_ring_publish(af_ring_t *ring);

// The slot of the packet that is next, AF_NOT where there is none.
int32_t af_ring_first(const af_ring_t *ring);

// Release the first packet.
void af_ring_drop(af_ring_t *ring);

#endif
