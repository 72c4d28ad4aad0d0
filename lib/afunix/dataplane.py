"""The data plane: in C where the firmware or the filesystem has it, else in Python. Both keep to one interface.

The native Handle is a base class as the one in Python is. But what `afunix.socket(...)` makes is not an object of the
class `socket`: it is a native object that passes for one (isinstance) and has the class's methods beside those in C,
so that nothing in Python comes between a program and its messages. An object of a program's own subclass is an
ordinary object of that class; its data calls are in C, too, and what they leave to Python goes to the subclass.

`sys.modules["_afunix"] = None`, before afunix is imported, chooses Python.
"""

try:
    import _afunix

    Endpoint = _afunix.Endpoint
    Handle = _afunix.Handle
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
    """Let calling `cls`, a subclass of Handle, make the native objects that stand for its own.

    Of the Handle in Python it gets the methods: before a board looks at a base class, it goes through half the table
    of `cls` in vain.
    """
    if _afunix is None:
        for name, method in Handle.__dict__.items():
            if name[0] != "_":
                setattr(cls, name, method)
        return
    native = _afunix.adopt(cls)
    attach = _afunix.attach

    def new(kind, *args, **kwargs):
        return native(*args, **kwargs) if kind is cls else attach(object.__new__(kind))

    cls.__new__ = new
