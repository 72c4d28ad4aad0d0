// What words that are locks need beside lock.h.
#include "binding.h"

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

#if MICROPY_ENABLE_DYNRUNTIME

void af_set_up_locks(void) {
    #if __ARM_ARCH < 7
    // "Mu" and the chip's number, in its boot ROM. A constant address this low makes compilers warn.
    volatile uintptr_t magic = 0x10;
    af.two_cores = (*(const uint32_t *)magic & 0xffffff) == 0x01754d;
    #endif
}

void af_pause(void) {
}

#else

void af_pause(void) {
    // With a lock around the interpreter, whose holder cannot go on before it gets that.
    MP_THREAD_GIL_EXIT();
    LET_OTHERS_RUN();
    MP_THREAD_GIL_ENTER();
}

#endif

bool af_lock(af_lock_t *lock, bool wait) {
    while (!af_claim(&lock->held, 1)) {
        if (!wait) {
            return false;
        }
        #if !MICROPY_ENABLE_DYNRUNTIME && !MICROPY_PY_THREAD
        mp_raise_OSError(35); // EDEADLK: the holder is what this code interrupted
        #endif
        af_pause();
    }
    return true;
}
