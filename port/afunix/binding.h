// The binding of the core to MicroPython: the parts of the classes Endpoint and Handle of lib/afunix/data that run for
// every message, and the kernel's lock. The same files make a user C module and, over MicroPython's dynruntime.h, a
// native .mpy.
//
// What is above what: every file calls those that are named before it, and none that is named after it.
//
//   core/            ring.c, readiness.c: without MicroPython
//   thin.c           MicroPython's functions, as a native module calls them
//   lock_*.c         words that one thread changes from 0
//   fields.c         attributes by name
//   endpoint.c       one end of a channel: a ring, its locks, its fields
//   section.c        the kernel's lock (user module only)
//   object.c         sockets as objects
//   datagram.c       datagrams to a name (user module only)
//   handle.c         the calls for every message; call.h has what both begin with
//   module.c         what makes the types
//   user_module.c, native_module.c
//
// Locks, as in lib/afunix/data/endpoint.py: `wlock` of an endpoint serialises those who append to its ring, `rlock`
// those who remove from it; a reader and a writer never wait for each other (core/ring.h). The kernel's lock is taken
// before either. No section under wlock or rlock allocates, raises, waits or runs Python code. `out` is what a sender
// trusts: whoever takes it away does so before taking `wlock`, and a sender looks again under it. The same is true of
// the ring's serial number, which says whose the ring is: a handle knows which socket it means, and by the time it has
// the lock the endpoint may be another's.
//
// A lock is a word that one thread changes from 0. What makes that change indivisible:
//   user module   a compare and exchange where the processor has one; else, as on an RP2040, an atomic section of the
//                 port, which keeps the other core and interrupts out
//   native .mpy   has no atomic sections. On ARM the processor's own means do (lock_arm.c). Elsewhere, with `_thread`,
//                 a lock object that `guard` was given does the work; without, only an interrupt can come between,
//                 and that runs to its end and never waits
// An interrupt handler never waits for a lock: what it interrupted may hold it.
//
// Python sees all that is here and can write most of it. What is read from there is looked at before it is used:
// the ring's words and lengths by the core, the types of fields when they are stored, lists each time.
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
#include "py/objtuple.h"
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

// What the types refer to beside the core's data. A native module's variables are traced by the collector; the user
// module registers a root pointer.
enum {
    K_endpoint_values,
    K_endpoint_dict,
    K_handle_dict,
    K_socket_values,
    K_socket_dict,
    K_class,
    #if !MICROPY_ENABLE_DYNRUNTIME
    K_lock, // the kernel's, and the two parts of its registry that datagrams are sent by
    K_paths,
    K_abstract,
    #endif
    K_COUNT,
};

// The attributes of a type. `names` has those of `count` fields, in the order in which an object has them, and behind
// them those of properties; `values` has at the same places what a fresh object has in them, and the properties.
// `place` finds a name: where its number leads to, or next to that, there is 1 + its place.
enum { AF_PLACES = 128 };
typedef struct {
    size_t count;
    mp_obj_t *values, *names;
    uint8_t place[AF_PLACES];
} af_fields_t;

// Handle is the base class of the class `socket`. The socket type is what `socket` itself makes: it has the methods in
// C and those of the class.
typedef struct {
    #if MICROPY_ENABLE_DYNRUNTIME
    mp_obj_t kept[K_COUNT];
    mp_obj_t lock_class, lock_acquire, lock_release; // what guard(Lock) was given, and its functions
    const mp_obj_type_t *bytes, *bytearray;
    mp_obj_t isinstance;
    bool two_cores; // an RP2040
    #endif
    af_fields_t endpoint_fields, socket_fields;
    mp_obj_full_type_t endpoint_type, handle_type, socket_type;
} af_state_t;

// Global, not static: that is where a native module's variables can be, and what finds them there
// is one function, which makes the module smaller.
#if MICROPY_ENABLE_DYNRUNTIME
__attribute__((const)) af_state_t *af_state(void);
#define af (*af_state())
#define af_kept af.kept
#define af_bytes af.bytes
#define af_bytearray af.bytearray
#define af_isinstance af.isinstance
#else
extern af_state_t af;
#define af_kept MP_STATE_VM(afunix_kept)
#define af_bytes (&mp_type_bytes)
#define af_bytearray (&mp_type_bytearray)
#define af_isinstance MP_OBJ_FROM_PTR(&mp_builtin_isinstance_obj)
#endif

// The type of what is no number or interned text, NULL of those.
static inline const mp_obj_type_t *af_type(mp_obj_t object) {
    return mp_obj_is_obj(object) ? ((const mp_obj_base_t *)MP_OBJ_TO_PTR(object))->type : NULL;
}

#define AF_IS(object, which) (af_type(object) == (const mp_obj_type_t *)(which))
#define AF_NUMBER(object) MP_OBJ_SMALL_INT_VALUE(object)
#define AF_INT(number) MP_OBJ_NEW_SMALL_INT(number)

// On the way of every message: inside firmware speed comes first, in a file size does.
#if MICROPY_ENABLE_DYNRUNTIME
#define AF_HOT static
#else
#define AF_HOT static inline __attribute__((always_inline))
#endif

// lock_*.c, one of them

