# A 32-bit RISC-V on QEMU's machine "virt". Debian's compiler has libraries for rv32imac only under the name that includes
# Zicsr in the base instructions.
AFUNIX_QEMU := $(abspath $(BOARD_DIR)/../qemu)
QEMU_ARCH = riscv32
QEMU_MACHINE = virt
RV32_ARCH = rv32imac -misa-spec=2.2
CFLAGS += -DQEMU_SOC_VIRT -DMICROPY_HW_MCU_NAME='"rv32imac"' -DMP_CONFIGFILE='"$(AFUNIX_QEMU)/config.h"'
LDSCRIPT = mcu/rv32/virt.ld
SRC_C += $(AFUNIX_QEMU)/clock.c
SRC_BOARD_O += shared/runtime/gchelper_native.o shared/runtime/gchelper_rv32i.o
MPY_CROSS_FLAGS += -march=rv32imc
MICROPY_HEAP_SIZE ?= 1048576
# See there.
MAKE_MANIFEST = $(PYTHON) $(BOARD_DIR)/even_manifest.py $(TOP)/tools/makemanifest.py
