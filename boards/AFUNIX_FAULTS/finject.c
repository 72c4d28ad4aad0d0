// The module `finject`: a fault at the k-th place where one can come.
//
// Places for INTERRUPT and CALLBACK are those where MicroPython raises what is pending and runs what is scheduled; for
// the other kinds they are allocations. Only those of the main thread count.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "py/gc.h"
#include "py/mpthread.h"
#include "py/runtime.h"

enum {
    NONE,
    INTERRUPT, // KeyboardInterrupt is raised
    CALLBACK, // a callback runs that was scheduled there
    MEMORY, // an allocation fails
    HEAP, // it fails, and all that follow do
    COLLECT, // the collector runs before the allocation
};

enum { NOTE_SIZE = 200, SHARED = 8, HUNG = 70, CRASHED = 71 };

static mp_int_t kind, left, places, pauses_left;
static bool struck, held;
static char note[NOTE_SIZE];
static mp_int_t *shared; // with the children of this process

MP_REGISTER_ROOT_POINTER(mp_obj_t finject_callback);
MP_REGISTER_ROOT_POINTER(mp_obj_t finject_arrival);

void *__real_gc_alloc(size_t n, unsigned int flags);
void *__real_gc_realloc(void *object, size_t n, bool may_move);

static bool is_here(void) {
    if (held || !mp_thread_is_main_thread()) {
        return false;
    }
    places++;
    if (left == 0 || --left) {
        return false;
    }
    struck = true;
    return true;
}

void finject_jump(void) {
    if ((kind == INTERRUPT || kind == CALLBACK) && is_here()) {
        if (kind == INTERRUPT) {
            mp_sched_keyboard_interrupt();
        } else {
            mp_sched_schedule(MP_STATE_VM(finject_callback), mp_const_none);
        }
    }
}

void finject_pause(void) {
    finject_jump();
    if (pauses_left > 0 && mp_thread_is_main_thread() && --pauses_left == 0) {
        if (!mp_sched_schedule(MP_STATE_VM(finject_arrival), mp_const_none)) {
            pauses_left = 1; // too much is scheduled: in the next pause
        }
    }
}

// Does this allocation fail?
static bool fails(void) {
    if (kind < MEMORY || MP_STATE_THREAD(gc_lock_depth) || !mp_thread_is_main_thread()) {
        return false;
    }
    bool here = is_here();
    if (here && kind == COLLECT) {
        kind = NONE;
        gc_collect();
        kind = COLLECT;
    }
    return kind == MEMORY ? here : kind == HEAP && struck && !held;
}

void *__wrap_gc_alloc(size_t n, unsigned int flags);
void *__wrap_gc_alloc(size_t n, unsigned int flags) {
    return fails() ? NULL : __real_gc_alloc(n, flags);
}

void *__wrap_gc_realloc(void *object, size_t n, bool may_move);
void *__wrap_gc_realloc(void *object, size_t n, bool may_move) {
    bool grows = object == NULL || n > gc_nbytes(object);
    return grows && fails() ? NULL : __real_gc_realloc(object, n, may_move);
}

