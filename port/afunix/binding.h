// The binding of the core to MicroPython: the parts of the classes Endpoint and Handle of lib/afunix that run for every
// message. The same files make a user C module and, over MicroPython's dynruntime.h, a native .mpy.
//
// Locks, as in lib/afunix/endpoint.py: `wlock` of an endpoint serialises those who append to its ring, `rlock` those
// who remove from it; a reader and a writer never wait for each other (core/ring.h). The kernel's lock, which is
// Python's, is taken before either. No section under wlock or rlock allocates, raises, waits or runs Python code. `out`
// is what a sender trusts: whoever takes it away does so before taking `wlock`, and a sender looks again under it.
//
// A lock is a word that one thread changes from 0. What makes that change indivisible:
//   user module   an atomic exchange where the processor has one; else, as on an RP2040, an atomic section of the port,
//                 which keeps the other core and interrupts out
//   native .mpy   has no atomic sections. On ARM the processor's own means do (lock_arm.c). Elsewhere, with `_thread`,
//                 a lock object that `guard` was given does the work; without, only an interrupt can come between,
//                 and that runs to its end and never waits
// An interrupt handler never waits for a lock: what it interrupted may hold it.
#ifndef AFUNIX_BINDING_H
#define AFUNIX_BINDING_H

#include "af_platform.h"
#include "core/readiness.h"

#if !MICROPY_ENABLE_DYNRUNTIME
#include "py/binary.h"
#include "py/builtin.h"
#include "py/mphal.h"
#include "py/objarray.h"
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

// The names of both types' attributes, with the values of a fresh object, come from lib/afunix/dataplane.py. C knows
// those at the start, by their places.
// clang-format off: grouped by what may happen to them
enum {
    // What the constructor is given, and what stands for this endpoint in a sender's `out`: set once
    E_index, E_memory, E_lengths, E_senders, E_ancillary, E_control, E_inlet,
    E_free, E_protocol, E_references, // renew() leaves them alone
    E_peer, E_out, // an endpoint or None
    E_kind, E_state, E_shut, E_error, E_pending, // small integers
    E_sender, E_cargo, E_appended_at,
};
// clang-format on
enum { H_ep };

typedef struct {
    mp_obj_base_t base;
    af_ring_t ring;
    af_lock_t wlock, rlock;
    mp_obj_t field[];
} af_endpoint_t;

// A socket. `others` is a list of names and values, MP_OBJ_NULL for none: the attributes that a program has added.
typedef struct {
    mp_obj_base_t base;
    mp_obj_t others;
    mp_obj_t field[];
} af_socket_t;

// What the base class Handle adds to an object of a program's subclass: calls in C are bound to this.
typedef struct {
    mp_obj_base_t base;
    mp_obj_t whole;
} af_part_t;

// The names of a type's attributes, each followed by the fresh value.
typedef struct {
    mp_obj_t *names;
    size_t count;
} af_fields_t;

// What the types refer to beside the core's data. A native module's variables are traced by the collector; the user
// module registers a root pointer.
enum {
    K_endpoint_names,
    K_endpoint_dict,
    K_handle_dict,
    K_socket_names,
    K_socket_dict,
    K_properties,
    K_class,
    K_COUNT,
};

enum { AF_FILTER = 64 };
#define AF_FILTERED(name) (af.filter[(uintptr_t)(name) / 8 % AF_FILTER])

// Handle is the base class of the class `socket`. The socket type is what `socket` itself makes: it has the methods in
// C and those of the class.
typedef struct {
    #if MICROPY_ENABLE_DYNRUNTIME
    mp_obj_t kept[K_COUNT];
    mp_obj_t lock_class, lock_acquire, lock_release; // what guard(Lock) was given, and its functions
    const mp_obj_type_t *bytes;
    bool two_cores; // an RP2040
    #endif
    af_fields_t endpoint_fields, socket_fields;
    mp_obj_full_type_t endpoint_type, handle_type, socket_type;
    // Not 0 where the names of a socket's fields and properties may be: most of what is looked up are methods.
    uint8_t filter[AF_FILTER];
} af_state_t;

// Global, not static: that is where a native module's variables can be, and what finds them there
// is one function, which makes the module smaller.
#if MICROPY_ENABLE_DYNRUNTIME
__attribute__((const)) af_state_t *af_state(void);
#define af (*af_state())
#define af_kept af.kept
#define af_bytes af.bytes
#else
extern af_state_t af;
#define af_kept MP_STATE_VM(afunix_kept)
#define af_bytes (&mp_type_bytes)
#endif

// lock_*.c, one of them
void af_set_up_locks(void);
void af_lock_init(af_lock_t *lock);
bool af_lock(af_lock_t *lock, bool wait);
void af_unlock(af_lock_t *lock);

// object.c: attributes by name, and the socket type
mp_obj_t *af_place(const af_fields_t *fields, mp_obj_t *values, qstr attr);
void af_refresh(const af_fields_t *fields, mp_obj_t *values, size_t from);
mp_obj_t af_handle_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
mp_obj_t af_socket_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
void af_socket_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
void af_socket_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind);

// endpoint.c
mp_obj_t af_endpoint_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
void af_endpoint_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
bool af_is_endpoint(mp_obj_t object);
// The plain case, endpoint.py's put and take: how many bytes, or AF_NOT.
int32_t af_put(af_endpoint_t *self, const uint8_t *data, uint32_t n, bool wait);
// A stream's bytes are taken only where `least` of them are there.
int32_t af_take(af_endpoint_t *self, uint8_t *into, uint32_t n, uint32_t least, bool wait);
// n bytes, if that is how many there are up to the first newline.
int32_t af_take_line(af_endpoint_t *self, uint8_t *into, uint32_t n);
uint32_t af_events(const af_endpoint_t *self);

// Its functions for Python, in the order of dataplane.py.
enum { AF_ENDPOINT_METHODS = 8 };
extern const void *const af_endpoint_methods[AF_ENDPOINT_METHODS];

// module.c
void af_set_up_handle(void);
extern const mp_obj_fun_builtin_var_t af_endpoint_obj, af_socket_obj;
extern const mp_obj_fun_builtin_fixed_t af_parts_obj;

// handle.c: the calls for every message
extern const mp_stream_p_t af_handle_stream;
mp_obj_t af_ask(mp_obj_t self, qstr name, size_t n_args, size_t n_kw, const mp_obj_t *args);
enum { AF_HANDLE_METHODS = 9 };
extern const void *const af_handle_methods[AF_HANDLE_METHODS];

// On the way of every message: inside firmware speed comes first, in a file size does.
#if MICROPY_ENABLE_DYNRUNTIME
#define AF_HOT static
#else
#define AF_HOT static inline __attribute__((always_inline))
#endif

// What one call may be given on its way to Python.
enum { AF_MOST_ARGUMENTS = 12 };

#define AF_NUMBER(object) MP_OBJ_SMALL_INT_VALUE(object)
#define AF_INT(number) MP_OBJ_NEW_SMALL_INT(number)

#endif
