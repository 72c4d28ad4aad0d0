// Locks of a native module elsewhere: the methods of lock objects.
#include "binding.h"

// guard(Lock): endpoints made from now on have locks that Lock() made.
static mp_obj_t guard(mp_obj_t cls) {
    mp_obj_t lock = mp_call_function_n_kw(cls, 0, 0, NULL);
    mp_obj_t method[2];
    mp_load_method(lock, MP_QSTR_acquire, method);
    af.lock_acquire = method[0];
    mp_load_method(lock, MP_QSTR_release, method);
    af.lock_release = method[0];
    af.lock_class = cls;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(guard_obj, guard);

void af_set_up_locks(void) {
    mp_store_global(MP_QSTR_guard, MP_OBJ_FROM_PTR(&guard_obj));
}

void af_lock_init(af_lock_t *lock) {
    lock->held = 0;
    lock->object = MP_OBJ_NULL;
    if (af.lock_class != MP_OBJ_NULL) {
        lock->object = mp_call_function_n_kw(af.lock_class, 0, 0, NULL);
    }
}

bool af_lock(af_lock_t *lock, bool wait) {
    if (lock->object != MP_OBJ_NULL) {
        mp_obj_t args[2] = { lock->object, mp_obj_new_bool(wait) };
        return mp_call_function_n_kw(af.lock_acquire, 2, 0, args) == mp_const_true;
    }
    if (lock->held) {
        if (wait) {
            mp_raise_OSError(35); // EDEADLK: the holder is what this code interrupted
        }
        return false;
    }
    lock->held = 1;
    return true;
}

void af_unlock(af_lock_t *lock) {
    if (lock->object != MP_OBJ_NULL) {
        mp_call_function_n_kw(af.lock_release, 1, 0, &lock->object);
    } else {
        lock->held = 0;
    }
}
