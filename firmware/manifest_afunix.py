# The library as far as a board imports it.
import os
import sys

sys.path.insert(0, os.getcwd())
from afunix_tools.library import library

package("afunix", tuple(f"{name}.py" for name in library()), base_path="../lib")
