// What MicroPython's qemu port wants of a machine: a console, an end, and the roots of the heap.
#include <stdint.h>
#include <stdlib.h>

#include "py/gc.h"
#include "shared/runtime/gchelper.h"
#include "uart.h"

// A 16550 with a register in each word. QEMU's machine "sim" has a simpler console, but loses some of its input.
enum { DATA = 0, STATUS = 5, RECEIVED = 1, SENDS = 0x20 };
#define UART ((volatile uint32_t *)0xfd050020)

extern char _estack;
void spill_windows(int calls);
void *stack_pointer(void);

void uart_init(void) {
}

int uart_rx_chr(void) {
    return UART[STATUS] & RECEIVED ? (int)UART[DATA] : UART_RX_NO_CHAR;
}

void uart_tx_strn(const char *buffer, size_t length) {
    while (length--) {
        while (!(UART[STATUS] & SENDS)) {
        }
        UART[DATA] = *buffer++;
    }
}

// Ends QEMU.
void exit(int code) {
    register int a2 __asm("a2") = 1;
    register int a3 __asm("a3") = code;
    __asm volatile("simcall" : "+r"(a2), "+r"(a3));
    for (;;) {
    }
}

// A frame's first four registers are below its callee's stack pointer.
void gc_helper_collect_regs_and_stack(void) {
    spill_windows(8);
    void **start = (void **)((char *)stack_pointer() - 16);
    gc_collect_root(start, (void **)&_estack - start);
}
