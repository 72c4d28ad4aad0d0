"""The data plane: in C where the firmware or the filesystem has it, else in Python. Both keep to one interface.

The native Handle is not a base class of `socket`: it stands in for it. `afunix.socket(...)` makes a native object that
is an instance of `socket` and has its methods beside those in C, so that nothing of ours in Python runs for a message;
an instance of a program's own subclass is an ordinary object of that class, with the methods of handle.py.

Setting `sys.modules["_afunix"] = None` before afunix is imported chooses Python.
"""

try:
    import _afunix

    Endpoint = _afunix.Endpoint
except (ImportError, AttributeError):
    _afunix = None
    from .endpoint import Endpoint

from .handle import Handle

if _afunix is not None and hasattr(_afunix, "guard"):  # as a file, the module cannot reach the port's own locks
    try:
        from _thread import allocate_lock

        _afunix.guard(allocate_lock)
    except ImportError:
        pass


def adopt(cls):
    """Let the native Handle stand in for `cls`, a subclass of Handle."""
    if _afunix is None:
        return
    native = _afunix.adopt(cls)

    def new(kind, *args, **kwargs):
        return native(*args, **kwargs) if kind is cls else object.__new__(kind)

    cls.__new__ = new
