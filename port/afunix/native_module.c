// The module `_afunix` as a file.
#include "binding.h"

// In a file that is compiled as a whole (natmod/Makefile), what the linker is to find.
#if defined(__clang__)
#define VISIBLE
#else
#define VISIBLE __attribute__((externally_visible))
#endif

VISIBLE af_state_t af_the_state;

af_state_t *af_state(void) {
    return &af_the_state;
}

VISIBLE mp_obj_t mpy_init(mp_obj_fun_bc_t *self, size_t n_args, size_t n_kw, mp_obj_t *args) {
    MP_DYNRUNTIME_INIT_ENTRY
    // What a program's module calls by these names later may be something else.
    af_bytes = &mp_type_bytes;
    af_bytearray = &mp_type_bytearray;
    af_property = MP_OBJ_TO_PTR(mp_load_global(MP_QSTR_property));
    af_isinstance = mp_load_global(MP_QSTR_isinstance);
    af.first_name = (uintptr_t)MP_OBJ_NEW_QSTR(0);
    af.next_name = (uintptr_t)MP_OBJ_NEW_QSTR(1) - af.first_name;
    mp_store_global(MP_QSTR_endpoint, MP_OBJ_FROM_PTR(&af_endpoint_obj));
    mp_store_global(MP_QSTR_socket, MP_OBJ_FROM_PTR(&af_socket_obj));
    mp_store_global(MP_QSTR_parts, MP_OBJ_FROM_PTR(&af_parts_obj));
    af_set_up_locks();
    MP_DYNRUNTIME_INIT_EXIT
}
