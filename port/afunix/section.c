// The kernel's lock, lib/afunix/kernel/lock.py. No code of a program runs in the sections that it protects, and a call
// must not be torn there: so it keeps scheduled callbacks out, it takes no memory, and nothing can prevent its release.
//
// It is known who has it: a callback or a finaliser that comes upon the lock of its own thread is told so, since
// waiting for it would never end. Where there are threads, Ctrl-C is still looked for at jumps of bytecode, as
// everywhere; it ends a section as any exception does.
#include "binding.h"

typedef struct {
    mp_obj_base_t base;
    volatile uintptr_t holder; // who has it, 0 for nobody
    volatile bool left; // is something left to be done before it is let go?
    mp_obj_t settle; // the function that does it
} section_t;

// The calling thread, interrupt handlers on its processor included.
static uintptr_t caller(void) {
    #if MICROPY_PY_THREAD
    return (uintptr_t)mp_thread_get_state();
    #else
    return 1;
    #endif
}

static section_t *section_of(mp_obj_t object) {
    if (!AF_IS(object, &af_section_type)) {
        mp_raise_TypeError(NULL);
    }
    return MP_OBJ_TO_PTR(object);
}

static bool try_enter(section_t *self) {
    if (!af_claim(&self->holder, caller())) {
        return false;
    }
    mp_sched_lock();
    return true;
}

static bool is_mine(const section_t *self) {
    return self->holder == caller();
}

// Do what is left to do. Returns the exception that stopped it, MP_OBJ_NULL for none.
static mp_obj_t settle(section_t *self) {
    nlr_buf_t nlr;
    self->left = false;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_0(self->settle);
        nlr_pop();
        return MP_OBJ_NULL;
    }
    self->left = true; // who has the lock next goes on
    return MP_OBJ_FROM_PTR(nlr.ret_val);
}

static void leave(section_t *self) {
    mp_obj_t failure = MP_OBJ_NULL;
    do {
        if (self->left) {
            failure = settle(self);
        }
        af_disclaim(&self->holder);
        mp_sched_unlock();
        // Who set `left` after it was looked at may have found the lock held a moment ago, and rely on its holder.
    } while (failure == MP_OBJ_NULL && self->left && try_enter(self));
    if (failure != MP_OBJ_NULL) {
        nlr_raise(failure);
    }
}

bool af_section_enter(mp_obj_t section) {
    section_t *self = MP_OBJ_TO_PTR(section);
    while (!try_enter(self)) {
        if (is_mine(self)) {
            return false;
        }
        af_pause();
    }
    return true;
}

void af_section_leave(mp_obj_t section) {
    leave(MP_OBJ_TO_PTR(section));
}

static mp_obj_t section_enter(mp_obj_t self) {
    section_of(self);
    if (!af_section_enter(self)) {
        mp_raise_OSError(35); // EDEADLK
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(enter_obj, section_enter);

static mp_obj_t section_try_enter(mp_obj_t self) {
    return mp_obj_new_bool(try_enter(section_of(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(try_enter_obj, section_try_enter);

static mp_obj_t section_is_mine(mp_obj_t self) {
    return mp_obj_new_bool(is_mine(section_of(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(is_mine_obj, section_is_mine);

// __exit__(kind, value, trace)
static mp_obj_t section_exit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    section_t *self = section_of(args[0]);
    if (!is_mine(self)) {
        mp_raise_OSError(MP_EPERM);
    }
    leave(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(exit_obj, 4, 4, section_exit);

// SectionLock(settle)
static mp_obj_t section_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    section_t *self = mp_obj_malloc(section_t, type);
    self->holder = 0;
    self->left = false;
    self->settle = args[0];
    return MP_OBJ_FROM_PTR(self);
}

static const void *method(qstr attr) {
    switch (attr) {
        case MP_QSTR___enter__:
            return &enter_obj;
        case MP_QSTR___exit__:
            return &exit_obj;
        case MP_QSTR_try_enter:
            return &try_enter_obj;
        case MP_QSTR_is_mine:
            return &is_mine_obj;
        default:
            return NULL;
    }
}

// Without a dictionary of the type: `with` looks for two names each time.
static void section_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    section_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] == MP_OBJ_NULL) {
        const void *found = method(attr);
        if (found != NULL) {
            dest[0] = MP_OBJ_FROM_PTR(found);
            dest[1] = self_in;
        } else if (attr == MP_QSTR_left) {
            dest[0] = mp_obj_new_bool(self->left);
        }
    } else if (attr == MP_QSTR_left && dest[1] != MP_OBJ_NULL) {
        self->left = mp_obj_is_true(dest[1]);
        dest[0] = MP_OBJ_NULL; // done
    }
}

// clang-format off: arguments of a macro
MP_DEFINE_CONST_OBJ_TYPE(
    af_section_type, MP_QSTR_SectionLock, MP_TYPE_FLAG_NONE,
    make_new, section_make_new,
    attr, section_attr
);
// clang-format on
