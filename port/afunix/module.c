// The module `_afunix`: sets up both types, and gives Handle the methods of the class it stands for.
#include "binding.h"

af_state_t af;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#if !MICROPY_ENABLE_DYNRUNTIME
MP_REGISTER_ROOT_POINTER(mp_obj_t afunix_kept[6]);
_Static_assert(K_COUNT == 6, "the root pointers above");
#endif

static void copy_names(uint16_t *to, const uint16_t *names, size_t count) {
    while (count--) {
        *to++ = *names++;
    }
}

static mp_obj_t dictionary(const uint16_t *names, const void *const *methods, size_t count) {
    mp_obj_t dict = mp_obj_new_dict(count);
    for (size_t i = 0; i < count; i++) {
        mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(names[i]), MP_OBJ_FROM_PTR(methods[i]));
    }
    return dict;
}

// In the order of the enumerations and the lists of methods in binding.h, endpoint.c and handle.c.

static void name_endpoint(void) {
    uint16_t fields[] = {
        MP_QSTR_index, MP_QSTR_memory, MP_QSTR_lengths, MP_QSTR_senders, MP_QSTR_ancillary, MP_QSTR_inlet,
        MP_QSTR_free, MP_QSTR_protocol, MP_QSTR_sender, MP_QSTR_cargo, MP_QSTR_references, MP_QSTR_appended_at,
        MP_QSTR_kind, MP_QSTR_owner, MP_QSTR_credentials,
        MP_QSTR_state, MP_QSTR_shut, MP_QSTR_error, MP_QSTR_backlog, MP_QSTR_pending, MP_QSTR_in_flight,
        MP_QSTR_unaccounted,
        MP_QSTR_peer, MP_QSTR_out, MP_QSTR_address, MP_QSTR_peer_address, MP_QSTR_first, MP_QSTR_last, MP_QSTR_next,
        MP_QSTR_marks, MP_QSTR_options,
        MP_QSTR_orphaned, MP_QSTR_bound, MP_QSTR_nonblocking,
    };
    _Static_assert(COUNT(fields) == E_COUNT, "a name for each field");
    copy_names(af.endpoint_names, fields, COUNT(fields));
    uint16_t methods[] = {
        MP_QSTR_put, MP_QSTR_take, MP_QSTR_take_line, MP_QSTR_line, MP_QSTR_append, MP_QSTR_append_packet,
        MP_QSTR_fetch, MP_QSTR_fetch_packet, MP_QSTR_skip, MP_QSTR_ahead, MP_QSTR_queued, MP_QSTR_first_length,
        MP_QSTR_packets, MP_QSTR_slot, MP_QSTR_attend, MP_QSTR_attends, MP_QSTR_relax, MP_QSTR_poll, MP_QSTR_readable,
        MP_QSTR_writable, MP_QSTR_forget_sender, MP_QSTR_flush, MP_QSTR_reset,
    };
    af_kept[K_endpoint_dict] = dictionary(methods, af_endpoint_methods, COUNT(methods));
}

static void filter(qstr name) {
    af.filter[name % AF_FILTER_BITS / 32] |= 1u << name % 32;
}

static void name_handle(void) {
    uint16_t fields[] = {
        MP_QSTR__ep, MP_QSTR__fd, MP_QSTR__ms, MP_QSTR__timeout, MP_QSTR__io_refs, MP_QSTR__closed, MP_QSTR__last_kind,
    };
    _Static_assert(COUNT(fields) == H_COUNT, "a name for each field");
    copy_names(af.handle_names, fields, COUNT(fields));
    for (size_t i = 0; i < COUNT(fields); i++) {
        filter(fields[i]);
    }
}

static void add_methods(mp_obj_t dict) {
    uint16_t methods[] = {
        MP_QSTR_send, MP_QSTR_write, MP_QSTR_try_write, MP_QSTR_recv_into, MP_QSTR_recv, MP_QSTR_read,
        MP_QSTR_readline, MP_QSTR_readinto, MP_QSTR_try_readinto, MP_QSTR_ioctl,
    };
    for (size_t i = 0; i < COUNT(methods); i++) {
        mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(methods[i]), MP_OBJ_FROM_PTR(af_handle_methods[i]));
    }
}

