/* Drives the model without libFuzzer, so that any compiler and its sanitizers will do.
 *
 *   drive script FILE...    one operation and its numbers in a line, as in "put 10"; the first is
 *                           "start SIZE SLOTS [COUNTER]", and counters that are not given overflow soon
 *   drive units FILE...     what libFuzzer has saved
 *   drive show FILE...      the same, printed as a script
 *   drive random SEED...    many bytes, from a generator of its own
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "model.h"

enum { LONG = 256, UNIT = 4096, UNITS = 200 };

static FILE *opened(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    return file;
}

static void run_line(const char *line) {
    char name[16];
    unsigned a = 0, b = 0, counter = UINT32_MAX - 1;
    // NOLINTNEXTLINE(*-err34-c,*-string-to-number-conversion): the numbers in our own scripts are not too large
    if (sscanf(line, "%15s %u %u %u", name, &a, &b, &counter) < 1 || name[0] == '#') {
        return;
    }
    if (!strcmp(name, "start")) {
        model_start(a, b, counter);
        return;
    }
    const model_operation_t *operation = model_operation(name);
    if (operation == NULL) {
        fprintf(stderr, "what is this? %s", line);
        exit(2);
    }
    assert(operation->numbers[0] != 'n' || a <= MODEL_MOST);
    model_run(operation, a, b);
}

static void run_script(const char *path) {
    char line[LONG];
    FILE *file = opened(path);
    while (fgets(line, sizeof(line), file)) {
        run_line(line);
    }
    fclose(file);
    model_end();
}

static void run_unit(const char *path) {
    static uint8_t unit[UNIT];
    FILE *file = opened(path);
    size_t size = fread(unit, 1, sizeof(unit), file);
    assert(size < sizeof(unit));
    fclose(file);
    LLVMFuzzerTestOneInput(unit, size);
}

static void show_unit(const char *path) {
    model_shows = true;
    run_unit(path);
}

static uint32_t random_state;

static uint8_t random_byte(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state >> 24;
}

static void run_random(const char *seed) {
    static uint8_t unit[UNIT];
    for (uint32_t i = 1; i <= UNITS; i++) {
        random_state = strtoul(seed, NULL, 10) * 1000 + i;
        for (size_t at = 0; at < sizeof(unit); at++) {
            unit[at] = random_byte();
        }
        LLVMFuzzerTestOneInput(unit, sizeof(unit));
    }
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(const char *what);
    } ways[] = {
        { "script", run_script },
        { "units", run_unit },
        { "show", show_unit },
        { "random", run_random },
    };
    for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
        if (argc > 2 && !strcmp(argv[1], ways[way].name)) {
            for (int i = 2; i < argc; i++) {
                ways[way].run(argv[i]);
            }
            return 0;
        }
    }
    fprintf(stderr, "drive script, units, show or random, and what\n");
    return 2;
}
