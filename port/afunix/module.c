// What `_afunix` offers: Handle, and what makes the other two types of what lib/afunix/data/plane.py knows about them.
#include "binding.h"

static void start(mp_obj_full_type_t *type, int kept, mp_obj_t members) {
    af_kept[kept] = members;
    type->base.type = &mp_type_type;
    MP_OBJ_TYPE_SET_SLOT(type, locals_dict, MP_OBJ_TO_PTR(members), 0);
}

// The map of a dictionary, which does not change from now on: what is kept of it are places.
static const mp_map_t *map_of(mp_obj_t object) {
    if (!AF_IS(object, &mp_type_dict)) {
        mp_raise_TypeError(NULL);
    }
    mp_map_t *map = &((mp_obj_dict_t *)MP_OBJ_TO_PTR(object))->map;
    map->is_fixed = 1;
    return map;
}

// endpoint(members, **fields): the type Endpoint, whose objects have those attributes.
static mp_obj_t endpoint(size_t n_args, const mp_obj_t *args, mp_map_t *named) {
    (void)n_args;
    mp_obj_full_type_t *type = &af.endpoint_type;
    for (size_t i = 0; i < E_KNOWN; i++) {
        if (i >= named->used || (i >= E_free && !af_endpoint_fits(i, named->table[i].value))) {
            mp_raise_TypeError(NULL);
        }
    }
    af_fields_keep(&af.endpoint_fields, K_endpoint_fields, named, map_of(args[0]));
    start(type, K_endpoint_dict, args[0]);
    MP_OBJ_TYPE_SET_SLOT(type, make_new, af_endpoint_make_new, 1);
    MP_OBJ_TYPE_SET_SLOT(type, attr, af_endpoint_attr, 2);
    return MP_OBJ_FROM_PTR(type);
}
MP_DEFINE_CONST_FUN_OBJ_KW(af_endpoint_obj, 1, endpoint);

// socket(cls, members, **fields): the type whose objects stand for those of `cls`.
static mp_obj_t socket(size_t n_args, const mp_obj_t *args, mp_map_t *named) {
    (void)n_args;
    mp_obj_full_type_t *type = &af.socket_type;
    mp_obj_type_t *cls = MP_OBJ_TO_PTR(args[0]);
    if (!AF_IS(args[0], &mp_type_type) || !named->used) {
        mp_raise_TypeError(NULL);
    }
    af_fields_keep(&af.socket_fields, K_socket_fields, named, map_of(args[1]));
    af_kept[K_class] = args[0];
    start(type, K_socket_dict, args[1]);
    type->name = cls->name;
    MP_OBJ_TYPE_SET_SLOT(type, make_new, af_socket_make_new, 1);
    MP_OBJ_TYPE_SET_SLOT(type, print, af_socket_print, 2);
    MP_OBJ_TYPE_SET_SLOT(type, attr, af_socket_attr, 3);
    MP_OBJ_TYPE_SET_SLOT(type, protocol, &af_handle_stream, 4);
    MP_OBJ_TYPE_SET_SLOT(type, parent, cls, 5);
    return MP_OBJ_FROM_PTR(type);
}
MP_DEFINE_CONST_FUN_OBJ_KW(af_socket_obj, 2, socket);

static mp_obj_t tuple_of(size_t n, const void *const *functions) {
    return mp_obj_new_tuple(n, (const mp_obj_t *)functions);
}

// parts(): Handle; the functions of Endpoint, and those of Handle, in the order of their lists; in firmware also those
// of State. Python names them.
static mp_obj_t parts(void) {
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

void af_set_up_handle(void) {
    mp_obj_full_type_t *type = &af.handle_type;
    start(type, K_handle_dict, mp_obj_new_dict(0));
    MP_OBJ_TYPE_SET_SLOT(type, make_new, af_handle_make_new, 1);
    MP_OBJ_TYPE_SET_SLOT(type, protocol, &af_handle_stream, 2);
}