static void set_up_types(void) {
    name_endpoint();
    name_handle();
    af_kept[K_handle_dict] = mp_obj_new_dict(0);
    add_methods(af_kept[K_handle_dict]);

    af.endpoint_type.base.type = &mp_type_type;
    af.endpoint_type.name = MP_QSTR_Endpoint;
    MP_OBJ_TYPE_SET_SLOT(&af.endpoint_type, make_new, af_endpoint_make_new, 0);
    MP_OBJ_TYPE_SET_SLOT(&af.endpoint_type, attr, af_endpoint_attr, 1);
    MP_OBJ_TYPE_SET_SLOT(&af.endpoint_type, locals_dict, MP_OBJ_TO_PTR(af_kept[K_endpoint_dict]), 2);

    af.handle_type.base.type = &mp_type_type;
    af.handle_type.name = MP_QSTR_Handle;
    MP_OBJ_TYPE_SET_SLOT(&af.handle_type, make_new, af_handle_make_new, 0);
    MP_OBJ_TYPE_SET_SLOT(&af.handle_type, protocol, &af_handle_stream, 1);
    MP_OBJ_TYPE_SET_SLOT(&af.handle_type, locals_dict, MP_OBJ_TO_PTR(af_kept[K_handle_dict]), 2);
}

static void set_up_socket(mp_obj_type_t *cls) {
    af.socket_type.base.type = &mp_type_type;
    af.socket_type.name = cls->name;
    MP_OBJ_TYPE_SET_SLOT(&af.socket_type, make_new, af_socket_make_new, 0);
    MP_OBJ_TYPE_SET_SLOT(&af.socket_type, print, af_socket_print, 1);
    MP_OBJ_TYPE_SET_SLOT(&af.socket_type, attr, af_socket_attr, 2);
    MP_OBJ_TYPE_SET_SLOT(&af.socket_type, protocol, &af_handle_stream, 3);
    MP_OBJ_TYPE_SET_SLOT(&af.socket_type, locals_dict, MP_OBJ_TO_PTR(af_kept[K_socket_dict]), 4);
    MP_OBJ_TYPE_SET_SLOT(&af.socket_type, parent, cls, 5);
}

// The inverse of MP_OBJ_NEW_QSTR, which a native module must not take to be that of its own build: qstr objects are
// equally spaced by a power of two.
static qstr qstr_of(mp_obj_t name) {
    mp_uint_t first = (mp_uint_t)MP_OBJ_NEW_QSTR(0);
    mp_uint_t step = (mp_uint_t)MP_OBJ_NEW_QSTR(1) - first;
    mp_uint_t distance = (mp_uint_t)name - first;
    for (; step > 1; step >>= 1) {
        distance >>= 1;
    }
    return distance;
}

// A property is of no use in a native type's dictionary: af_socket_attr calls its getter, the first thing it holds.
static void add_member(mp_obj_t dict, mp_obj_t key, mp_obj_t value) {
    if (key == MP_OBJ_NEW_QSTR(MP_QSTR___init__)) {
        af_kept[K_init] = value;
    } else if (mp_obj_get_type(value)->name == MP_QSTR_property) {
        mp_obj_list_append(af_kept[K_properties], key);
        filter(qstr_of(key));
        mp_obj_list_append(af_kept[K_properties], ((mp_obj_t *)MP_OBJ_TO_PTR(value))[1]);
    } else {
        mp_obj_dict_store(dict, key, value);
    }
}

// A copy of a class's dictionary with room to spare: where it is nearly full, to find that a name is not there, as for
// every data call of a subclass, takes 2000 cycles on a Pico.
static mp_obj_t roomy(const mp_map_t *members) {
    mp_obj_t dict = mp_obj_new_dict(2 * members->used);
    for (size_t i = 0; i < members->alloc; i++) {
        mp_map_elem_t *member = &members->table[i];
        if (member->key != MP_OBJ_NULL && member->key != MP_OBJ_SENTINEL) {
            mp_obj_dict_store(dict, member->key, member->value);
        }
    }
    return dict;
}

static void add_members(mp_obj_t to, mp_obj_t from) {
    const mp_map_t *members = &((mp_obj_dict_t *)MP_OBJ_TO_PTR(from))->map;
    for (size_t i = 0; i < members->alloc; i++) {
        if (members->table[i].key != MP_OBJ_NULL) {
            add_member(to, members->table[i].key, members->table[i].value);
        }
    }
}

