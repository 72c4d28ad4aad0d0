// The binding of the core to MicroPython: two types, Endpoint and Handle, with the interface of the classes of the same
// name in lib/afunix. The same files make a user C module and, over MicroPython's dynruntime.h, a native .mpy.
//
// Locks, as in lib/afunix/endpoint.py: `wlock` of an endpoint serialises those who append to its ring, `rlock` those
// who remove from it; a reader and a writer never wait for each other (core/ring.h). The kernel's lock, which is
// Python's, is taken before either. No section under wlock or rlock allocates, raises, waits or runs Python code. `out` is
// what a sender trusts: whoever takes it away does so before taking `wlock`, and a sender looks again under it.
//
// A lock is a word that one thread changes from 0. What makes that change indivisible:
//   user module   an atomic section of the port (both cores of an RP2040, interrupts, threads of the unix port)
//   native .mpy   has no atomic sections. On ARM the processor's own means do (lock.c). Elsewhere, with `_thread`, a
//                 lock object that `guard` was given does the work; without, only an interrupt can come between, and
//                 that runs to its end and never waits
// An interrupt handler never waits for a lock: what it interrupted may hold it.
#ifndef AFUNIX_BINDING_H
#define AFUNIX_BINDING_H

#include "af_platform.h"
#include "core/readiness.h"

#if !MICROPY_ENABLE_DYNRUNTIME
#include "py/binary.h"
#include "py/builtin.h"
#include "py/mphal.h"
#include "py/objlist.h"
#include "py/objstr.h"
#include "py/objtype.h"
#include "py/runtime.h"
#endif
#include "py/mperrno.h"
#include "py/stream.h"

#if MICROPY_ENABLE_DYNRUNTIME && defined(__arm__)
#define AFUNIX_BARE_LOCK 1
#else
#define AFUNIX_BARE_LOCK 0
#endif

typedef struct {
    volatile uint32_t held;
    #if MICROPY_ENABLE_DYNRUNTIME && !AFUNIX_BARE_LOCK
    mp_obj_t object; // MP_OBJ_NULL where `held` does
    #endif
} af_lock_t;

// The attributes of an Endpoint. The order is that of the names in module.c, and groups what reset() sets alike.
enum {
    E_index, E_memory, E_lengths, E_senders, E_ancillary, E_inlet, // set once
    E_free, E_protocol, E_sender, E_cargo, E_references, E_appended_at, // left alone
    E_kind, E_owner, E_credentials,
    E_state, E_shut, E_error, E_backlog, E_pending, E_in_flight, E_unaccounted, // 0
    E_peer, E_out, E_address, E_peer_address, E_first, E_last, E_next, E_marks, E_options, // None
    E_orphaned, E_bound, E_nonblocking, // False
    E_COUNT,
};

typedef struct {
    mp_obj_base_t base;
    mp_obj_t field[E_COUNT];
    af_ring_t ring;
    af_lock_t wlock, rlock;
} af_endpoint_t;

// The attributes of a Handle that can be set without allocating, MP_OBJ_NULL where the class's own value holds.
enum { H_ep, H_fd, H_ms, H_timeout, H_io_refs, H_closed, H_last_kind, H_COUNT };

typedef struct {
    mp_obj_base_t base;
    mp_obj_t whole; // the object that this is the native part of, MP_OBJ_NULL where it is one by itself
    mp_obj_t field[H_COUNT];
    mp_obj_t others; // a list of names and values; MP_OBJ_NULL for none
} af_handle_t;

// What the types refer to beside the core's data. A native module's variables are traced by the collector; the user
// module registers a root pointer.
enum { K_endpoint_dict, K_handle_dict, K_socket_dict, K_init, K_properties, K_class, K_COUNT };

#define AF_FILTER_BITS 256

// Handle is the base class of the class `socket`, and the native part of an object of a program's subclass of that:
// methods in C, bound to the native part. The socket type is what `socket` itself makes: methods in C and the class's.
typedef struct {
    mp_obj_full_type_t endpoint_type, handle_type, socket_type;
    uint16_t endpoint_names[E_COUNT], handle_names[H_COUNT];
    // Which names the socket type's attr must look at, by their low bits: most are methods', which are looked up fast.
    uint32_t filter[AF_FILTER_BITS / 32];
    #if MICROPY_ENABLE_DYNRUNTIME
    mp_obj_t kept[K_COUNT];
    mp_obj_t lock_class, lock_acquire, lock_release; // what guard(Lock) was given, and its functions
    bool two_cores; // an RP2040
    const mp_obj_type_t *bytes, *bytearray, *memoryview;
    #endif
} af_state_t;

// Set up by module.c. Global, not static: that is where a native module's variables can be.
extern af_state_t af;

#if MICROPY_ENABLE_DYNRUNTIME
#define af_kept af.kept
#define af_bytes af.bytes
#define af_bytearray af.bytearray
#define af_memoryview af.memoryview
#else
#define af_kept MP_STATE_VM(afunix_kept)
#define af_bytes (&mp_type_bytes)
#define af_bytearray (&mp_type_bytearray)
#define af_memoryview (&mp_type_memoryview)
#endif

extern const mp_stream_p_t af_handle_stream;

void af_lock_init(af_lock_t *lock);
bool af_is_rp2040(void);
bool af_lock(af_lock_t *lock, bool wait);
void af_unlock(af_lock_t *lock);

// The plain case, endpoint.py's put and take: how many bytes, or AF_NOT.
int32_t af_put(af_endpoint_t *self, const uint8_t *data, uint32_t n, bool wait);
// A stream's bytes are taken only where `least` of them are there.
int32_t af_take(af_endpoint_t *self, uint8_t *into, uint32_t n, uint32_t least, bool wait);
// Up to `n` bytes, none behind the first newline; with `whole` only if that makes n bytes.
int32_t af_take_line(af_endpoint_t *self, uint8_t *into, uint32_t n, bool whole);
uint32_t af_events(const af_endpoint_t *self);

mp_obj_t af_endpoint_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
void af_endpoint_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
mp_obj_t af_handle_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
mp_obj_t af_handle_attach(mp_obj_t whole);
mp_obj_t af_socket_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
void af_socket_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
void af_socket_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind);

// The functions that module.c puts into the types' dictionaries, in the order of its names.
extern const void *const af_endpoint_methods[];
extern const void *const af_handle_methods[];

static inline bool af_is_stream(const af_endpoint_t *self) {
    return self->field[E_kind] == MP_OBJ_NEW_SMALL_INT(AF_STREAM);
}

#define AF_NUMBER(object) MP_OBJ_SMALL_INT_VALUE(object)
#define AF_INT(number) MP_OBJ_NEW_SMALL_INT(number)

#endif
