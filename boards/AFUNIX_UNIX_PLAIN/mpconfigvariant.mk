# The unix port without native code and without the data plane in C.
FROZEN_MANIFEST = $(VARIANT_DIR)/../AFUNIX_UNIX/manifest.py
include $(VARIANT_DIR)/../AFUNIX_UNIX/mpconfigvariant.mk
