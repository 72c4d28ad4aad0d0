// Locks: words that one thread changes from 0. How that is made indivisible, in the order of preference:
//
//   a compare and exchange of the processor's, the compiler's in firmware, written out for ARM in a native module
//   on a Cortex-M0, which has none: interrupts off for a few cycles and, on an RP2040, whose two cores have that in
//   common, one of its locks in hardware
//   an atomic section of the port, which keeps other cores and interrupts out; a native module cannot reach those
//   in a native module elsewhere, with `_thread`: a lock object's methods (lock_object.c); without, only an interrupt
//   can come between, and that runs to its end and never waits
//
// An interrupt handler never waits for a lock: what it interrupted may hold it.
#ifndef AFUNIX_LOCK_H
#define AFUNIX_LOCK_H

#if MICROPY_ENABLE_DYNRUNTIME && !defined(__arm__)
#define AFUNIX_LOCK_OBJECTS 1
#else
#define AFUNIX_LOCK_OBJECTS 0
#endif

typedef struct {
    volatile uintptr_t held;
    #if AFUNIX_LOCK_OBJECTS
    mp_obj_t object; // MP_OBJ_NULL where `held` does
    #endif
} af_lock_t;

// lock_word.c or lock_object.c
void af_set_up_locks(void);
void af_lock_init(af_lock_t *lock);
// False where it is held, and the caller may not wait.
bool af_lock(af_lock_t *lock, bool wait);

#if AFUNIX_LOCK_OBJECTS

void af_unlock(af_lock_t *lock);

#else

// Let others run: the lock's holder is waited for.
void af_pause(void);

// af_claim: change the word from 0 to `who`. False where it is not 0.
#if !MICROPY_ENABLE_DYNRUNTIME && __GCC_ATOMIC_POINTER_LOCK_FREE == 2

// NOLINTNEXTLINE(readability-non-const-parameter): clang-tidy does not see that this changes what it is given
AF_INLINE bool af_claim(volatile uintptr_t *word, uintptr_t who) {
    uintptr_t nobody = 0;
    return __atomic_compare_exchange_n(word, &nobody, who, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

#elif defined(__arm__) && __ARM_ARCH >= 7

AF_INLINE bool af_claim(volatile uintptr_t *word, uintptr_t who) {
    uintptr_t was, failed;
    do {
        __asm volatile("ldrex %0, [%1]" : "=r"(was) : "r"(word) : "memory");
        if (was) {
            __asm volatile("clrex" ::: "memory");
            return false;
        }
        __asm volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(who), "r"(word) : "memory");
    } while (failed);
    AF_BARRIER();
    return true;
}

#elif defined(__arm__) && (MICROPY_ENABLE_DYNRUNTIME || defined(PICO_RP2040))

// Of the 32 locks in hardware the SDK leaves this one to operating systems.
#define AF_RP2040_LOCK ((volatile uint32_t *)(0xd0000100 + 4 * 15))
#if MICROPY_ENABLE_DYNRUNTIME
#define AF_TWO_CORES (af.two_cores)
#else
#define AF_TWO_CORES true
#endif

AF_INLINE bool af_claim(volatile uintptr_t *word, uintptr_t who) {
    uint32_t masked;
    __asm volatile("mrs %0, primask\n cpsid i" : "=r"(masked)::"memory");
    while (AF_TWO_CORES && !*AF_RP2040_LOCK) {
    }
    AF_BARRIER();
    bool was_free = !*word;
    if (was_free) {
        *word = who; // and not where it is held: its holder may let it go at this moment, without this lock
    }
    AF_BARRIER();
    if (AF_TWO_CORES) {
        *AF_RP2040_LOCK = 0;
    }
    __asm volatile("msr primask, %0" ::"r"(masked) : "memory");
    return was_free;
}

#else

AF_INLINE bool af_claim(volatile uintptr_t *word, uintptr_t who) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    bool was_free = !*word;
    if (was_free) {
        *word = who; // and not where it is held: its holder may let it go at this moment, outside of any section
    }
    MICROPY_END_ATOMIC_SECTION(state);
    (void)state;
    AF_BARRIER();
    return was_free;
}

#endif

// Change it back. What its holder reads afterwards is read after that.
// NOLINTNEXTLINE(readability-non-const-parameter)
static inline void af_disclaim(volatile uintptr_t *word) {
    #if !MICROPY_ENABLE_DYNRUNTIME && __GCC_ATOMIC_POINTER_LOCK_FREE == 2
    __atomic_exchange_n(word, 0, __ATOMIC_SEQ_CST);
    #else
    AF_BARRIER();
    *word = 0;
    AF_BARRIER();
    #endif
}

static inline void af_unlock(af_lock_t *lock) {
    AF_BARRIER();
    lock->held = 0;
}

#endif

// For the plain case, whose callers this is to be a part of.
static inline bool af_lock_at_once(af_lock_t *lock, bool wait) {
    #if AFUNIX_LOCK_OBJECTS
    return af_lock(lock, wait);
    #else
    return af_claim(&lock->held, 1) || (wait && af_lock(lock, true));
    #endif
}

#endif
