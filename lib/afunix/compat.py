"""`import afunix.compat`, and from then on `import socket` gives CPython's AF_UNIX beside what it gave before.

This module takes the place of `socket`. It offers what CPython's socket has for AF_UNIX, and all that the board's own
socket module has, which still makes the sockets of every other family. Where both have a constant and the numbers
differ (SOL_SOCKET, SO_...), afunix takes on the board's. CPython's subclasses of OSError (BlockingIOError,
TimeoutError, ...) become builtins, and what afunix raises, where the board lacks them.

On a board with a socket module of its own, `socket.socket` is a class without instances, which chooses between that
and afunix: isinstance() and subclasses need afunix.socket.

On a board `import os` and `import fcntl` then know pipes and descriptors, too: what the board's own module lacks is
afunix.os's, which is loaded when it is asked for first. On CPython `lend("os", "fcntl")` does that, where afunix comes
first: its numbers are not the operating system's.

On CPython it is for modules that import `socket` afterwards. What hands descriptors of sockets to the operating system
(multiprocessing, selectors) is to be imported before; asyncio is imported here.
"""

import builtins as _builtins
import sys as _sys

from .host import MICROPYTHON as _MICROPYTHON
from .kernel import numbers as _c
from .kernel import socket_numbers as _so
from .socket import close as close
from .socket import dup as dup
from .socket import forget as _forget
from .socket import getdefaulttimeout as getdefaulttimeout
from .socket import setdefaulttimeout as setdefaulttimeout
from .socket import socket as _socket
from .socket import socketpair as _socketpair

try:
    import socket as _own
except ImportError:
    _own = None

# CPython's subclasses of OSError, and the errnos that they stand for.
_ERRORS = (
    ("BlockingIOError", "OSError", (_c.EAGAIN,)),
    ("ConnectionError", "OSError", ()),
    ("BrokenPipeError", "ConnectionError", (_c.EPIPE,)),
    ("ConnectionResetError", "ConnectionError", (_c.ECONNRESET,)),
    ("ConnectionRefusedError", "ConnectionError", (_c.ECONNREFUSED,)),
    ("FileNotFoundError", "OSError", (_c.ENOENT,)),
    ("InterruptedError", "OSError", (_so.EINTR,)),
    ("PermissionError", "OSError", (_c.EPERM,)),
    ("TimeoutError", "OSError", (_so.ETIMEDOUT,)),
)
_CONSTANTS = ("AF_", "SOCK_", "SO_", "SOL_", "SOMAXCONN", "SHUT_", "MSG_", "SCM_")
_ELSEWHERE = 1 << 16  # added to an option's number which the board's own module has for another


def _define_errors():
    """Returns the class of a timeout."""
    from .host.board import error_classes

    classes = {"OSError": OSError}
    for name, base, errnos in _ERRORS:
        # A class that is added to a board's builtins cannot be read from the module, only by its name.
        classes[name] = getattr(_builtins, name, None) or type(name, (classes[base],), {})
        setattr(_builtins, name, classes[name])
        for errno in errnos:
            error_classes[errno] = classes[name]
    return classes["TimeoutError"]


def _take_numbers(own):
    """Let SOL_SOCKET and the options have the numbers that they have in the module `own`, so that one constant serves
    the sockets of both."""
    theirs = {name: getattr(own, name) for name in dir(own) if name.startswith("SO_")}
    numbers = {}
    if hasattr(own, "SOL_SOCKET"):
        numbers["SOL_SOCKET"] = own.SOL_SOCKET
    changed = False
    for name in dir(_so):
        if name.startswith("SO_"):
            former = getattr(_so, name)
            number = theirs.get(name, former)
            if name not in theirs and former in theirs.values():
                number |= _ELSEWHERE
            numbers[name] = number
            changed = changed or number != former
    _so.renumber(numbers)
    if changed and _sys.modules.pop("afunix.kernel.options", None):
        __import__("afunix.kernel.options")  # its tables have the former numbers
        _forget("kernel.options")


