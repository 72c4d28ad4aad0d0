"""afunix: Unix domain sockets inside one MicroPython board, or one CPython process."""

from .kernel.tables import kernel
from .socket import _loaded, close, configure, dup, install, object_of, socket, socketpair, unlink

# Where what is loaded when it is first asked for is.
_MODULES = ("aio", "compat", "constants", "makefile")
_ELSEWHERE = {
    "CMSG_LEN": "message",
    "CMSG_SPACE": "message",
    "send_fds": "message",
    "recv_fds": "message",
    "ioctl": "options",
}


def _load(name):
    return __import__("afunix." + name, None, None, ("",))


def __getattr__(name):
    """Constants, optional modules and the rarer functions are loaded when they are asked for."""
    if name in _MODULES:
        return _load(name)
    if name in _ELSEWHERE:
        return getattr(_loaded("kernel." + _ELSEWHERE[name]), name)
    for module in ("kernel.numbers", "kernel.socket_numbers"):
        module = _loaded(module)
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(name)
