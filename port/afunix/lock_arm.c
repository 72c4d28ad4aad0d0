// Locks of a native module on ARM: the processor's own means.
#include "binding.h"
#include "core/barrier.h"

#if __ARM_ARCH >= 7

static bool try_lock(af_lock_t *lock) {
    uint32_t was, failed;
    do {
        __asm volatile("ldrex %0, [%1]" : "=r"(was) : "r"(&lock->held) : "memory");
        if (was) {
            __asm volatile("clrex" ::: "memory");
            return false;
        }
        __asm volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(1), "r"(&lock->held) : "memory");
    } while (failed);
    AF_BARRIER();
    return true;
}

#else

// A Cortex-M0 has one core, but for the RP2040, which has locks in hardware for its two. Of the 32 the SDK leaves this
// one to operating systems; it is held for a few cycles, with this core's interrupts off.
#define RP2040_LOCK ((volatile uint32_t *)(0xd0000100 + 4 * 15))

static bool is_rp2040(void) {
    // "Mu" and the chip's number, in its boot ROM. A constant address this low makes compilers warn.
    volatile uintptr_t magic = 0x10;
    return (*(const uint32_t *)magic & 0xffffff) == 0x01754d;
}

static bool try_lock(af_lock_t *lock) {
    uint32_t masked;
    __asm volatile("mrs %0, primask\n cpsid i" : "=r"(masked)::"memory");
    while (af.two_cores && !*RP2040_LOCK) {
    }
    AF_BARRIER();
    bool was_free = !lock->held;
    if (was_free) {
        lock->held = 1; // and not where it is held: its holder may let it go at this moment, without this lock
    }
    AF_BARRIER();
    if (af.two_cores) {
        *RP2040_LOCK = 0;
    }
    __asm volatile("msr primask, %0" ::"r"(masked) : "memory");
    return was_free;
}

#endif

void af_set_up_locks(void) {
    #if __ARM_ARCH < 7
    af.two_cores = is_rp2040();
    #endif
}

void af_lock_init(af_lock_t *lock) {
    lock->held = 0;
}

bool af_lock(af_lock_t *lock, bool wait) {
    while (!try_lock(lock)) {
        if (!wait) {
            return false;
        }
    }
    return true;
}

void af_unlock(af_lock_t *lock) {
    AF_BARRIER();
    lock->held = 0;
}
