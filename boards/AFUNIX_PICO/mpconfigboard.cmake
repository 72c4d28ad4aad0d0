# A Raspberry Pi Pico; what is frozen into its firmware is chosen by firmware/build.py.
set(PICO_PLATFORM "rp2040")
set(PICO_BOARD "pico")
