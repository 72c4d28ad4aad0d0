#include "model.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "af_platform.h"
#include "core/readiness.h"

bool model_shows;

enum { UNTOUCHED = 0xa5 };

typedef struct {
    uint32_t length;
    int32_t slot;
} packet_t;

typedef struct {
    af_ring_t ring;
    af_control_t control;
    uint8_t *memory;
    uint32_t *lengths;
    /* the model */
    uint32_t size, slots;
    uint8_t bytes[MODEL_MOST];
    uint32_t used;
    packet_t packets[MODEL_SLOTS];
    uint32_t appended, published;
    int32_t last_slot;
} side_t;

static side_t sides[2] = {
    { .ring = { .control = &sides[0].control } },
    { .ring = { .control = &sides[1].control } },
};
static side_t *here = &sides[0];
static uint8_t next_byte;

static const side_t *other(void) {
    return here == &sides[0] ? &sides[1] : &sides[0];
}

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* Exactly as much as the core may touch: the sanitizer sees anything more. */
static void *exactly(size_t n) {
    uint8_t *memory = malloc(n ? n : 1);
    assert(memory);
    memset(memory, UNTOUCHED, n ? n : 1);
    return memory;
}

static void fill(void *memory, size_t n) {
    for (uint8_t *byte = memory; n--; byte++) {
        *byte = next_byte++;
    }
}

static uint8_t *fresh(uint32_t n) {
    uint8_t *data = exactly(n);
    fill(data, n);
    return data;
}

/* What was received: `n` bytes from `skip` on, and nothing behind them up to `limit`. */
static void expect(const uint8_t *got, uint32_t n, uint32_t skip, uint32_t limit) {
    for (uint32_t i = 0; i < n; i++) {
        assert(got[i] == here->bytes[skip + i]);
    }
    for (uint32_t i = n; i < limit; i++) {
        assert(got[i] == UNTOUCHED);
    }
}

static bool is_framed(const side_t *side) {
    return side->slots > 0;
}

static bool is_publishing(void) {
    return here->appended > here->published;
}

static void model_append(const uint8_t *data, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        here->bytes[here->used++] = data[i];
    }
}

static void model_remove(uint32_t n) {
    here->used -= n;
    for (uint32_t i = 0; i < here->used; i++) {
        here->bytes[i] = here->bytes[i + n];
    }
}

static void model_drop(void) {
    model_remove(here->packets[0].length);
    here->appended--;
    here->published--;
    for (uint32_t i = 0; i < here->appended; i++) {
        here->packets[i] = here->packets[i + 1];
    }
}

static void turn(uint32_t a, uint32_t b) {
    (void)a, (void)b;
    here = here == &sides[0] ? &sides[1] : &sides[0];
}

static void put(uint32_t n, uint32_t unused) {
    (void)unused;
    uint8_t *data = fresh(n);
    uint32_t fits = least(n, here->size - here->used);
    bool is_refused = is_framed(here) || (fits < n && n <= here->control.whole);
    if (is_refused) {
        fits = 0;
    }
    assert(af_ring_put(&here->ring, data, n) == (is_refused ? AF_NOT : (int32_t)fits));
    model_append(data, fits);
    free(data);
}

static void take(uint32_t n, uint32_t unused) {
    (void)unused;
    uint8_t *into = exactly(n);
    bool is_there = (is_framed(here) ? here->published : here->used) && !here->control.attention;
    uint32_t there = !is_there ? 0 : least(n, is_framed(here) ? here->packets[0].length : here->used);
    assert(af_ring_take(&here->ring, into, n) == (is_there ? (int32_t)there : AF_NOT));
    expect(into, there, 0, n);
    if (is_there && is_framed(here)) {
        model_drop();
    } else {
        model_remove(there);
    }
    free(into);
}

static void peek(uint32_t n, uint32_t skip) {
    uint8_t *into = exactly(n);
    uint32_t there = skip < here->used ? least(n, here->used - skip) : 0;
    assert(af_ring_peek(&here->ring, into, n, skip) == (int32_t)there);
    expect(into, there, skip, n);
    free(into);
}

static void skip(uint32_t n, uint32_t unused) {
    (void)unused;
    if (!is_framed(here)) {
        n = least(n, here->used);
        af_ring_skip(&here->ring, n);
        model_remove(n);
    }
}

static void find(uint32_t byte, uint32_t n) {
    uint32_t expected = 0;
    uint32_t end = least(n, here->used);
    for (uint32_t i = 0; i < end && !expected; i++) {
        expected = here->bytes[i] == (uint8_t)byte ? i + 1 : 0;
    }
    assert(af_ring_find(&here->ring, byte, n) == (int32_t)(expected ? expected : end));
}

