// Attributes by name. The control plane reads and writes dozens of them in every call, so a name is not searched for:
// its number, which MicroPython gave it, leads to its place.
#include "binding.h"

// Of an interned name as an object, in which its number begins with bit 3.
static size_t number(mp_obj_t name) {
    return (uintptr_t)name / 8;
}

static void note(af_fields_t *fields, size_t i, mp_obj_t name, mp_obj_t value) {
    size_t at = number(name);
    while (fields->place[at % AF_PLACES]) {
        at++;
    }
    fields->place[at % AF_PLACES] = 1 + i;
    fields->values[i] = value;
    fields->names[i] = name;
}

void af_fields_keep(af_fields_t *fields, int kept, const mp_map_t *named, const mp_obj_list_t *properties) {
    size_t count = named->used;
    size_t all = count + (properties == NULL ? 0 : properties->len / 2);
    // Objects that were made before have room for as many as there were then; what is half empty is searched fast.
    if ((fields->count && fields->count != count) || all > AF_PLACES / 2) {
        mp_raise_TypeError(NULL);
    }
    mp_obj_t *values = (mp_obj_t *)m_malloc(2 * all * sizeof(mp_obj_t));
    af_kept[kept] = MP_OBJ_FROM_PTR(values);
    fields->count = count;
    fields->values = values;
    fields->names = values + all;
    for (size_t i = 0; i < AF_PLACES; i++) {
        fields->place[i] = 0;
    }
    for (size_t i = 0; i < all; i++) {
        const mp_map_elem_t *field = &named->table[i];
        const mp_obj_t *property = i < count ? NULL : &properties->items[2 * (i - count)];
        note(fields, i, property == NULL ? field->key : property[0], property == NULL ? field->value : property[1]);
    }
}

int af_fields_find(const af_fields_t *fields, qstr attr) {
    mp_obj_t name = MP_OBJ_NEW_QSTR(attr);
    for (size_t at = number(name);; at++) {
        size_t place = fields->place[at % AF_PLACES];
        if (!place || fields->names[place - 1] == name) {
            return (int)place - 1;
        }
    }
}

void af_fields_refresh(const af_fields_t *fields, mp_obj_t *field, size_t from) {
    for (size_t i = from; i < fields->count; i++) {
        field[i] = fields->values[i];
    }
}
