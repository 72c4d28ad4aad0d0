"""The data plane: in C where the firmware or the filesystem has it, else in Python. Both keep to one interface.

The native Handle is a base class as the one in Python is. But what `afunix.socket(...)` makes is not an object of the
class `socket`: it is a native object that passes for one (isinstance) and has the class's methods beside those in C,
so that nothing in Python comes between a program and its messages. An object of a program's own subclass is an
ordinary object of that class; its data calls are in C, too, and what they leave to Python goes to the subclass.

C has functions and no names: those are here, for its attributes and its methods.

`sys.modules["_afunix"] = None`, before afunix is imported, chooses Python.
"""

from .. import host
from ..host import micropython
from .state import State

try:
    import _afunix

    Handle, _operations, _data_calls, *_looks = _afunix.parts()
except (ImportError, AttributeError, ValueError) as reason:
    if type(reason) is ValueError:
        print("afunix: _afunix.mpy is not for this board (%s): Python does its work, only slower" % reason)
    _afunix = None
    from .endpoint import Endpoint
    from .handle import Handle


# In the order in which C has their functions; what it lacks, as a file lacks the last ones, is Python's.
# fmt: off
_OPERATIONS = ("append", "append_packet", "fetch", "fetch_packet", "skip", "clear", "renew", "poll")
_LOOKS = (
    "serial", "open_for", "disown", "flush", "ahead", "queued", "packets", "slot", "first_length",
    "attend", "attends", "relax", "reserve",
)
_CALLS = (
    "send", "write", "try_write", "recv_into", "recv", "read", "readline", "readinto", "try_readinto",
    "sendall", "recvfrom_into", "sendto",
)
# fmt: on
_SPECIAL = ("__init__", "__del__", "__enter__", "__exit__", "__repr__")

NATIVE = _afunix is not None
# The kernel's lock: only what is part of the firmware reaches the scheduler and knows threads.
SectionLock = getattr(_afunix, "lock", host.SectionLock)
# Is the __del__ of a socket called? On MicroPython only what is part of the firmware can ask for that.
FINALISERS = not host.MICROPYTHON or SectionLock is not host.SectionLock


def _named(names, functions):
    return {names[i]: functions[i] for i in range(len(functions))}


def _methods(members):
    return {name: members[name] for name in members if name[:2] != "__" and callable(members[name])}


def _add(cls, members):
    for name in members:
        setattr(cls, name, members[name])


def _interned(members):
    """A dictionary of the same, its names being those that the interpreter knows by number; longer ones are not when
    they are text."""

    class Holder:
        pass

    _add(Holder, members)
    return Holder.__dict__


if _afunix is not None:
    _members = _methods(State.__dict__)
    _members.update(_named(_OPERATIONS, _operations))
    if _looks:
        _members.update(_named(_LOOKS, _looks[0]))
    # What an endpoint has in each attribute when it is fresh. C knows those up to `orphaned` by their order.
    # fmt: off
    Endpoint = _afunix.endpoint(
        _interned(_members),
        index=None, memory=None, lengths=None, senders=None, ancillary=None, ctl=None, inlet=None,
        free=None, protocol=None, references=0,
        peer=None, out=None,
        kind=0, state=0, shut=0, error=0, pending=0, owner=0,
        sender=None, cargo=None, appended_at=0, origin=None, options=None, orphaned=False,
        end=0, credentials=0, nonblocking=False, backlog=0, first=None, last=None, next=None,
        address=None, bound=None, peer_address=None,
        callers=None, next_caller=None, previous_caller=None,
        marks=None, last_mark=None, returned=None, in_flight=0,
    )
    # fmt: on
    _calls = _named(_CALLS, _data_calls)
    _add(Handle, _calls)
    if hasattr(_afunix, "guard"):  # as a file, the module cannot reach the port's own locks
        try:
            from _thread import allocate_lock

            _afunix.guard(allocate_lock)
        except ImportError:
            pass


def adopt(cls):
    """Let calling `cls`, a subclass of Handle, make the native objects that stand for its own. Returns what makes such
    ones at once.

    Of the Handle in Python it gets the methods: before a board looks at a base class, it goes through half the table
    of `cls` in vain.
    """
    if _afunix is None:
        _add(cls, _methods(Handle.__dict__))
        return cls
    own = cls.__dict__
    members = _methods(own)
    fields = {}  # what a fresh object of the class has in its attributes, beside `_d`, which C knows to be the first
    for name in own:
        value = own[name]
        if name in _SPECIAL or isinstance(value, property):
            members[name] = value
        elif name[:2] != "__" and name not in members:
            fields[name] = value
    members.update(_calls)
    native = _afunix.socket(cls, _interned(members), _d=None, **fields)
    for name in _calls:
        if name in own:
            delattr(cls, name)  # Python's would hide Handle's, which is bound to an object of a subclass
    handle = Handle

    @micropython.native
    def new(kind, *args, **kwargs):
        if kind is cls:
            return native(*args, **kwargs)
        if not issubclass(kind, cls):
            raise TypeError("not a subclass of socket")
        return handle(object.__new__(kind))

    cls.__new__ = new
    return native


def tell_names(lock, paths, abstract):
    """The kernel's lock, and the dictionaries in which datagram sockets are found by path and by abstract name."""
    if _afunix is not None and hasattr(_afunix, "names"):
        _afunix.names(lock, paths, abstract)


def quick(cls, *args):
    """`cls`, or what stands for it where C can: its objects have the attributes of `cls(*args)` and no others, and are
    made and looked at in less time."""
    if not hasattr(_afunix, "record"):
        return cls
    members = {}
    for owner in cls.__bases__ + (cls,):
        own = owner.__dict__
        members.update({name: own[name] for name in own if name[:2] != "__" or name == "__init__"})
    return _afunix.record(_interned(members), **dict.fromkeys(cls(*args).__dict__))
