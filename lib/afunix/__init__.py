"""afunix: Unix domain sockets inside one MicroPython board, or one CPython process."""

__version__ = "0.1.0"

from .kernel.tables import kernel
from .socket import close, configure, dup, install, object_of, socket, socketpair, unlink
from .socket import load as _load
from .socket import loaded as _loaded

# Where what is loaded when it is first asked for is.
_MODULES = {"aio": None, "constants": None, "fcntl": None, "makefile": None, "os": None}
_ELSEWHERE = {
    "CMSG_LEN": "message",
    "CMSG_SPACE": "message",
    "send_fds": "message",
    "recv_fds": "message",
    "ioctl": "descriptors",
}


def __getattr__(name):
    """Constants, optional modules and the rarer functions are loaded when they are asked for."""
    if name == "compat":  # it loads others, so this is not done under a lock
        return __import__("afunix.compat", None, None, ("",))
    if name in _MODULES:
        if _MODULES[name] is None:
            _MODULES[name] = _load(name)
        return _MODULES[name]
    if name in _ELSEWHERE:
        # Not kept among the globals: another thread may be reading there, and nothing may lock the interpreter.
        return getattr(_loaded("kernel." + _ELSEWHERE[name]), name)
    for module in ("kernel.numbers", "kernel.socket_numbers"):
        module = _loaded(module)
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(name)
