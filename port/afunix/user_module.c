// The module `_afunix` as a part of firmware.
#include "binding.h"

af_state_t af;

MP_REGISTER_ROOT_POINTER(mp_obj_t afunix_kept[9]);
_Static_assert(K_COUNT == 9, "the root pointers above");

#if !MICROPY_MODULE_BUILTIN_INIT
#error "_afunix needs MICROPY_MODULE_BUILTIN_INIT"
#endif

// Called when the module is imported first, after every soft reset; and sometimes again, which must change nothing:
// what is loaded after this module is there then.
static mp_obj_t module_init(void) {
    mp_obj_t later = MP_OBJ_NEW_QSTR(qstr_from_str("afunix.socket"));
    if (mp_map_lookup(&MP_STATE_VM(mp_loaded_modules_dict).map, later, MP_MAP_LOOKUP) != NULL) {
        return mp_const_none;
    }
    af.endpoint_fields.count = af.socket_fields.count = 0;
    af_kept[K_lock] = MP_OBJ_NULL;
    af_set_up_handle();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(module_init_obj, module_init);

static const mp_rom_map_elem_t module_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__afunix) },
    { MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&module_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_endpoint), MP_ROM_PTR(&af_endpoint_obj) },
    { MP_ROM_QSTR(MP_QSTR_socket), MP_ROM_PTR(&af_socket_obj) },
    { MP_ROM_QSTR(MP_QSTR_parts), MP_ROM_PTR(&af_parts_obj) },
    { MP_ROM_QSTR(MP_QSTR_lock), MP_ROM_PTR(&af_section_type) },
    { MP_ROM_QSTR(MP_QSTR_names), MP_ROM_PTR(&af_names_obj) },
};
static MP_DEFINE_CONST_DICT(module_globals, module_globals_table);

const mp_obj_module_t afunix_user_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&module_globals,
};
MP_REGISTER_MODULE(MP_QSTR__afunix, afunix_user_module);
