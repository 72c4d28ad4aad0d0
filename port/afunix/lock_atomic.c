// Locks inside firmware: words changed by the processor's own means, or in atomic sections of the port.
#include "binding.h"
#include "core/barrier.h"

#if MICROPY_PY_THREAD && defined(__unix__)
#include <sched.h>
#define LET_OTHERS_RUN() sched_yield()
#else
// The holder runs on the other core and will be done at once.
#define LET_OTHERS_RUN()
#endif

void af_lock_init(af_lock_t *lock) {
    lock->held = 0;
}

#if __GCC_ATOMIC_POINTER_LOCK_FREE == 2

// NOLINTBEGIN(readability-non-const-parameter): clang-tidy does not see that these change what they are given
bool af_claim(volatile uintptr_t *word, uintptr_t who) {
    uintptr_t nobody = 0;
    return __atomic_compare_exchange_n(word, &nobody, who, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

void af_disclaim(volatile uintptr_t *word) {
    __atomic_exchange_n(word, 0, __ATOMIC_SEQ_CST);
}
// NOLINTEND(readability-non-const-parameter)

#else

bool af_claim(volatile uintptr_t *word, uintptr_t who) {
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

void af_disclaim(volatile uintptr_t *word) {
    AF_BARRIER();
    *word = 0;
    AF_BARRIER();
}

#endif

void af_pause(void) {
    // With a lock around the interpreter, whose holder cannot go on before it gets that.
    MP_THREAD_GIL_EXIT();
    LET_OTHERS_RUN();
    MP_THREAD_GIL_ENTER();
}

bool af_lock(af_lock_t *lock, bool wait) {
    while (!af_claim(&lock->held, 1)) {
        if (!wait) {
            return false;
        }
        #if !MICROPY_PY_THREAD
        mp_raise_OSError(35); // EDEADLK: the holder is what this code interrupted
        #endif
        af_pause();
    }
    return true;
}

void af_unlock(af_lock_t *lock) {
    AF_BARRIER();
    lock->held = 0;
}