// adopt(cls): the type whose objects stand for those of `cls`: isinstance(), its methods, its constructor.
static mp_obj_t adopt(mp_obj_t cls_in) {
    mp_obj_type_t *cls = MP_OBJ_TO_PTR(cls_in);
    const mp_map_t *members = &((mp_obj_dict_t *)MP_OBJ_TYPE_GET_SLOT(cls, locals_dict))->map;
    mp_obj_t own = roomy(members);
    MP_OBJ_TYPE_SET_SLOT(cls, locals_dict, MP_OBJ_TO_PTR(own), cls->slot_index_locals_dict - 1);
    af_kept[K_class] = cls_in;
    af_kept[K_properties] = mp_obj_new_list(0, NULL);
    af_kept[K_socket_dict] = mp_obj_new_dict(members->used + members->used / 2);
    add_members(af_kept[K_socket_dict], own);
    add_methods(af_kept[K_socket_dict]);
    set_up_socket(cls);
    return MP_OBJ_FROM_PTR(&af.socket_type);
}
static MP_DEFINE_CONST_FUN_OBJ_1(adopt_obj, adopt);

static MP_DEFINE_CONST_FUN_OBJ_1(attach_obj, af_handle_attach);

#if MICROPY_ENABLE_DYNRUNTIME

#if !AFUNIX_BARE_LOCK
// guard(Lock): endpoints made from now on have locks that Lock() made.
static mp_obj_t guard(mp_obj_t cls) {
    mp_obj_t lock = mp_call_function_n_kw(cls, 0, 0, NULL);
    mp_obj_t method[2];
    mp_load_method(lock, MP_QSTR_acquire, method);
    af.lock_acquire = method[0];
    mp_load_method(lock, MP_QSTR_release, method);
    af.lock_release = method[0];
    af.lock_class = cls;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(guard_obj, guard);
#endif

mp_obj_t mpy_init(mp_obj_fun_bc_t *self, size_t n_args, size_t n_kw, mp_obj_t *args) {
    MP_DYNRUNTIME_INIT_ENTRY
    af_bytes = &mp_type_bytes;
    af_bytearray = &mp_type_bytearray;
    af_memoryview = MP_OBJ_TO_PTR(mp_load_global(MP_QSTR_memoryview));
    set_up_types();
    mp_store_global(MP_QSTR_Endpoint, MP_OBJ_FROM_PTR(&af.endpoint_type));
    mp_store_global(MP_QSTR_Handle, MP_OBJ_FROM_PTR(&af.handle_type));
    mp_store_global(MP_QSTR_adopt, MP_OBJ_FROM_PTR(&adopt_obj));
    mp_store_global(MP_QSTR_attach, MP_OBJ_FROM_PTR(&attach_obj));
    #if !AFUNIX_BARE_LOCK
    mp_store_global(MP_QSTR_guard, MP_OBJ_FROM_PTR(&guard_obj));
    #elif __ARM_ARCH < 7
    af.two_cores = af_is_rp2040();
    #endif
    MP_DYNRUNTIME_INIT_EXIT
}

#else

#if !MICROPY_MODULE_BUILTIN_INIT
#error "_afunix needs MICROPY_MODULE_BUILTIN_INIT"
#endif

// Called when the module is imported first, after every soft reset.
static mp_obj_t module_init(void) {
    set_up_types();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(module_init_obj, module_init);

static const mp_rom_map_elem_t module_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__afunix) },
    { MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&module_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_Endpoint), MP_ROM_PTR(&af.endpoint_type) },
    { MP_ROM_QSTR(MP_QSTR_Handle), MP_ROM_PTR(&af.handle_type) },
    { MP_ROM_QSTR(MP_QSTR_adopt), MP_ROM_PTR(&adopt_obj) },
    { MP_ROM_QSTR(MP_QSTR_attach), MP_ROM_PTR(&attach_obj) },
};
static MP_DEFINE_CONST_DICT(module_globals, module_globals_table);

const mp_obj_module_t afunix_user_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&module_globals,
};
MP_REGISTER_MODULE(MP_QSTR__afunix, afunix_user_module);

#endif
