# lib/afunix is not frozen here: tests read it from the source tree, so that an edit needs no build.
include("$(MPY_DIR)/extmod/asyncio")
