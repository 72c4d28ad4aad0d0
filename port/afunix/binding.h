// The binding of the core to MicroPython: the parts of the classes Endpoint and Handle of lib/afunix/data that run for
// every message, and the kernel's lock. The same files make a user C module and, over MicroPython's dynruntime.h, a
// native .mpy.
//
// What is above what: every file calls those that are named before it, and none that is named after it.
//
//   core/            ring.h, readiness.c: without MicroPython
//   thin.c           MicroPython's functions, as a native module calls them
//   lock.h           words that one thread changes from 0; lock_word.c or lock_object.c
//   fields.c         attributes by name
//   endpoint.c       one end of a channel: a ring, its locks, its fields; plain.h has what runs for every message
//   state.c          what the control plane sees and sets there (user module only)
//   section.c        the kernel's lock (user module only)
//   object.c         sockets as objects
//   record.c         the control plane's own objects (user module only)
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

// What there is one of. A native module's variables are traced by the collector; the user module registers a root
// pointer.
enum {
    K_handle_dict,
    K_endpoint_type,
    K_socket_type,
    #if !MICROPY_ENABLE_DYNRUNTIME
    K_lock, // the kernel's, and the two parts of its registry that datagrams are sent by
    K_paths,
    K_abstract,
    #endif
    K_COUNT,
};

// A type made of what plane.py knows about it. Its attributes: first `count` fields, which each object has for itself,
// with what a fresh one has in them; then members, functions and properties. `places` finds a name: where its number
// leads to, or next to that, there is 1 + its place. A type that is made anew is another: objects of the former keep
// theirs.
enum { AF_PLACES = 128 };
typedef struct {
    mp_obj_full_type_t type;
    size_t count;
    const mp_map_elem_t *fresh;
    const mp_map_elem_t *members;
    uint8_t places[AF_PLACES];
} af_type_t;

// Handle is the base class of the class `socket`. The socket type is what `socket` itself makes: it has the methods in
// C and those of the class.
typedef struct {
    #if MICROPY_ENABLE_DYNRUNTIME
    mp_obj_t kept[K_COUNT];
    mp_obj_t lock_class, lock_acquire, lock_release; // what guard(Lock) was given, and its functions
    const mp_obj_type_t *bytes, *bytearray, *property;
    mp_obj_t isinstance;
    uintptr_t first_name, next_name; // see AF_NAME
    bool two_cores; // an RP2040
    #endif
    mp_obj_full_type_t handle_type;
} af_state_t;

// Global, not static: that is where a native module's variables can be, and what finds them there
// is one function, which makes the module smaller.
#if MICROPY_ENABLE_DYNRUNTIME
__attribute__((const)) af_state_t *af_state(void);
#define af (*af_state())
#define af_kept af.kept
#define af_bytes af.bytes
#define af_bytearray af.bytearray
#define af_property af.property
#define af_isinstance af.isinstance
#else
extern af_state_t af;
#define af_kept MP_STATE_VM(afunix_kept)
#define af_bytes (&mp_type_bytes)
#define af_bytearray (&mp_type_bytearray)
#define af_property (&mp_type_property)
#define af_isinstance MP_OBJ_FROM_PTR(&mp_builtin_isinstance_obj)
#endif

// The type of what is no number or interned text, NULL of those.
static inline __attribute__((always_inline)) const mp_obj_type_t *af_type(mp_obj_t object) {
    return mp_obj_is_obj(object) ? ((const mp_obj_base_t *)MP_OBJ_TO_PTR(object))->type : NULL;
}

// An interned name as an object. In a file MicroPython's macro would call a function for what is a sum.
#if MICROPY_ENABLE_DYNRUNTIME
#define AF_NAME(attr) ((mp_obj_t)(af.first_name + (attr) * af.next_name))
#else
#define AF_NAME(attr) MP_OBJ_NEW_QSTR(attr)
#endif

// Is it an object of that very type? Before that is made it is NULL, and there are none.
#define AF_IS(object, which) \
    (mp_obj_is_obj(object) && ((const mp_obj_base_t *)MP_OBJ_TO_PTR(object))->type == (const mp_obj_type_t *)(which))
#define AF_IS_ENDPOINT(object) AF_IS(object, MP_OBJ_TO_PTR(af_kept[K_endpoint_type]))
#define AF_IS_SOCKET(object) AF_IS(object, MP_OBJ_TO_PTR(af_kept[K_socket_type]))
#define AF_NUMBER(object) MP_OBJ_SMALL_INT_VALUE(object)
#define AF_INT(number) MP_OBJ_NEW_SMALL_INT(number)

