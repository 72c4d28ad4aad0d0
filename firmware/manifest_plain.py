# What a Pico with stock MicroPython has frozen in, as far as its sources come with MicroPython itself.
freeze("$(PORT_DIR)/modules")
include("$(MPY_DIR)/extmod/asyncio")