static void append(uint32_t n, uint32_t unused) {
    (void)unused;
    if (!is_framed(here) || is_publishing()) {
        return;
    }
    uint8_t *data = fresh(n);
    bool fits = here->published < here->slots && n <= here->size - here->used;
    int32_t slot = af_ring_put_packet(&here->ring, data, n);
    assert((slot != AF_NOT) == fits);
    if (fits) {
        assert(slot >= 0 && slot < (int32_t)here->slots);
        assert(here->last_slot == AF_NOT || slot == (here->last_slot + 1) % (int32_t)here->slots);
        here->last_slot = slot;
        here->packets[here->appended++] = (packet_t) { n, slot };
        model_append(data, n);
    }
    free(data);
}

static void publish(uint32_t a, uint32_t b) {
    (void)a, (void)b;
    if (is_publishing()) {
        af_ring_publish(&here->ring);
        here->published++;
    }
}

static void packet(uint32_t n, uint32_t unused) {
    append(n, unused);
    publish(0, 0);
}

static void drop(uint32_t a, uint32_t b) {
    (void)a, (void)b;
    if (here->published) {
        af_ring_drop(&here->ring);
        model_drop();
    }
}

static void clear(uint32_t a, uint32_t b) {
    (void)a, (void)b;
    if (!is_publishing()) {
        af_ring_clear(&here->ring);
        here->used = here->appended = here->published = 0;
        here->last_slot = AF_NOT;
    }
}

static void attention(uint32_t why, uint32_t unused) {
    (void)unused;
    here->control.attention = why;
    here->control.whole = why / 2; // in the same operation, so that saved inputs go on meaning what they meant
}

/* Everything there is, on words that may be anything: the sanitizer sees what is touched outside. What comes of it is
 * not foretold, but it is never more than was asked for, or than there can be. */
static void run_spoilt(uint32_t n) {
    af_ring_t *ring = &here->ring;
    uint8_t *data = fresh(n);
    uint8_t *into = exactly(n);
    const af_side_t self = { ring, ring, AF_DGRAM, AF_CONNECTED, 0, 0, 0 };
    assert(af_ring_used(ring) <= here->size && af_ring_packets(ring) <= here->slots);
    assert(af_ring_first(ring) < (int32_t)here->slots && af_ring_first_length(ring) <= (int32_t)here->size);
    assert(af_ring_find(ring, UNTOUCHED, n) <= (int32_t)least(n, here->size));
    assert(af_ring_peek(ring, into, n, n / 2) <= (int32_t)least(n, here->size));
    assert(af_ring_put(ring, data, n) <= (int32_t)least(n, here->size));
    assert(af_ring_put_packet(ring, data, n) < (int32_t)here->slots);
    assert(af_ring_take(ring, into, n) <= (int32_t)least(n, here->size));
    af_ring_skip(ring, n);
    af_ring_publish(ring);
    if (af_ring_first(ring) >= 0) {
        af_ring_drop(ring);
    }
    (void)af_poll(&self);
    free(into);
    free(data);
}

/* Words that a program wrote to: one of the control words, and all lengths. Afterwards they are as they were. */
static void spoil(uint32_t which, uint32_t value) {
    const af_control_t control = here->control;
    uint8_t *memory = exactly(here->size);
    uint32_t *lengths = exactly(here->slots * sizeof(*lengths));
    memcpy(memory, here->memory, here->size);
    memcpy(lengths, here->lengths, here->slots * sizeof(*lengths));
    volatile uint32_t *words = (volatile uint32_t *)&here->control;
    words[which % (sizeof(control) / sizeof(*words))] = value;
    for (uint32_t i = 0; i < here->slots; i++) {
        here->lengths[i] = value;
    }
    run_spoilt(least(which, MODEL_MOST));
    here->control = control;
    memcpy(here->memory, memory, here->size);
    memcpy(here->lengths, lengths, here->slots * sizeof(*lengths));
    free(lengths);
    free(memory);
}

static bool is_writable(const af_side_t *self, bool connected) {
    if (!connected) {
        return self->kind && self->state != AF_LISTENING;
    }
    uint32_t used = other()->used, size = other()->size;
    if (is_framed(other())) {
        return other()->published < other()->slots && used <= size / 2;
    }
    return used < size && size - used >= other()->control.whole;
}

