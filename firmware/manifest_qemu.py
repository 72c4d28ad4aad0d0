# What the boards on QEMU have frozen in: asyncio, and afunix.
include("$(MPY_DIR)/extmod/asyncio")
package("afunix", base_path="../lib")
