// The module `_afunix` as a part of firmware.
#include "binding.h"

af_state_t af;

MP_REGISTER_ROOT_POINTER(mp_obj_t afunix_kept[6]);
_Static_assert(K_COUNT == 6, "the root pointers above");

static const mp_rom_map_elem_t module_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__afunix) },
    { MP_ROM_QSTR(MP_QSTR_endpoint), MP_ROM_PTR(&af_endpoint_obj) },
    { MP_ROM_QSTR(MP_QSTR_socket), MP_ROM_PTR(&af_socket_obj) },
    { MP_ROM_QSTR(MP_QSTR_parts), MP_ROM_PTR(&af_parts_obj) },
    { MP_ROM_QSTR(MP_QSTR_lock), MP_ROM_PTR(&af_section_type) },
    { MP_ROM_QSTR(MP_QSTR_names), MP_ROM_PTR(&af_names_obj) },
    { MP_ROM_QSTR(MP_QSTR_record), MP_ROM_PTR(&af_record_obj) },
};
static MP_DEFINE_CONST_DICT(module_globals, module_globals_table);

const mp_obj_module_t afunix_user_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&module_globals,
};
MP_REGISTER_MODULE(MP_QSTR__afunix, afunix_user_module);
