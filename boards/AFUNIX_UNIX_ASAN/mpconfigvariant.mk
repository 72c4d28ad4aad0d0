# The unix port under AddressSanitizer, with guards.c around every object of MicroPython's heap.
FROZEN_MANIFEST = $(VARIANT_DIR)/../AFUNIX_UNIX/manifest.py
include $(VARIANT_DIR)/../AFUNIX_UNIX/mpconfigvariant.mk
COPT = -O1 -g -fno-omit-frame-pointer -fsanitize=address
LDFLAGS_EXTRA += -fsanitize=address -Wl,--wrap=gc_alloc,--wrap=gc_realloc,--wrap=gc_free
STRIP =

# The collector looks at whole blocks, guards included.
$(BUILD)/py/gc.o: CFLAGS += -fno-sanitize=address -Dmemset=guards_set -Dmemcpy=guards_copy
