// What `_afunix` offers: Handle, and what makes the other two types of what lib/afunix/dataplane.py knows about them.
#include "binding.h"

enum { ROOM = 80 }; // in the socket type's dictionary: where one is nearly full, what it lacks is found out slowly

static void keep_names(af_fields_t *fields, int kept, const mp_map_t *named) {
    fields->count = named->used;
    fields->names = (mp_obj_t *)m_malloc(2 * named->used * sizeof(mp_obj_t));
    af_kept[kept] = MP_OBJ_FROM_PTR(fields->names);
    for (size_t i = 0; i < named->used; i++) {
        fields->names[2 * i] = named->table[i].key;
        fields->names[2 * i + 1] = named->table[i].value;
    }
}

static void start(mp_obj_full_type_t *type, int kept, size_t room) {
    af_kept[kept] = mp_obj_new_dict(room);
    type->base.type = &mp_type_type;
    MP_OBJ_TYPE_SET_SLOT(type, locals_dict, MP_OBJ_TO_PTR(af_kept[kept]), 0);
}

// Note every other object of a list, from the first on, as one that is no method's name.
static void filter(const mp_obj_t *names, size_t length) {
    for (size_t i = 0; i < length; i += 2) {
        AF_FILTERED(names[i]) = 1;
    }
}

// endpoint(**fields): the type Endpoint, whose objects have those attributes.
static mp_obj_t endpoint(size_t n_args, const mp_obj_t *args, mp_map_t *named) {
    (void)n_args;
    (void)args;
    mp_obj_full_type_t *type = &af.endpoint_type;
    keep_names(&af.endpoint_fields, K_endpoint_names, named);
    start(type, K_endpoint_dict, 0);
    MP_OBJ_TYPE_SET_SLOT(type, make_new, af_endpoint_make_new, 1);
    MP_OBJ_TYPE_SET_SLOT(type, attr, af_endpoint_attr, 2);
    return MP_OBJ_FROM_PTR(type);
}
MP_DEFINE_CONST_FUN_OBJ_KW(af_endpoint_obj, 0, endpoint);

// socket(cls, properties, **fields): the type whose objects stand for those of `cls`. `properties` is a list, each
// name followed by the property.
static mp_obj_t socket(size_t n_args, const mp_obj_t *args, mp_map_t *named) {
    (void)n_args;
    mp_obj_full_type_t *type = &af.socket_type;
    mp_obj_type_t *cls = MP_OBJ_TO_PTR(args[0]);
    keep_names(&af.socket_fields, K_socket_names, named);
    const mp_obj_list_t *properties = MP_OBJ_TO_PTR(args[1]);
    filter(af.socket_fields.names, 2 * named->used);
    filter(properties->items, properties->len);
    af_kept[K_class] = args[0];
    af_kept[K_properties] = args[1];
    start(type, K_socket_dict, ROOM);
    type->name = cls->name;
    MP_OBJ_TYPE_SET_SLOT(type, make_new, af_socket_make_new, 1);
    MP_OBJ_TYPE_SET_SLOT(type, print, af_socket_print, 2);
    MP_OBJ_TYPE_SET_SLOT(type, attr, af_socket_attr, 3);
    MP_OBJ_TYPE_SET_SLOT(type, protocol, &af_handle_stream, 4);
    MP_OBJ_TYPE_SET_SLOT(type, parent, cls, 5);
    return MP_OBJ_FROM_PTR(type);
}
MP_DEFINE_CONST_FUN_OBJ_KW(af_socket_obj, 2, socket);

// parts(): Handle; the functions of Endpoint, and those of Handle, in the order of their lists. Python names them.
static mp_obj_t parts(void) {
    mp_obj_t all[] = {
        MP_OBJ_FROM_PTR(&af.handle_type),
        mp_obj_new_tuple(AF_ENDPOINT_METHODS, (const mp_obj_t *)af_endpoint_methods),
        mp_obj_new_tuple(AF_HANDLE_METHODS, (const mp_obj_t *)af_handle_methods),
    };
    return mp_obj_new_tuple(3, all);
}
MP_DEFINE_CONST_FUN_OBJ_0(af_parts_obj, parts);

void af_set_up_handle(void) {
    mp_obj_full_type_t *type = &af.handle_type;
    start(type, K_handle_dict, 0);
    MP_OBJ_TYPE_SET_SLOT(type, make_new, af_handle_make_new, 1);
    MP_OBJ_TYPE_SET_SLOT(type, protocol, &af_handle_stream, 2);
}
