# A Pico's usual frozen code, and afunix without the part that only CPython imports.
import os

include("manifest_plain.py")
files = [
    os.path.relpath(os.path.join(where, name), "../lib/afunix")
    for where, _, names in os.walk("../lib/afunix")
    for name in names
    if name.endswith(".py") and not name.startswith("cpython")
]
package("afunix", tuple(sorted(files)), base_path="../lib")
