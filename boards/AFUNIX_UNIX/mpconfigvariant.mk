# MicroPython for Linux, to test lib/afunix on: MicroPython's semantics and threads without a GIL, without the
# parts that need libraries of the system or of submodules that nothing here uses.
PROG = micropython
# As a Pico's firmware is compiled; the port's own choice is -Os.
COPT = -O2
FROZEN_MANIFEST ?= $(VARIANT_DIR)/manifest.py

MICROPY_PY_THREAD = 1
MICROPY_PY_SOCKET = 1

MICROPY_PY_BTREE = 0
MICROPY_PY_FFI = 0
MICROPY_PY_SSL = 0
MICROPY_SSL_AXTLS = 0
MICROPY_SSL_MBEDTLS = 0
MICROPY_PY_BLUETOOTH = 0
MICROPY_PY_JNI = 0
