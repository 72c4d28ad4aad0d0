// Sockets as objects, and attributes by name. A socket that a program makes with `socket(...)` is one native object; an
// object of a program's subclass is an ordinary one with a native part.
#include "binding.h"

mp_obj_t *af_place(const af_fields_t *fields, mp_obj_t *values, qstr attr) {
    mp_obj_t name = MP_OBJ_NEW_QSTR(attr);
    for (size_t i = 0; i < fields->count; i++) {
        if (fields->names[2 * i] == name) {
            return &values[i];
        }
    }
    return NULL;
}

void af_refresh(const af_fields_t *fields, mp_obj_t *values, size_t from) {
    for (size_t i = from; i < fields->count; i++) {
        values[i] = fields->names[2 * i + 1];
    }
}

// Handle(object): give an object of a subclass of `socket` its native part, and return the object.
mp_obj_t af_handle_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    if (n_args != 1 || n_kw || !(mp_obj_get_type(args[0])->flags & MP_TYPE_FLAG_INSTANCE_TYPE)) {
        mp_raise_TypeError(NULL);
    }
    af_part_t *part = mp_obj_malloc(af_part_t, type);
    part->whole = args[0];
    ((mp_obj_instance_t *)MP_OBJ_TO_PTR(args[0]))->subobj[0] = MP_OBJ_FROM_PTR(part);
    return args[0];
}

mp_obj_t af_socket_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    size_t size = sizeof(af_socket_t) + af.socket_fields.count * sizeof(mp_obj_t);
    // The collector calls __del__ of what has a finaliser, which a native module cannot ask for.
    #if MICROPY_ENABLE_DYNRUNTIME
    af_socket_t *self = (af_socket_t *)mp_obj_malloc_helper(size, type);
    #else
    af_socket_t *self = (af_socket_t *)mp_obj_malloc_with_finaliser_helper(size, type);
    #endif
    self->others = MP_OBJ_NULL;
    af_refresh(&af.socket_fields, self->field, 0);
    af_ask(MP_OBJ_FROM_PTR(self), MP_QSTR___init__, n_args, n_kw, args);
    return MP_OBJ_FROM_PTR(self);
}

void af_socket_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    (void)kind;
    mp_printf(print, "%s", mp_obj_str_get_str(af_ask(self, MP_QSTR___repr__, 0, 0, &self)));
}

// The value of `attr` in a list of names and values.
static mp_obj_t *find(mp_obj_t names_and_values, qstr attr) {
    if (names_and_values == MP_OBJ_NULL) {
        return NULL;
    }
    const mp_obj_list_t *list = MP_OBJ_TO_PTR(names_and_values);
    const af_fields_t fields = { list->items, list->len / 2 };
    mp_obj_t *place = af_place(&fields, list->items, attr);
    return place == NULL ? NULL : place + (place - list->items) + 1;
}

static void load(af_socket_t *self, const mp_obj_t *place, const mp_obj_t *property, mp_obj_t *dest) {
    if (place != NULL) {
        dest[0] = *place;
    } else if (property != NULL) {
        // A property is of no use in a native type's dictionary. Its getter is the first thing it holds.
        mp_obj_t self_in = MP_OBJ_FROM_PTR(self);
        dest[0] = mp_call_function_n_kw(((mp_obj_t *)MP_OBJ_TO_PTR(*property))[1], 1, 0, &self_in);
    } else {
        dest[1] = MP_OBJ_SENTINEL;
    }
}

static void store(af_socket_t *self, qstr attr, mp_obj_t *place, mp_obj_t value) {
    if (place != NULL) {
        *place = value;
        return;
    }
    if (self->others == MP_OBJ_NULL) {
        self->others = mp_obj_new_list(0, NULL);
    }
    mp_obj_list_append(self->others, MP_OBJ_NEW_QSTR(attr));
    mp_obj_list_append(self->others, value);
}

void af_socket_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    af_socket_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] == MP_OBJ_NULL && self->others == MP_OBJ_NULL && !AF_FILTERED(MP_OBJ_NEW_QSTR(attr))) {
        dest[1] = MP_OBJ_SENTINEL; // look in the type's dictionary
        return;
    }
    mp_obj_t *place = af_place(&af.socket_fields, self->field, attr);
    if (place == NULL) {
        place = find(self->others, attr);
    }
    const mp_obj_t *property = find(af_kept[K_properties], attr);
    if (dest[0] == MP_OBJ_NULL) {
        load(self, place, property, dest);
    } else if (dest[1] != MP_OBJ_NULL && !property && (place != &self->field[H_ep] || af_is_endpoint(dest[1]))) {
        store(self, attr, place, dest[1]);
        dest[0] = MP_OBJ_NULL; // done
    }
}
