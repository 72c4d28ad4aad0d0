# A Pico's usual frozen code, and afunix.
include("manifest_plain.py")
package("afunix", base_path="../lib")
