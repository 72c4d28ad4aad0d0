# The unix port with faults that can be put at any place: see finject.c.
FROZEN_MANIFEST = $(VARIANT_DIR)/../AFUNIX_UNIX/manifest.py
include $(VARIANT_DIR)/../AFUNIX_UNIX/mpconfigvariant.mk
SRC_C += $(VARIANT_DIR)/finject.c
LDFLAGS_EXTRA += -Wl,--wrap=gc_alloc,--wrap=gc_realloc