typedef struct {
    volatile uintptr_t held;
    #if MICROPY_ENABLE_DYNRUNTIME && !AFUNIX_BARE_LOCK
    mp_obj_t object; // MP_OBJ_NULL where `held` does
    #endif
} af_lock_t;

void af_set_up_locks(void);
void af_lock_init(af_lock_t *lock);
bool af_lock(af_lock_t *lock, bool wait);
void af_unlock(af_lock_t *lock);
#if !MICROPY_ENABLE_DYNRUNTIME
// Change the word from 0 to `who`. False where it is not 0.
bool af_claim(volatile uintptr_t *word, uintptr_t who);
// Change it back. What its holder reads afterwards is read after that.
void af_disclaim(volatile uintptr_t *word);
// Let others run, on who is waited for.
void af_pause(void);
#endif

// fields.c

// Take over the `named` fields and the `properties`, a list of names each followed by the property.
void af_fields_keep(af_fields_t *fields, int kept, const mp_map_t *named, const mp_obj_list_t *properties);
// The place of that name, -1 where there is none; it is a property's if it is not less than `count`.
int af_fields_find(const af_fields_t *fields, qstr attr);
// Give the fields from the place `from` on their fresh values.
void af_fields_refresh(const af_fields_t *fields, mp_obj_t *field, size_t from);

// endpoint.c

// The names of its attributes, with the values of a fresh one, come from lib/afunix/data/plane.py. C knows those at the
// start, by their places.
// clang-format off: grouped by what may happen to them
enum {
    // What the constructor is given, and what stands for this endpoint in a sender's `out`: set once
    E_index, E_memory, E_lengths, E_senders, E_ancillary, E_control, E_inlet,
    E_free, E_protocol, E_references, // renew() leaves them alone
    E_peer, E_out, // an endpoint or None
    E_kind, E_state, E_shut, E_error, E_pending, E_owner, // small integers
    E_sender, E_cargo, E_appended_at, E_origin, E_options, E_orphaned,
    E_KNOWN,
};
// clang-format on

typedef struct {
    mp_obj_base_t base;
    af_ring_t ring;
    af_lock_t wlock, rlock;
    mp_obj_t field[];
} af_endpoint_t;

// Which socket a call means: its endpoint, as long as that has this serial number.
typedef struct {
    af_endpoint_t *endpoint;
    uint32_t serial;
} af_socket_id_t;

mp_obj_t af_endpoint_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
void af_endpoint_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
// Is the value one that C can do with in that place?
bool af_endpoint_fits(size_t place, mp_obj_t value);
// The plain case, put and take of ring.py: how many bytes, or AF_NOT.
int32_t af_put(af_socket_id_t self, const uint8_t *data, uint32_t n, bool wait);
// A stream's bytes are taken only where `least` of them are there.
int32_t af_take(af_socket_id_t self, uint8_t *into, uint32_t n, uint32_t least, bool wait);
// n bytes, if that is how many there are up to the first newline.
int32_t af_take_line(af_socket_id_t self, uint8_t *into, uint32_t n);
// One packet, and the origin of who sent it.
int32_t af_take_packet(af_socket_id_t self, uint8_t *into, uint32_t n, mp_obj_t *origin);
// Append a packet of that origin. False where it does not fit now.
bool af_append_packet(af_endpoint_t *self, mp_obj_t origin, mp_obj_t ancillary, const uint8_t *data, uint32_t n);
uint32_t af_events(const af_endpoint_t *self);

static inline bool af_is_endpoint(mp_obj_t object) {
    return AF_IS(object, &af.endpoint_type);
}

// Its functions for Python, in the order of plane.py.
extern const void *const af_endpoint_methods[];
extern const size_t af_endpoint_method_count;

// section.c

#if !MICROPY_ENABLE_DYNRUNTIME
extern const mp_obj_type_t af_section_type;
// False where the calling thread has it already.
bool af_section_enter(mp_obj_t section);
// Raises what `settle` raises, once the lock is free.
void af_section_leave(mp_obj_t section);
#endif

// object.c

enum { H_descriptor };

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

// What one call may be given on its way to Python.
enum { AF_MOST_ARGUMENTS = 12 };

mp_obj_t af_handle_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
mp_obj_t af_socket_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
void af_socket_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
void af_socket_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind);
// The program's object that a call in C is bound to.
mp_obj_t af_whole(mp_obj_t self);
// What is in its attribute `_d`.
mp_obj_t af_descriptor(mp_obj_t self);
// Everything that C leaves to Python goes to a method of lib/afunix/socket.py.
mp_obj_t af_ask(mp_obj_t self, qstr name, size_t n_args, size_t n_kw, const mp_obj_t *args);

// datagram.c

#if !MICROPY_ENABLE_DYNRUNTIME
extern const mp_obj_fun_builtin_var_t af_sendto_obj;
#endif

// handle.c

extern const mp_stream_p_t af_handle_stream;
extern const void *const af_handle_methods[];
extern const size_t af_handle_method_count;

// module.c

void af_set_up_handle(void);
extern const mp_obj_fun_builtin_var_t af_endpoint_obj, af_socket_obj;
extern const mp_obj_fun_builtin_fixed_t af_parts_obj;
#if !MICROPY_ENABLE_DYNRUNTIME
extern const mp_obj_fun_builtin_fixed_t af_names_obj;
#endif

#endif
