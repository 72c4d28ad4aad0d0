// As a board has it: KeyboardInterrupt is raised where the VM looks for it and nowhere else.
#include "../AFUNIX_UNIX/mpconfigvariant.h"

#undef MICROPY_ASYNC_KBD_INTR
#define MICROPY_ASYNC_KBD_INTR (0)

// All places where MicroPython raises what is pending and runs what is scheduled: after each jump of the VM, and in the
// pauses of sleep and poll.
void finject_jump(void);
void finject_pause(void);
#define MICROPY_VM_HOOK_LOOP finject_jump();
#define MICROPY_INTERNAL_EVENT_HOOK finject_pause()
