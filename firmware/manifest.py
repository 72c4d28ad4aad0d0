# A Pico's usual frozen code, and afunix.
include("manifest_plain.py")
include("manifest_afunix.py")