#define AF_INLINE static inline __attribute__((always_inline))

// On the way of every message: inside firmware speed comes first, in a file size does.
#if MICROPY_ENABLE_DYNRUNTIME
#define AF_HOT static
#define AF_FLAT
#define AF_COLD
#else
#define AF_HOT AF_INLINE
#define AF_FLAT __attribute__((flatten)) // all that it calls is a part of it, as far as that is known here
#define AF_COLD __attribute__((noinline)) // but not this
#endif

#include "lock.h"

// fields.c

// A type whose objects have the `named` fields and, out of a dictionary that does not change any more, the `members`.
af_type_t *af_type_new(const mp_map_t *named, mp_obj_t members);
#define AF_TYPE_OF(object) ((const af_type_t *)((const mp_obj_base_t *)MP_OBJ_TO_PTR(object))->type)
// The type's member as an attribute of `self`.
void af_fields_load(mp_obj_t self, mp_obj_t member, mp_obj_t *dest);
// Give the fields from the place `from` on their fresh values.
void af_fields_refresh(const af_type_t *type, mp_obj_t *field, size_t from);

// The number of an interned name as an object, in which it begins with bit 3.
#define AF_NUMBER_OF_NAME(name) ((uintptr_t)(name) / 8)

// The place of a name, -1 where there is none; it is that of a member from `count` on.
AF_INLINE int af_fields_find(const af_type_t *type, qstr attr) {
    mp_obj_t name = AF_NAME(attr);
    for (size_t at = AF_NUMBER_OF_NAME(name);; at++) {
        int place = type->places[at % AF_PLACES] - 1;
        if (place < 0) {
            return place;
        }
        const mp_map_elem_t *found = (size_t)place < type->count ? type->fresh : type->members - type->count;
        if (found[place].key == name) {
            return place;
        }
    }
}

static inline mp_obj_t af_fields_member(const af_type_t *type, int place) {
    return type->members[place - type->count].value;
}

// What a type does about its objects' attributes: `place` is what was found.
AF_INLINE void af_fields_attr(int place, mp_obj_t self, mp_obj_t *field, mp_obj_t *dest) {
    const af_type_t *type = AF_TYPE_OF(self);
    if (place < 0) {
        return;
    }
    bool is_field = (size_t)place < type->count;
    if (dest[0] != MP_OBJ_NULL) {
        if (is_field && dest[1] != MP_OBJ_NULL) {
            field[place] = dest[1];
            dest[0] = MP_OBJ_NULL; // done
        }
    } else if (is_field) {
        dest[0] = field[place];
    } else {
        af_fields_load(self, af_fields_member(type, place), dest);
    }
}

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
// The endpoint that is a function's first argument: a program can call a method's function with something else.
af_endpoint_t *af_endpoint_of(mp_obj_t object);
void af_endpoint_clear(af_endpoint_t *self);
// Is the value one that C can do with in that place?
bool af_endpoint_fits(size_t place, mp_obj_t value);
// Append a packet of that origin. False where it does not fit now.
bool af_append_packet(af_endpoint_t *self, mp_obj_t origin, mp_obj_t ancillary, const uint8_t *data, uint32_t n);
uint32_t af_events(const af_endpoint_t *self);

// Its functions for Python, in the order of plane.py.
extern const void *const af_endpoint_methods[];
extern const size_t af_endpoint_method_count;

// state.c

#if !MICROPY_ENABLE_DYNRUNTIME
// For Python, in the order of plane.py.
extern const void *const af_state_methods[];
extern const size_t af_state_method_count;
#endif

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

// record.c

#if !MICROPY_ENABLE_DYNRUNTIME
extern const mp_obj_fun_builtin_var_t af_record_obj;
#endif

// datagram.c

#if !MICROPY_ENABLE_DYNRUNTIME
extern const mp_obj_fun_builtin_var_t af_sendto_obj;
#endif

// handle.c

extern const mp_stream_p_t af_handle_stream;
extern const void *const af_handle_methods[];
extern const size_t af_handle_method_count;

// module.c

extern const mp_obj_fun_builtin_var_t af_endpoint_obj, af_socket_obj;
extern const mp_obj_fun_builtin_fixed_t af_parts_obj;
#if !MICROPY_ENABLE_DYNRUNTIME
extern const mp_obj_fun_builtin_fixed_t af_names_obj;
#endif

#endif