def _fill(names):
    """Add the public names of the board's own module and the constants of ours to `names`."""
    for name in () if _own is None else dir(_own):
        if name[0] != "_" and name not in names:
            names[name] = getattr(_own, name)
    for module in (_c, _so):
        for name in dir(module):
            for prefix in _CONSTANTS:
                if name.startswith(prefix):
                    names[name] = getattr(module, name)


def _is_ours(family, fileno):
    return family == _c.AF_UNIX or family == -1 and (_own is None or fileno is not None)


class _Chooser:
    """socket(family, type, proto, fileno): afunix's for AF_UNIX and for a descriptor, else the board's own."""

    def __new__(cls, family=-1, type=-1, proto=-1, fileno=None):
        type = _c.SOCK_STREAM if type == -1 else type
        proto = 0 if proto == -1 else proto
        if _is_ours(family, fileno):
            return _socket(_c.AF_UNIX, type, proto, fileno)
        if fileno is not None:
            return _own.socket(family, type, proto, fileno)
        return _own.socket(_own.AF_INET if family == -1 else family, type, proto)


socket = SocketType = _socket if _own is None else _Chooser


def socketpair(family=None, type=_c.SOCK_STREAM, proto=0):
    """As afunix.socketpair; a pair of another family is the board's own."""
    if family is None or family == _c.AF_UNIX or not hasattr(_own, "socketpair"):
        return _socketpair(_c.AF_UNIX if family is None else family, type, proto)
    return _own.socketpair(family, type, proto)


def fromfd(fd, family, type, proto=0):
    """A socket for a duplicate of descriptor `fd`."""
    if family == _c.AF_UNIX or not hasattr(_own, "fromfd"):
        return socket(family, type, proto, dup(fd))
    return _own.fromfd(fd, family, type, proto)


def create_server(address, *, family=None, backlog=None, **options):
    """A listening stream socket bound to `address`; for another family than AF_UNIX as the board's own module does."""
    if family != _c.AF_UNIX and hasattr(_own, "create_server"):
        return _own.create_server(
            address, family=_own.AF_INET if family is None else family, backlog=backlog, **options
        )
    if options.get("dualstack_ipv6"):
        raise ValueError("dualstack_ipv6 requires AF_INET6 family")
    server = socket(-1 if family is None else family)
    try:
        if options.get("reuse_port"):
            server.setsockopt(_so.SOL_SOCKET, _so.SO_REUSEPORT, 1)
        server.bind(address)
        server.listen(_c.SOMAXCONN if backlog is None else backlog)
    except BaseException:
        server.close()
        raise
    return server


def __getattr__(name):
    """What needs more of afunix is loaded when it is asked for."""
    if name in ("CMSG_LEN", "CMSG_SPACE", "send_fds", "recv_fds"):
        from .kernel import message

        return getattr(message, name)
    raise AttributeError(name)


class _Lent:
    """A module with what the board's own has, and what afunix has."""

    def __init__(self, name):
        self.__name__ = name
        self._own = _loaded(name)
        self._loaded = None

    def __getattr__(self, name):
        own = self._own
        if _MICROPYTHON and hasattr(own, name):
            return getattr(own, name)
        if self._loaded is None:
            self._loaded = _loaded("afunix." + self.__name__)
        return getattr(self._loaded if hasattr(self._loaded, name) else own, name)


def _loaded(name):
    """None where there is no such module."""
    try:
        return __import__(name, None, None, ("",))
    except ImportError:
        return None


def lend(*names):
    """Let `import os`, `import fcntl` find afunix's beside the board's own from now on; `names` are "os", "fcntl"."""
    for name in names:
        if name not in ("os", "fcntl"):
            raise ValueError("there is nothing to lend to " + name)
        if not isinstance(_sys.modules.get(name), _Lent):
            _sys.modules[name] = _Lent(name)


if _MICROPYTHON:
    timeout = _define_errors()
    lend("os", "fcntl")
    has_ipv6 = hasattr(_own, "AF_INET6")
    error = gaierror = herror = OSError
else:
    # These keep the module that they find now.
    __import__("asyncio")
    __import__("afunix.makefile")

if _own is not None:
    _take_numbers(_own)
_fill(globals())
_sys.modules["socket"] = _sys.modules[__name__]
