// What `_afunix` offers: Handle, and what makes the other two types of what lib/afunix/data/plane.py knows about them.
#include "binding.h"

// endpoint(members, **fields): the type Endpoint, whose objects have those attributes.
static mp_obj_t endpoint(size_t n_args, const mp_obj_t *args, mp_map_t *named) {
    (void)n_args;
    for (size_t i = 0; i < E_KNOWN; i++) {
        if (i >= named->used || (i >= E_free && !af_endpoint_fits(i, named->table[i].value))) {
            mp_raise_TypeError(NULL);
        }
    }
    af_type_t *made = af_type_new(named, args[0]);
    mp_obj_full_type_t *type = &made->type;
    MP_OBJ_TYPE_SET_SLOT(type, make_new, af_endpoint_make_new, 1);
    MP_OBJ_TYPE_SET_SLOT(type, attr, af_endpoint_attr, 2);
    return af_kept[K_endpoint_type] = MP_OBJ_FROM_PTR(made);
}
MP_DEFINE_CONST_FUN_OBJ_KW(af_endpoint_obj, 1, endpoint);

// socket(cls, members, **fields): the type whose objects stand for those of `cls`.
static mp_obj_t socket(size_t n_args, const mp_obj_t *args, mp_map_t *named) {
    (void)n_args;
    mp_obj_type_t *cls = MP_OBJ_TO_PTR(args[0]);
    if (!AF_IS(args[0], &mp_type_type) || !named->used) {
        mp_raise_TypeError(NULL);
    }
    af_type_t *made = af_type_new(named, args[1]);
    mp_obj_full_type_t *type = &made->type;
    type->name = cls->name;
    MP_OBJ_TYPE_SET_SLOT(type, make_new, af_socket_make_new, 1);
    MP_OBJ_TYPE_SET_SLOT(type, print, af_socket_print, 2);
    MP_OBJ_TYPE_SET_SLOT(type, attr, af_socket_attr, 3);
    MP_OBJ_TYPE_SET_SLOT(type, protocol, &af_handle_stream, 4);
    MP_OBJ_TYPE_SET_SLOT(type, parent, cls, 5);
    return af_kept[K_socket_type] = MP_OBJ_FROM_PTR(made);
}
MP_DEFINE_CONST_FUN_OBJ_KW(af_socket_obj, 2, socket);

static void make_handle(void) {
    mp_obj_full_type_t *type = &af.handle_type;
    mp_obj_t members = mp_obj_new_dict(0);
    af_kept[K_handle_dict] = members;
    type->base.type = &mp_type_type;
    MP_OBJ_TYPE_SET_SLOT(type, locals_dict, MP_OBJ_TO_PTR(members), 0);
    MP_OBJ_TYPE_SET_SLOT(type, make_new, af_handle_make_new, 1);
    MP_OBJ_TYPE_SET_SLOT(type, protocol, &af_handle_stream, 2);
}

static mp_obj_t tuple_of(size_t n, const void *const *functions) {
    return mp_obj_new_tuple(n, (const mp_obj_t *)functions);
}

// parts(): Handle, without anything that an earlier program gave it; the functions of Endpoint, and those of Handle, in
// the order of their lists; in firmware also those of State. Python names them.
static mp_obj_t parts(void) {
    make_handle();
    #if !MICROPY_ENABLE_DYNRUNTIME
    af_kept[K_lock] = MP_OBJ_NULL;
    #endif
    mp_obj_t all[] = {
        MP_OBJ_FROM_PTR(&af.handle_type),
        tuple_of(af_endpoint_method_count, af_endpoint_methods),
        tuple_of(af_handle_method_count, af_handle_methods),
        #if !MICROPY_ENABLE_DYNRUNTIME
        tuple_of(af_state_method_count, af_state_methods),
        #endif
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(all), all);
}
MP_DEFINE_CONST_FUN_OBJ_0(af_parts_obj, parts);

#if !MICROPY_ENABLE_DYNRUNTIME
// names(lock, paths, abstract): the kernel's lock, and the dictionaries of the names that datagrams are sent to.
static mp_obj_t names(mp_obj_t lock, mp_obj_t paths, mp_obj_t abstract) {
    if (!AF_IS(lock, &af_section_type) || !AF_IS(paths, &mp_type_dict) || !AF_IS(abstract, &mp_type_dict)) {
        mp_raise_TypeError(NULL);
    }
    af_kept[K_lock] = lock;
    af_kept[K_paths] = paths;
    af_kept[K_abstract] = abstract;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_3(af_names_obj, names);
#endif
