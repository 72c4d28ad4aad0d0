# Runs on the board, sent there by survey.py: what it is and has, one fact in a line.
import gc
import os
import sys

gc.collect()


def fact(name, *values):
    print(name, *values, sep="\t")


implementation = sys.implementation
fact("mpy", getattr(implementation, "_mpy", 0))
fact("machine", getattr(implementation, "_machine", sys.platform))
fact("version", ".".join([str(number) for number in implementation.version[:3]]))
fact("port", sys.platform)
fact("heap", gc.mem_free(), gc.mem_free() + gc.mem_alloc())
for path in sys.path:
    if path.endswith("/lib") and not path.startswith("/rom"):
        fact("lib", path)
        break
try:
    sizes = os.statvfs(os.getcwd())
    fact("flash", sizes[1] * sizes[3], sizes[1] * sizes[2])
except (AttributeError, OSError):
    pass
for path in sys.path:
    try:
        fact("files", path, *[name for name in os.listdir(path + "/afunix") if name.startswith("__init__.")])
    except (AttributeError, OSError):
        pass
for name in ("asyncio", "select", "_thread", "deflate"):
    try:
        __import__(name)
    except ImportError:
        fact("lacks", name)
paths = sys.path[:]
sys.path[:] = [".frozen"]
for name in ("afunix", "_afunix"):
    try:
        __import__(name)
        fact("frozen", name)
    except ImportError:
        pass
sys.path[:] = paths
