// windows.S has the functions.
#ifndef AFUNIX_SETJMP_H
#define AFUNIX_SETJMP_H

typedef unsigned int jmp_buf[9];

int setjmp(jmp_buf state) __attribute__((returns_twice));
void longjmp(jmp_buf state, int value) __attribute__((noreturn));

#endif
