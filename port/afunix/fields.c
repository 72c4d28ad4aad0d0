// Attributes by name. The control plane reads and writes dozens of them in every call, so a name is not searched for:
// its number, which MicroPython gave it, leads to its place.
#include "binding.h"

// Of an interned name as an object, in which its number begins with bit 3.
static size_t number(mp_obj_t name) {
    return (uintptr_t)name / 8;
}

static void note(af_fields_t *fields, mp_obj_t name, size_t place) {
    size_t at = number(name);
    while (fields->place[at % AF_PLACES]) {
        at++;
    }
    fields->place[at % AF_PLACES] = 1 + place;
}

void af_fields_keep(af_fields_t *fields, int kept, const mp_map_t *named, const mp_map_t *members) {
    size_t count = named->used;
    // Objects that were made before have room for as many as there were then; what is half empty is searched fast.
    if ((fields->count && fields->count != count) || count + members->used > AF_PLACES * 2 / 3
        || count + members->alloc > UINT8_MAX) {
        mp_raise_TypeError(NULL);
    }
    mp_map_elem_t *fresh = (mp_map_elem_t *)m_malloc(count * sizeof(*fresh));
    af_kept[kept] = MP_OBJ_FROM_PTR(fresh);
    fields->count = count;
    fields->fresh = fresh;
    fields->members = members->table;
    for (size_t i = 0; i < AF_PLACES; i++) {
        fields->place[i] = 0;
    }
    for (size_t i = 0; i < count; i++) {
        fresh[i] = named->table[i];
        note(fields, fresh[i].key, i);
    }
    for (size_t i = 0; i < members->alloc; i++) {
        if (mp_map_slot_is_filled(members, i)) {
            note(fields, members->table[i].key, count + i);
        }
    }
}

const mp_map_elem_t *af_fields_find(const af_fields_t *fields, qstr attr) {
    mp_obj_t name = AF_NAME(attr);
    for (size_t at = number(name);; at++) {
        size_t place = fields->place[at % AF_PLACES];
        if (!place) {
            return NULL;
        }
        place--;
        const mp_map_elem_t *found = &fields->fresh[place];
        if (place >= fields->count) {
            found = &fields->members[place - fields->count];
        }
        if (found->key == name) {
            return found;
        }
    }
}

mp_obj_t *af_fields_place(const af_fields_t *fields, const mp_map_elem_t *found, mp_obj_t *field) {
    size_t place = found - fields->fresh;
    return place < fields->count ? &field[place] : NULL;
}

void af_fields_load(mp_obj_t self, mp_obj_t member, mp_obj_t *dest) {
    const mp_obj_type_t *type = af_type(member);
    if (type == af_property) {
        // Its getter is the first thing it holds.
        dest[0] = mp_call_function_n_kw(((const mp_obj_t *)MP_OBJ_TO_PTR(member))[1], 1, 0, &self);
        return;
    }
    dest[0] = member;
    if (type != NULL && type->flags & MP_TYPE_FLAG_BINDS_SELF) {
        dest[1] = self;
    }
}

void af_fields_refresh(const af_fields_t *fields, mp_obj_t *field, size_t from) {
    for (size_t i = from; i < fields->count; i++) {
        field[i] = fields->fresh[i].value;
    }
}
