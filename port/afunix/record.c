// Objects of the control plane whose attributes are found as fast as an endpoint's. A control call looks up some
// hundred, and in MicroPython's tables, which are nearly full, that was a third of its time.
#include "binding.h"

typedef struct {
    mp_obj_base_t base;
    mp_obj_t field[];
} record_t;

static mp_obj_t record_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    size_t size = sizeof(record_t) + ((const af_type_t *)type)->count * sizeof(mp_obj_t);
    record_t *self = (record_t *)mp_obj_malloc_helper(size, type);
    af_fields_refresh((const af_type_t *)type, self->field, 0);
    af_ask(MP_OBJ_FROM_PTR(self), MP_QSTR___init__, n_args, n_kw, args);
    return MP_OBJ_FROM_PTR(self);
}

static void record_attr(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    af_fields_attr(af_fields_find(AF_TYPE_OF(self), attr), self, ((record_t *)MP_OBJ_TO_PTR(self))->field, dest);
}

// record(members, **fields): a type whose objects have those attributes.
static mp_obj_t record(size_t n_args, const mp_obj_t *args, mp_map_t *named) {
    (void)n_args;
    af_type_t *made = af_type_new(named, args[0]);
    mp_obj_full_type_t *type = &made->type;
    type->name = MP_QSTR_record;
    MP_OBJ_TYPE_SET_SLOT(type, make_new, record_make_new, 1);
    MP_OBJ_TYPE_SET_SLOT(type, attr, record_attr, 2);
    return MP_OBJ_FROM_PTR(made);
}
MP_DEFINE_CONST_FUN_OBJ_KW(af_record_obj, 1, record);