static uint32_t expected_events(const af_side_t *self, bool connected) {
    bool queued = is_framed(here) ? here->published : here->used || here->control.attention & AF_RETURNED;
    bool received_all = self->shut & AF_SHUT_RECEIVE;
    bool idle = self->state == AF_IDLE;
    bool has_connections = self->kind == AF_STREAM || self->kind == AF_SEQPACKET;
    uint32_t events = queued || self->pending || received_all ? AF_IN : 0;
    events |= is_writable(self, connected) ? AF_OUT : 0;
    events |= here->control.attention & AF_URGENT ? AF_PRI : 0;
    events |= received_all ? AF_RDHUP : 0;
    events |= self->error ? AF_ERR : 0;
    events |= self->shut == AF_SHUT_BOTH || (idle && has_connections) ? AF_HUP : 0;
    events |= idle && !self->kind ? AF_NVAL : 0;
    return events;
}

static void poll(uint32_t bits, uint32_t connected) {
    static const uint32_t kinds[] = { 0, AF_STREAM, AF_DGRAM, AF_SEQPACKET };
    static const uint32_t states[] = { AF_CONNECTED, AF_IDLE, AF_LISTENING, AF_CONNECTED };
    af_side_t self = {
        .ring = &here->ring,
        .peer = connected & 1 ? &other()->ring : NULL,
        .kind = kinds[bits & 3],
        .state = states[bits >> 2 & 3],
        .shut = bits >> 4 & 3,
        .pending = bits >> 6 & 1,
        .error = bits >> 7 & 1,
    };
    assert(af_poll(&self) == expected_events(&self, connected & 1));
}

// clang-format off: one in a line
const model_operation_t model_operations[] = {
    { "put", "n", put },
    { "take", "n", take },
    { "peek", "nw", peek },
    { "skip", "n", skip },
    { "find", "bw", find },
    { "packet", "n", packet },
    { "append", "n", append },
    { "publish", "", publish },
    { "drop", "", drop },
    { "attention", "o", attention },
    { "poll", "bb", poll },
    { "turn", "", turn },
    { "clear", "", clear },
    { "spoil", "bx", spoil },
};
// clang-format on

const size_t model_operation_count = sizeof(model_operations) / sizeof(model_operations[0]);

const model_operation_t *model_operation(const char *name) {
    for (size_t i = 0; i < model_operation_count; i++) {
        if (!strcmp(model_operations[i].name, name)) {
            return &model_operations[i];
        }
    }
    return NULL;
}

static void check(void) {
    const af_ring_t *ring = &here->ring;
    assert(af_ring_used(ring) == here->used);
    assert(af_ring_packets(ring) == here->published);
    assert(af_ring_first(ring) == (here->published ? here->packets[0].slot : AF_NOT));
    assert(af_ring_first_length(ring) == (here->published ? (int32_t)here->packets[0].length : AF_NOT));
    assert(here->control.written <= here->ring.wrap && here->control.read <= here->ring.wrap);
    for (uint32_t kind = 1; kind <= 3; kind++) {
        poll(kind, 1);
    }
}

/* To a ring of no size. */
static void forget(side_t *side) {
    free(side->memory);
    free(side->lengths);
    memset(side, 0, sizeof(*side));
    side->ring.control = &side->control;
}

/* Sizes that no ring can have. */
static void check_refusals(void) {
    static const uint32_t sizes[][2] = { { 0, 0 }, { 3, 0 }, { UINT32_C(1) << 31, 0 }, { 4, 3 } };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        bool is_made = af_ring_make(&here->ring, &here->control, NULL, sizes[i][0], NULL, sizes[i][1]);
        assert(!is_made);
    }
}

void model_start(uint32_t size, uint32_t slots, uint32_t counter) {
    if (model_shows) {
        fprintf(stderr, "start %u %u %u\n", (unsigned)size, (unsigned)slots, (unsigned)counter);
    }
    assert(size <= MODEL_MOST && slots <= MODEL_SLOTS);
    forget(here);
    here->memory = exactly(size);
    here->lengths = exactly(slots * sizeof(*here->lengths));
    here->size = size;
    here->slots = slots;
    here->last_slot = AF_NOT;
    next_byte = 0;
    check_refusals();
    bool is_made = af_ring_make(&here->ring, &here->control, here->memory, size, here->lengths, slots);
    assert(is_made);
    here->control = (af_control_t) { .framed = is_framed(here) };
    here->control.written = here->control.read = counter & here->ring.wrap;
    here->control.packets_in = here->control.packets_out = counter & here->ring.packets_wrap;
    check();
}

void model_run(const model_operation_t *operation, uint32_t a, uint32_t b) {
    if (model_shows) {
        fprintf(stderr, "%s %u %u\n", operation->name, (unsigned)a, (unsigned)b);
    }
    operation->run(a, b);
    check();
}

uint32_t model_size(void) {
    return here->size;
}

void model_end(void) {
    forget(&sides[0]);
    forget(&sides[1]);
    here = &sides[0];
}
