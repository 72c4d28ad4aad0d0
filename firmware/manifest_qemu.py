# What the boards on QEMU have frozen in: asyncio, and afunix.
include("$(MPY_DIR)/extmod/asyncio")
include("manifest_afunix.py")
