#include "binding.h"
#include "core/barrier.h"

#if AFUNIX_BARE_LOCK

#if __ARM_ARCH >= 7

static bool try_lock(af_lock_t *lock) {
    uint32_t was, failed;
    do {
        __asm volatile ("ldrex %0, [%1]" : "=r" (was) : "r" (&lock->held) : "memory");
        __asm volatile ("strex %0, %1, [%2]" : "=&r" (failed) : "r" (1), "r" (&lock->held) : "memory");
    } while (failed);
    AF_BARRIER();
    return !was;
}

#else

// A Cortex-M0 has one core, but for the RP2040, which has locks in hardware for its two. Of the 32 the SDK leaves this
// one to operating systems; it is held for a few cycles, with this core's interrupts off.
#define RP2040_LOCK ((volatile uint32_t *)(0xd0000100 + 4 * 15))

bool af_is_rp2040(void) {
    // "Mu" and the chip's number, in its boot ROM. A constant address this low makes compilers warn.
    volatile uintptr_t magic = 0x10;
    return (*(const uint32_t *)magic & 0xffffff) == 0x01754d;
}

static bool try_lock(af_lock_t *lock) {
    uint32_t masked;
    __asm volatile ("mrs %0, primask\n cpsid i" : "=r" (masked) :: "memory");
    while (af.two_cores && !*RP2040_LOCK) {
    }
    AF_BARRIER();
    bool was_free = !lock->held;
    lock->held = 1;
    AF_BARRIER();
    if (af.two_cores) {
        *RP2040_LOCK = 0;
    }
    __asm volatile ("msr primask, %0" :: "r" (masked) : "memory");
    return was_free;
}

#endif

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
    af_publish(&lock->held, 0);
}

#elif MICROPY_ENABLE_DYNRUNTIME

void af_lock_init(af_lock_t *lock) {
    lock->held = 0;
    lock->object = MP_OBJ_NULL;
    if (af.lock_class != MP_OBJ_NULL) {
        lock->object = mp_call_function_n_kw(af.lock_class, 0, 0, NULL);
    }
}

bool af_lock(af_lock_t *lock, bool wait) {
    if (lock->object != MP_OBJ_NULL) {
        mp_obj_t args[2] = { lock->object, mp_obj_new_bool(wait) };
        return mp_call_function_n_kw(af.lock_acquire, 2, 0, args) == mp_const_true;
    }
    if (lock->held) {
        if (wait) {
            mp_raise_OSError(35); // EDEADLK: the holder is what this code interrupted
        }
        return false;
    }
    lock->held = 1;
    return true;
}

void af_unlock(af_lock_t *lock) {
    if (lock->object != MP_OBJ_NULL) {
        mp_call_function_n_kw(af.lock_release, 1, 0, &lock->object);
    } else {
        lock->held = 0;
    }
}

#else

#if MICROPY_PY_THREAD && defined(__unix__)
#include <sched.h>
#define PAUSE() sched_yield()
#else
// The holder runs on the other core and will be done at once.
#define PAUSE()
#endif

void af_lock_init(af_lock_t *lock) {
    lock->held = 0;
}

static bool try_lock(af_lock_t *lock) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    bool was_free = !lock->held;
    lock->held = 1;
    MICROPY_END_ATOMIC_SECTION(state);
    (void)state;
    AF_BARRIER();
    return was_free;
}

bool af_lock(af_lock_t *lock, bool wait) {
    while (!try_lock(lock)) {
        if (!wait) {
            return false;
        }
        #if !MICROPY_PY_THREAD
        mp_raise_OSError(35); // EDEADLK: the holder is what this code interrupted
        #endif
        PAUSE();
    }
    return true;
}

void af_unlock(af_lock_t *lock) {
    af_publish(&lock->held, 0);
}

#endif
