// The port has no clock. Each machine here has a counter: of 25 MHz on an MPS2 board (FPGAIO), of 10 MHz on the RV32
// board.
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

// The counter overflows every 171 s: it is to be asked more often than that while time matters.
static uint32_t microseconds(void) {
    static uint32_t last, rest, us;
    uint32_t now = *(volatile uint32_t *)0x40028018;
    rest += now - last;
    last = now;
    us += rest / 25;
    rest %= 25;
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
