/* One writer and one reader in two threads, and a third that asks for readiness: every byte arrives, in order, once. */
#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "core/barrier.h"
#include "core/readiness.h"

enum { SIZE = 64, SLOTS = 4, CHUNK = 23 };

static uint8_t memory[SIZE];
static uint32_t lengths[SLOTS];
static af_control_t control;
static af_ring_t ring;
static uint32_t total;
static volatile uint32_t finished;

static uint8_t byte_at(uint32_t i) {
    return i * 7 + (i >> 8);
}

static void fill(uint8_t *data, uint32_t at, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        data[i] = byte_at(at + i);
    }
}

static void check(const uint8_t *data, uint32_t at, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        assert(data[i] == byte_at(at + i));
    }
}

static void *write_stream(void *unused) {
    uint8_t data[CHUNK];
    for (uint32_t at = 0; at < total;) {
        uint32_t n = at % CHUNK + 1;
        n = n < total - at ? n : total - at;
        fill(data, at, n);
        uint32_t done = af_ring_put(&ring, data, n);
        at += done;
        if (!done) {
            sched_yield();
        }
    }
    return unused;
}

static void *read_stream(void *unused) {
    uint8_t data[CHUNK];
    for (uint32_t at = 0; at < total;) {
        int32_t done = af_ring_take(&ring, data, CHUNK - at % 5);
        if (done == AF_NOT) {
            sched_yield();
            continue;
        }
        check(data, at, done);
        at += done;
    }
    af_publish(&finished, 1);
    return unused;
}

static void *write_packets(void *unused) {
    uint8_t data[CHUNK];
    for (uint32_t i = 0; i < total;) {
        uint32_t n = i % (CHUNK + 1);
        fill(data, i, n);
        if (af_ring_put_packet(&ring, data, n) == AF_NOT) {
            sched_yield();
            continue;
        }
        af_ring_publish(&ring);
        i++;
    }
    return unused;
}

static void *read_packets(void *unused) {
    uint8_t data[CHUNK];
    for (uint32_t i = 0; i < total;) {
        int32_t done = af_ring_take(&ring, data, CHUNK);
        if (done == AF_NOT) {
            sched_yield();
            continue;
        }
        assert(done == (int32_t)(i % (CHUNK + 1)));
        check(data, i, done);
        i++;
    }
    af_publish(&finished, 1);
    return unused;
}

static void *watch(void *unused) {
    af_side_t side = { &ring, &ring, AF_STREAM, AF_CONNECTED, 0, 0, 0 };
    while (!af_look(&finished)) {
        assert(!(af_poll(&side) & ~(uint32_t)(AF_IN | AF_OUT)));
        assert(af_ring_used(&ring) <= SIZE);
        sched_yield();
    }
    return unused;
}

static void run(void *(*write)(void *), void *(*read)(void *), uint32_t slots) {
    pthread_t threads[3];
    control = (af_control_t) { .framed = slots != 0 };
    bool is_made = af_ring_make(&ring, &control, memory, SIZE, lengths, slots);
    assert(is_made);
    finished = 0;
    pthread_create(&threads[0], NULL, write, NULL);
    pthread_create(&threads[1], NULL, read, NULL);
    pthread_create(&threads[2], NULL, watch, NULL);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
    }
    assert(!af_ring_used(&ring) && !af_ring_packets(&ring));
}

int main(int argc, char **argv) {
    total = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
    run(write_stream, read_stream, 0);
    run(write_packets, read_packets, SLOTS);
    return 0;
}
