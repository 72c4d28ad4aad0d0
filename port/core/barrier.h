// Publication: what was written before `af_publish` is seen by whoever saw, with `af_look`, the value it stored.
//
// Compilers' atomics turn into library calls on cores without such instructions, and a native module cannot link
// those. So the barriers are explicit. Only ThreadSanitizer, which does not understand them, gets atomics.
#ifndef AFUNIX_CORE_BARRIER_H
#define AFUNIX_CORE_BARRIER_H

#include <stdint.h>

#if defined(AFUNIX_ATOMICS)

static inline uint32_t af_look(const volatile uint32_t *word) {
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void af_publish(volatile uint32_t *word, uint32_t value) {
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

#else

#if defined(__arm__)
#define AF_BARRIER() __asm volatile("dmb" ::: "memory")
#elif defined(__aarch64__)
#define AF_BARRIER() __asm volatile("dmb ish" ::: "memory")
#elif defined(__riscv)
#define AF_BARRIER() __asm volatile("fence rw, rw" ::: "memory")
#elif defined(__xtensa__)
#define AF_BARRIER() __asm volatile("memw" ::: "memory")
#elif defined(__x86_64__) || defined(__i386__)
// Loads stay in order and stores stay in order, and no store goes before a load: the compiler is all to restrain.
#define AF_BARRIER() __asm volatile("" ::: "memory")
#else
#error "say how this processor orders memory accesses"
#endif

static inline uint32_t af_look(const volatile uint32_t *word) {
    uint32_t value = *word;
    AF_BARRIER();
    return value;
}

static inline void af_publish(volatile uint32_t *word, uint32_t value) {
    AF_BARRIER();
    *word = value;
}

#endif

#endif
