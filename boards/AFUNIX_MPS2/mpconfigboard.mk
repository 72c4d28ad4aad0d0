# A Cortex-M3 (armv7-m) on QEMU's mps2-an385.
AFUNIX_QEMU := $(abspath $(BOARD_DIR)/../qemu)
QEMU_ARCH = arm
QEMU_MACHINE = mps2-an385
CFLAGS += -mthumb -mcpu=cortex-m3 -mfloat-abi=soft
CFLAGS += -DQEMU_SOC_MPS2 -DMICROPY_HW_MCU_NAME='"Cortex-M3"' -DMP_CONFIGFILE='"$(AFUNIX_QEMU)/config.h"'
LDSCRIPT = $(AFUNIX_QEMU)/mps2.ld
SRC_C += $(AFUNIX_QEMU)/clock.c
SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb2.o
MPY_CROSS_FLAGS += -march=armv7m
MICROPY_HEAP_SIZE ?= 1048576
