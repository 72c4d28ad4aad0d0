// The port has no clock. Each machine here has a counter: of 25 MHz on an MPS2 board (FPGAIO), of 10 MHz on the others.
#include "py/mphal.h"
#include "py/runtime.h"

#if defined(__riscv)

static uint32_t microseconds(void) {
    volatile uint32_t *const mtime = (volatile uint32_t *)0x0200bff8;
    uint32_t high, low;
    do {
        high = mtime[1];
        low = mtime[0];
    } while (high != mtime[1]);
    return (((uint64_t)high << 32) | low) / 10;
}

#else

#if defined(__XTENSA__)
enum { COUNTS_PER_US = 10 };

static uint32_t count(void) {
    uint32_t cycles;
    __asm volatile("rsr.ccount %0" : "=r"(cycles));
    return cycles;
}
#else
enum { COUNTS_PER_US = 25 };

static uint32_t count(void) {
    return *(volatile uint32_t *)0x40028018;
}
#endif

// The counter overflows every 171 s or more: it is to be asked more often than that while time matters.
static uint32_t microseconds(void) {
    static uint32_t last, rest, us;
    uint32_t now = count();
    rest += now - last;
    last = now;
    us += rest / COUNTS_PER_US;
    rest %= COUNTS_PER_US;
    return us;
}

#endif

mp_uint_t mp_hal_ticks_us(void) {
    return microseconds();
}

mp_uint_t mp_hal_ticks_ms(void) {
    static uint32_t last, rest, ms;
    uint32_t now = microseconds();
    rest += now - last;
    last = now;
    ms += rest / 1000;
    rest %= 1000;
    return ms;
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return microseconds();
}

uint64_t mp_hal_time_ns(void) {
    return (uint64_t)microseconds() * 1000;
}

void mp_hal_delay_us(mp_uint_t us) {
    uint32_t start = microseconds();
    while (microseconds() - start < us) {
    }
}

void mp_hal_delay_ms(mp_uint_t ms) {
    mp_uint_t start = mp_hal_ticks_ms();
    while (mp_hal_ticks_ms() - start < ms) {
        mp_event_handle_nowait();
    }
}
