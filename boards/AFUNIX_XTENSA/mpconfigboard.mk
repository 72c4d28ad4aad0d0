# A core with register windows, as an ESP32 has, on QEMU's board "lx60": firmware/xtensa_gcc.py teaches the assembler
# windows. There is no C library for it, so headers of another one serve.
AFUNIX_BOARD := $(abspath $(BOARD_DIR))
AFUNIX_QEMU := $(abspath $(BOARD_DIR)/../qemu)
QEMU_ARCH = xtensa
QEMU_MACHINE = lx60
CROSS_COMPILE ?= xtensa-lx106-elf-
CFLAGS += -mabi=windowed -mtext-section-literals -I$(AFUNIX_BOARD)/include -isystem /usr/include/newlib
CFLAGS += -DMICROPY_HW_MCU_NAME='"dc233c"' -DMICROPY_EMIT_XTENSAWIN=1 -DMICROPY_NLR_SETJMP=1
CFLAGS += -DMP_CONFIGFILE='"$(AFUNIX_QEMU)/config.h"'
LDFLAGS += -nostdlib -Wl,--no-warn-rwx-segments -Wl,--fatal-warnings
LDSCRIPT = $(AFUNIX_BOARD)/lx60.ld
SRC_C += $(AFUNIX_QEMU)/clock.c $(AFUNIX_BOARD)/lx60.c $(AFUNIX_BOARD)/arithmetic.c
SRC_BOARD_O += $(AFUNIX_BOARD)/start.o $(AFUNIX_BOARD)/windows.o
MPY_CROSS_FLAGS += -march=xtensawin
MICROPY_HEAP_SIZE ?= 1048576
