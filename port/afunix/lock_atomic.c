// Locks inside firmware: words changed by the processor's own means, or in atomic sections of the port.
#include "binding.h"
#include "core/barrier.h"

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

#if __GCC_ATOMIC_INT_LOCK_FREE == 2

static bool try_lock(af_lock_t *lock) {
    return !__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE);
}

#else

static bool try_lock(af_lock_t *lock) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    bool was_free = !lock->held;
    if (was_free) {
        lock->held = 1; // and not where it is held: its holder may let it go at this moment, outside of any section
    }
    MICROPY_END_ATOMIC_SECTION(state);
    (void)state;
    AF_BARRIER();
    return was_free;
}

#endif

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
