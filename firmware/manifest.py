# A Pico's usual frozen code, and afunix without the part that only CPython imports.
import os

include("manifest_plain.py")
files = tuple(name for name in os.listdir("../lib/afunix") if name.endswith(".py") and not name.startswith("_cpython"))
package("afunix", tuple(sorted(files)), base_path="../lib")