// arm(kind, k, callback): from now on the k-th place is struck. With k = 0 places are only counted.
static mp_obj_t arm(mp_obj_t kind_in, mp_obj_t k, mp_obj_t callback) {
    MP_STATE_VM(finject_callback) = callback;
    left = mp_obj_get_int(k);
    places = 0;
    struck = false;
    kind = mp_obj_get_int(kind_in);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(arm_obj, arm);

// disarm(): how many places there were until the fault, or until now; negative where it did not come.
static mp_obj_t disarm(void) {
    kind = NONE;
    return MP_OBJ_NEW_SMALL_INT(struck ? places : -places);
}
static MP_DEFINE_CONST_FUN_OBJ_0(disarm_obj, disarm);

// hold(flag): places do not count while this is true, in code that is none of the call's.
static mp_obj_t hold(mp_obj_t flag) {
    held = mp_obj_is_true(flag);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(hold_obj, hold);

// arrive(n, callback): run it in the n-th pause from now on; not at all where n is 0. Returns whether one was to come.
static mp_obj_t arrive(mp_obj_t n, mp_obj_t callback) {
    bool waited = pauses_left > 0;
    MP_STATE_VM(finject_arrival) = callback;
    pauses_left = mp_obj_get_int(n);
    return mp_obj_new_bool(waited);
}
static MP_DEFINE_CONST_FUN_OBJ_2(arrive_obj, arrive);

// scrub(): overwrite what former calls left on the stack, where the collector would take it for references.
static mp_obj_t scrub(void) {
    volatile char below[16384];
    memset((char *)below, 0, sizeof(below));
    return MP_OBJ_NEW_SMALL_INT(below[0]);
}
static MP_DEFINE_CONST_FUN_OBJ_0(scrub_obj, scrub);

static void tell(const char *what) {
    ssize_t ignored = write(STDOUT_FILENO, what, strlen(what));
    ignored = write(STDOUT_FILENO, note, strlen(note));
    ignored = write(STDOUT_FILENO, "\n", 1);
    (void)ignored;
}

static void end_badly(int number) {
    tell(number == SIGALRM ? "\nHUNG\t" : "\nCRASHED\t");
    _exit(number == SIGALRM ? HUNG : CRASHED);
}

// watch(seconds, text): unless it is called again in time, the process ends and says "HUNG" and the text; where it
// crashes, "CRASHED" and the text.
static mp_obj_t watch(mp_obj_t seconds, mp_obj_t text) {
    strncpy(note, mp_obj_str_get_str(text), NOTE_SIZE - 1);
    for (const int *number = (const int[]) { SIGALRM, SIGSEGV, SIGBUS, SIGABRT, SIGILL, 0 }; *number; number++) {
        signal(*number, end_badly);
    }
    alarm(mp_obj_get_int(seconds));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(watch_obj, watch);

// share(i): number i of those that this process shares with its children; share(i, value) sets it.
static mp_obj_t share(size_t count, const mp_obj_t *args) {
    if (shared == NULL) {
        size_t size = SHARED * sizeof(*shared);
        shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    }
    mp_int_t *number = &shared[mp_obj_get_int(args[0]) % SHARED];
    if (count > 1) {
        *number = mp_obj_get_int(args[1]);
    }
    return MP_OBJ_NEW_SMALL_INT(*number);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(share_obj, 1, 2, share);

static mp_obj_t fork_(void) {
    return mp_obj_new_int(fork());
}
static MP_DEFINE_CONST_FUN_OBJ_0(fork_obj, fork_);

// wait(pid): the exit code of that child.
static mp_obj_t wait_(mp_obj_t pid) {
    int status = 0;
    waitpid(mp_obj_get_int(pid), &status, 0);
    return mp_obj_new_int(WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status));
}
static MP_DEFINE_CONST_FUN_OBJ_1(wait_obj, wait_);

// leave(code): end at once, without what is done at the end of a process.
static mp_obj_t leave(mp_obj_t code) {
    _exit(mp_obj_get_int(code));
}
static MP_DEFINE_CONST_FUN_OBJ_1(leave_obj, leave);

static const mp_rom_map_elem_t table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_finject) },
    { MP_ROM_QSTR(MP_QSTR_INTERRUPT), MP_ROM_INT(INTERRUPT) },
    { MP_ROM_QSTR(MP_QSTR_CALLBACK), MP_ROM_INT(CALLBACK) },
    { MP_ROM_QSTR(MP_QSTR_MEMORY), MP_ROM_INT(MEMORY) },
    { MP_ROM_QSTR(MP_QSTR_HEAP), MP_ROM_INT(HEAP) },
    { MP_ROM_QSTR(MP_QSTR_COLLECT), MP_ROM_INT(COLLECT) },
    { MP_ROM_QSTR(MP_QSTR_arm), MP_ROM_PTR(&arm_obj) },
    { MP_ROM_QSTR(MP_QSTR_disarm), MP_ROM_PTR(&disarm_obj) },
    { MP_ROM_QSTR(MP_QSTR_hold), MP_ROM_PTR(&hold_obj) },
    { MP_ROM_QSTR(MP_QSTR_arrive), MP_ROM_PTR(&arrive_obj) },
    { MP_ROM_QSTR(MP_QSTR_scrub), MP_ROM_PTR(&scrub_obj) },
    { MP_ROM_QSTR(MP_QSTR_watch), MP_ROM_PTR(&watch_obj) },
    { MP_ROM_QSTR(MP_QSTR_share), MP_ROM_PTR(&share_obj) },
    { MP_ROM_QSTR(MP_QSTR_fork), MP_ROM_PTR(&fork_obj) },
    { MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&wait_obj) },
    { MP_ROM_QSTR(MP_QSTR_leave), MP_ROM_PTR(&leave_obj) },
};
static MP_DEFINE_CONST_DICT(globals, table);

const mp_obj_module_t finject_module = { .base = { &mp_type_module }, .globals = (mp_obj_dict_t *)&globals };
MP_REGISTER_MODULE(MP_QSTR_finject, finject_module);
