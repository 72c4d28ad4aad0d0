// Attributes by name. The control plane reads and writes dozens of them in every call, so a name is not searched for:
// its number, which MicroPython gave it, leads to its place.
#include "binding.h"

static void note(af_type_t *type, mp_obj_t name, size_t place) {
    size_t at = AF_NUMBER_OF_NAME(name);
    while (type->places[at % AF_PLACES]) {
        at++;
    }
    type->places[at % AF_PLACES] = 1 + place;
}

af_type_t *af_type_new(const mp_map_t *named, mp_obj_t members) {
    if (!AF_IS(members, &mp_type_dict)) {
        mp_raise_TypeError(NULL);
    }
    mp_map_t *map = &((mp_obj_dict_t *)MP_OBJ_TO_PTR(members))->map;
    size_t count = named->used;
    // What is half empty is searched fast.
    if (count + map->used > AF_PLACES * 2 / 3 || count + map->alloc > UINT8_MAX) {
        mp_raise_TypeError(NULL);
    }
    mp_map_elem_t *fresh = (mp_map_elem_t *)m_malloc(count * sizeof(*fresh));
    af_type_t *type = (af_type_t *)m_malloc(sizeof(*type));
    *type = (af_type_t) { .count = count, .fresh = fresh, .members = map->table };
    type->type.base.type = &mp_type_type;
    MP_OBJ_TYPE_SET_SLOT(&type->type, locals_dict, MP_OBJ_TO_PTR(members), 0);
    map->is_fixed = 1; // what is noted are places
    for (size_t i = 0; i < count; i++) {
        fresh[i] = named->table[i];
        note(type, fresh[i].key, i);
    }
    for (size_t i = 0; i < map->alloc; i++) {
        if (mp_map_slot_is_filled(map, i)) {
            note(type, map->table[i].key, count + i);
        }
    }
    return type;
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

void af_fields_refresh(const af_type_t *type, mp_obj_t *field, size_t from) {
    for (size_t i = from; i < type->count; i++) {
        field[i] = type->fresh[i].value;
    }
}
