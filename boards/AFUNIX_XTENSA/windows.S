// What C cannot say about register windows: spilling them, and jumping out of frames.

#define BUFFER_REGISTERS 16 // a4 to a7 behind a0 to a3
#define BUFFER_RETURN 32

    .text
    .literal_position

// void spill_windows(int calls): with eight calls no other frame than the caller's has its registers in the processor.
    .align 4
    .global spill_windows
spill_windows:
    entry a1, 32
    beqz a2, 1f
    addi a10, a2, -1
    call8 spill_windows
1:  retw

// int setjmp(jmp_buf): the caller's registers, which its next underflow is to load, are copied from the stack.
    .align 4
    .global setjmp
setjmp:
    entry a1, 32
    movi a10, 8
    call8 spill_windows
    addi a4, a1, -16
    l32i a5, a4, 0
    s32i a5, a2, 0
    l32i a5, a4, 4 // the caller's stack pointer
    s32i a5, a2, 4
    l32i a6, a4, 8
    s32i a6, a2, 8
    l32i a6, a4, 12
    s32i a6, a2, 12
    addi a5, a5, -16
    l32i a5, a5, 4 // its caller's stack pointer
    addi a5, a5, -32
    l32i a6, a5, 0
    s32i a6, a2, BUFFER_REGISTERS
    l32i a6, a5, 4
    s32i a6, a2, BUFFER_REGISTERS + 4
    l32i a6, a5, 8
    s32i a6, a2, BUFFER_REGISTERS + 8
    l32i a6, a5, 12
    s32i a6, a2, BUFFER_REGISTERS + 12
    s32i a0, a2, BUFFER_RETURN
    movi a2, 0
    retw

// void longjmp(jmp_buf, int): the copies are put back, and this function becomes the one that setjmp was.
    .align 4
    .global longjmp
longjmp:
    entry a1, 32
    movi a10, 8
    call8 spill_windows
    l32i a5, a2, 4
    addi a1, a5, -32
    addi a4, a1, -16
    l32i a6, a2, 0
    s32i a6, a4, 0
    s32i a5, a4, 4
    l32i a6, a2, 8
    s32i a6, a4, 8
    l32i a6, a2, 12
    s32i a6, a4, 12
    addi a5, a5, -16
    l32i a5, a5, 4
    addi a5, a5, -32
    l32i a6, a2, BUFFER_REGISTERS
    s32i a6, a5, 0
    l32i a6, a2, BUFFER_REGISTERS + 4
    s32i a6, a5, 4
    l32i a6, a2, BUFFER_REGISTERS + 8
    s32i a6, a5, 8
    l32i a6, a2, BUFFER_REGISTERS + 12
    s32i a6, a5, 12
    l32i a0, a2, BUFFER_RETURN
    movi a2, 1
    movnez a2, a3, a3
    retw

// void *stack_pointer(void): that of the caller.
    .align 4
    .global stack_pointer
stack_pointer:
    entry a1, 32
    addi a2, a1, 32
    retw
