# The library as far as a board imports it: host/cpython.py and its like stay out.
import os

LIBRARY = "../lib/afunix"
files = [
    os.path.relpath(os.path.join(where, name), LIBRARY)
    for where, _, names in os.walk(LIBRARY)
    for name in names
    if name.endswith(".py") and not name.startswith("cpython")
]
package("afunix", tuple(sorted(files)), base_path="../lib")
