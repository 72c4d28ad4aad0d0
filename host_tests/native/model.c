/* The ring against a model that cannot be wrong: a queue that is moved down byte by byte.
 *
 *   model FILE...          run scripts: one operation and its numbers in a line, as in "put 10"
 *   model seed COUNT...    run COUNT random operations from each seed on
 *
 * Both rings start near the end of their counters' range, so that these overflow, too.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "af_platform.h"
#include "core/readiness.h"

enum { MOST = 4096, LONG = 256 };

static struct {
    uint8_t bytes[MOST];
    uint32_t used;
    uint32_t lengths[MOST];
    uint32_t packets;
} model;

static af_ring_t ring;
static uint8_t *memory;
static int32_t *lengths;
static uint8_t next_byte;

static void start(uint32_t size, uint32_t slots) {
    free(memory);
    free(lengths);
    /* exactly as much as the ring may touch: the sanitizer sees anything more */
    memory = malloc(size);
    lengths = malloc(slots ? slots * sizeof(*lengths) : 1);
    assert(memory && lengths);
    af_ring_init(&ring, memory, size, lengths, slots);
    ring.written = ring.read = UINT32_MAX - size / 2;
    ring.packets_in = ring.packets_out = UINT32_MAX - 1;
    memset(&model, 0, sizeof(model));
}

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint8_t *fresh(uint32_t n) {
    uint8_t *data = malloc(n ? n : 1);
    assert(data);
    for (uint32_t i = 0; i < n; i++) {
        data[i] = next_byte++;
    }
    return data;
}

static void model_append(const uint8_t *data, uint32_t n) {
    memcpy(model.bytes + model.used, data, n);
    model.used += n;
}

static void model_remove(uint32_t n) {
    memmove(model.bytes, model.bytes + n, model.used - n);
    model.used -= n;
}

static void put(uint32_t n) {
    uint8_t *data = fresh(n);
    uint32_t fits = least(n, ring.size - model.used);
    uint32_t position = af_ring_position(&ring);
    assert(af_ring_put(&ring, data, n) == (int32_t)fits);
    assert(af_ring_ahead(&ring, position) == model.used);
    model_append(data, fits);
    free(data);
}

static void expect(const uint8_t *got, uint32_t n, uint32_t skip) {
    assert(!memcmp(got, model.bytes + skip, n));
}

static void take(uint32_t n) {
    uint8_t *into = malloc(n ? n : 1);
    uint32_t there = least(n, model.used);
    int32_t done = af_ring_take(&ring, into, n);
    assert(done == (ring.attention || !there ? AF_NOT : (int32_t)there));
    if (done > 0) {
        expect(into, done, 0);
        model_remove(done);
    }
    free(into);
}

static void peek(uint32_t n, uint32_t skip) {
    uint8_t *into = malloc(n ? n : 1);
    uint32_t there = skip < model.used ? least(n, model.used - skip) : 0;
    assert(af_ring_peek(&ring, into, n, skip) == (int32_t)there);
    expect(into, there, skip);
    free(into);
}

static void skip(uint32_t n) {
    n = least(n, model.used);
    af_ring_skip(&ring, n);
    model_remove(n);
}

static void find(uint32_t byte, uint32_t n) {
    uint32_t i = 0;
    n = least(n, model.used);
    while (i < n && model.bytes[i] != (uint8_t)byte) {
        i++;
    }
    assert(af_ring_find(&ring, byte, n) == (int32_t)(i < n ? i + 1 : n));
}

static void put_packet(uint32_t n) {
    uint8_t *data = fresh(n);
    bool fits = model.packets < ring.slots && n <= ring.size - model.used;
    int32_t slot = af_ring_put_packet(&ring, data, n);
    assert((slot >= 0) == fits);
    if (fits) {
        assert(slot < (int32_t)ring.slots && af_ring_packets(&ring) == model.packets);
        af_ring_publish(&ring);
        model_append(data, n);
        model.lengths[model.packets++] = n;
    }
    free(data);
}

static void model_drop(void) {
    model_remove(model.lengths[0]);
    memmove(model.lengths, model.lengths + 1, --model.packets * sizeof(model.lengths[0]));
}

