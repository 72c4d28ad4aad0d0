// Sockets as objects. A socket that a program makes with `socket(...)` is one native object; an object of a program's
// subclass is an ordinary one with a native part.
#include "binding.h"

mp_obj_t af_whole(mp_obj_t self) {
    return AF_IS(self, &af.handle_type) ? ((af_part_t *)MP_OBJ_TO_PTR(self))->whole : self;
}

mp_obj_t af_descriptor(mp_obj_t self) {
    return mp_load_attr(af_whole(self), MP_QSTR__d);
}

mp_obj_t af_ask(mp_obj_t self, qstr name, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_obj_t call[2 + AF_MOST_ARGUMENTS];
    size_t n = n_args + 2 * n_kw;
    if (n > AF_MOST_ARGUMENTS) {
        mp_raise_TypeError(NULL);
    }
    mp_load_method(af_whole(self), name, call);
    for (size_t i = 0; i < n; i++) {
        call[2 + i] = args[i];
    }
    return mp_call_method_n_kw(n_args, n_kw, call);
}

// Is it an object of a subclass, with a place for a native part? Any other has none, and something else there.
static bool may_have_a_part(mp_obj_t object) {
    const mp_obj_type_t *type = af_type(object);
    if (type == NULL || !(type->flags & MP_TYPE_FLAG_INSTANCE_TYPE)) {
        return false;
    }
    mp_obj_t args[] = { object, MP_OBJ_FROM_PTR(&af.handle_type) };
    return mp_call_function_n_kw(af_isinstance, 2, 0, args) == mp_const_true;
}

// Handle(object): give an object of a subclass of `socket` its native part, and return the object.
mp_obj_t af_handle_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    if (n_args != 1 || n_kw || !may_have_a_part(args[0])) {
        mp_raise_TypeError(NULL);
    }
    af_part_t *part = mp_obj_malloc(af_part_t, type);
    part->whole = args[0];
    ((mp_obj_instance_t *)MP_OBJ_TO_PTR(args[0]))->subobj[0] = MP_OBJ_FROM_PTR(part);
    return args[0];
}

mp_obj_t af_socket_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    size_t size = sizeof(af_socket_t) + ((const af_type_t *)type)->count * sizeof(mp_obj_t);
    // The collector calls __del__ of what has a finaliser, which a native module cannot ask for.
    #if MICROPY_ENABLE_DYNRUNTIME
    af_socket_t *self = (af_socket_t *)mp_obj_malloc_helper(size, type);
    #else
    af_socket_t *self = (af_socket_t *)mp_obj_malloc_with_finaliser_helper(size, type);
    #endif
    self->others = MP_OBJ_NULL;
    af_fields_refresh((const af_type_t *)type, self->field, 0);
    af_ask(MP_OBJ_FROM_PTR(self), MP_QSTR___init__, n_args, n_kw, args);
    return MP_OBJ_FROM_PTR(self);
}

void af_socket_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    (void)kind;
    mp_printf(print, "%s", mp_obj_str_get_str(af_ask(self, MP_QSTR___repr__, 0, 0, &self)));
}

// The value of `attr` in a list of names and values.
static mp_obj_t *find_other(mp_obj_t names_and_values, qstr attr) {
    if (names_and_values != MP_OBJ_NULL) {
        const mp_obj_list_t *list = MP_OBJ_TO_PTR(names_and_values);
        for (size_t i = 0; i < list->len; i += 2) {
            if (list->items[i] == AF_NAME(attr)) {
                return &list->items[i + 1];
            }
        }
    }
    return NULL;
}

static void store_other(af_socket_t *self, mp_obj_t *place, qstr attr, mp_obj_t value) {
    if (place != NULL) {
        *place = value;
        return;
    }
    if (self->others == MP_OBJ_NULL) {
        self->others = mp_obj_new_list(0, NULL);
    }
    mp_obj_list_append(self->others, AF_NAME(attr));
    mp_obj_list_append(self->others, value);
}

// What concerns an attribute that a program has added, or adds now. False where it does not.
static AF_COLD bool other_attr(af_socket_t *self, int place, qstr attr, mp_obj_t *dest) {
    mp_obj_t *other = find_other(self->others, attr);
    if (dest[0] == MP_OBJ_NULL) {
        if (other != NULL) {
            dest[0] = *other;
        }
        return other != NULL;
    }
    bool is_property = place >= 0 && AF_IS(af_fields_member(AF_TYPE_OF(self), place), af_property);
    if (dest[1] != MP_OBJ_NULL && !is_property) {
        store_other(self, other, attr, dest[1]);
        dest[0] = MP_OBJ_NULL; // done
    }
    return true;
}

void af_socket_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    af_socket_t *self = MP_OBJ_TO_PTR(self_in);
    int place = af_fields_find(AF_TYPE_OF(self), attr);
    bool is_field = place >= 0 && (size_t)place < AF_TYPE_OF(self)->count;
    bool may_be_other = !is_field && (self->others != MP_OBJ_NULL || dest[0] != MP_OBJ_NULL);
    if (!may_be_other || !other_attr(self, place, attr, dest)) {
        af_fields_attr(place, self_in, self->field, dest);
    }
}
