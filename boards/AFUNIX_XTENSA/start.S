// The vectors and the first instructions. Exceptions are fatal but for the one of MOVSP; there are no interrupts.

#define CAUSE_ALLOCA 5
#define PS_WOE 0x40000
#define VECTOR(name, offset) \
    .org offset; \
    .global name; \
name:

    .section .vectors, "ax"

// A frame's first four registers go below its callee's stack pointer, the four or eight others below its caller's.
VECTOR(overflow4, 0x000)
    s32e a0, a5, -16
    s32e a1, a5, -12
    s32e a2, a5, -8
    s32e a3, a5, -4
    rfwo

VECTOR(underflow4, 0x040)
    l32e a0, a5, -16
    l32e a1, a5, -12
    l32e a2, a5, -8
    l32e a3, a5, -4
    rfwu

VECTOR(overflow8, 0x080)
    s32e a0, a9, -16
    l32e a0, a1, -12
    s32e a1, a9, -12
    s32e a2, a9, -8
    s32e a3, a9, -4
    s32e a4, a0, -32
    s32e a5, a0, -28
    s32e a6, a0, -24
    s32e a7, a0, -20
    rfwo

VECTOR(underflow8, 0x0c0)
    l32e a0, a9, -16
    l32e a1, a9, -12
    l32e a2, a9, -8
    l32e a7, a1, -12
    l32e a3, a9, -4
    l32e a4, a7, -32
    l32e a5, a7, -28
    l32e a6, a7, -24
    l32e a7, a7, -20
    rfwu

VECTOR(overflow12, 0x100)
    s32e a0, a13, -16
    l32e a0, a1, -12
    s32e a1, a13, -12
    s32e a2, a13, -8
    s32e a3, a13, -4
    s32e a4, a0, -48
    s32e a5, a0, -44
    s32e a6, a0, -40
    s32e a7, a0, -36
    s32e a8, a0, -32
    s32e a9, a0, -28
    s32e a10, a0, -24
    s32e a11, a0, -20
    rfwo

VECTOR(underflow12, 0x140)
    l32e a0, a13, -16
    l32e a1, a13, -12
    l32e a2, a13, -8
    l32e a11, a1, -12
    l32e a3, a13, -4
    l32e a4, a11, -48
    l32e a5, a11, -44
    l32e a6, a11, -40
    l32e a7, a11, -36
    l32e a8, a11, -32
    l32e a9, a11, -28
    l32e a10, a11, -24
    l32e a11, a11, -20
    rfwu

VECTOR(kernel_exception, 0x300)
    wsr.excsave1 a0
    rsr.exccause a0
    bnei a0, CAUSE_ALLOCA, 1f
    j movsp_exception
1:  j fatal

VECTOR(user_exception, 0x340)
    j kernel_exception

VECTOR(double_exception, 0x3c0)
    j fatal

// A function moves its stack pointer while its caller's registers are where the pointer says: load them, as a return
// would, and go back to the MOVSP, which then finds nothing to except to.
movsp_exception:
    wsr.excsave2 a2
    rsr.ps a0
    extui a2, a0, 8, 4 // the window to come back to
    slli a2, a2, 8
    xor a0, a0, a2
    rsr.windowbase a2
    slli a2, a2, 8
    or a0, a0, a2
    wsr.ps a0
    rsync
    rsr.excsave2 a2
    rsr.excsave1 a0
    bbsi a0, 31, 1f // how far the caller's window is, in a return address
    rotw -1
    j underflow4
1:  bbsi a0, 30, 2f
    rotw -2
    j underflow8
2:  rotw -3
    j underflow12

// Ends QEMU with the cause of the exception; "-d int" tells more.
    .align 4
    .literal_position
fatal:
    movi a2, 1 // exit
    rsr.exccause a3
    addi a3, a3, 64
    simcall
1:  j 1b

    .section .text._start, "ax"
    .literal_position
    .align 4
    .global _start
_start:
    movi a0, 0
    wsr.windowbase a0
    rsync
    movi a0, 1
    wsr.windowstart a0
    movi a0, PS_WOE
    wsr.ps a0
    rsync
    movi a0, _vectors
    wsr.vecbase a0
    movi a0, 0
    wsr.intenable a0
    rsync
    movi a1, _estack
    movi a2, _sbss
    movi a3, _ebss
1:  s32i a0, a2, 0
    addi a2, a2, 4
    bltu a2, a3, 1b
    // This frame has no caller to save registers below: four are all it has.
    call4 main
    j fatal