static void take_packet(uint32_t n) {
    uint8_t *into = malloc(n ? n : 1);
    int32_t done = af_ring_take_packet(&ring, into, n);
    if (ring.attention || !model.packets) {
        assert(done == AF_NOT);
    } else {
        assert(done == (int32_t)least(n, model.lengths[0]));
        expect(into, done, 0);
        model_drop();
    }
    free(into);
}

static void drop(void) {
    if (model.packets) {
        af_ring_drop(&ring);
        model_drop();
    }
}

static void clear(void) {
    af_ring_clear(&ring);
    model.used = model.packets = 0;
}

static void check(bool is_packets) {
    assert(af_ring_used(&ring) == model.used);
    assert(af_ring_packets(&ring) == model.packets);
    assert(af_ring_first_length(&ring) == (model.packets ? (int32_t)model.lengths[0] : AF_NOT));
    af_side_t side = { &ring, is_packets ? AF_DGRAM : AF_STREAM, AF_CONNECTED, 0, false, false };
    uint32_t events = af_poll(&side, &side);
    bool in = is_packets ? model.packets : model.used;
    bool out = model.used < ring.size;
    if (is_packets) {
        out = model.packets < ring.slots && 2 * model.used <= ring.size;
    }
    assert(events == ((in ? AF_IN : 0u) | (out ? AF_OUT : 0u)));
}

static void run_line(const char *line) {
    char name[16];
    unsigned a = 0, b = 0;
    if (sscanf(line, "%15s %u %u", name, &a, &b) < 1 || name[0] == '#') {
        return;
    }
    assert(a <= MOST && b <= MOST);
    if (!strcmp(name, "start")) {
        start(a, b);
    } else if (!strcmp(name, "put")) {
        put(a);
    } else if (!strcmp(name, "take")) {
        take(a);
    } else if (!strcmp(name, "peek")) {
        peek(a, b);
    } else if (!strcmp(name, "skip")) {
        skip(a);
    } else if (!strcmp(name, "find")) {
        find(a, b);
    } else if (!strcmp(name, "packet")) {
        put_packet(a);
    } else if (!strcmp(name, "receive")) {
        take_packet(a);
    } else if (!strcmp(name, "drop")) {
        drop();
    } else if (!strcmp(name, "clear")) {
        clear();
    } else if (!strcmp(name, "attention")) {
        ring.attention = a;
    } else {
        fprintf(stderr, "what is this? %s", line);
        exit(2);
    }
    check(ring.slots != 0);
}

static void run_script(const char *path) {
    char line[LONG];
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    while (fgets(line, sizeof(line), file)) {
        run_line(line);
    }
    fclose(file);
}

static uint32_t random_state;

static uint32_t random_below(uint32_t limit) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

static void run_random(uint32_t count) {
    static const char *const stream[] = { "put", "put", "put", "take", "take", "peek", "skip", "find", "clear" };
    static const char *const packets[] = {
        "packet", "packet", "packet", "receive", "receive", "drop", "peek", "clear",
    };
    char line[LONG];
    uint32_t size = 2u << random_below(8), slots = random_below(2) ? 1u << random_below(5) : 0;
    snprintf(line, sizeof(line), "start %u %u", size, slots);
    run_line(line);
    while (count--) {
        const char *name = slots ? packets[random_below(8)] : stream[random_below(9)];
        if (!random_below(10)) {
            name = "attention";
        }
        uint32_t a = !strcmp(name, "attention") ? random_below(2) : random_below(size + size / 4 + 2);
        snprintf(line, sizeof(line), "%s %u %u", name, a, random_below(size + 2));
        run_line(line);
    }
}

int main(int argc, char **argv) {
    if (argc == 4 && !strcmp(argv[1], "seed")) {
        uint32_t seed = strtoul(argv[2], NULL, 10);
        for (uint32_t i = 1; i <= 200; i++) {
            random_state = seed * 1000 + i;
            run_random(strtoul(argv[3], NULL, 10));
        }
    } else {
        for (int i = 1; i < argc; i++) {
            run_script(argv[i]);
        }
    }
    free(memory);
    free(lengths);
    return 0;
}
