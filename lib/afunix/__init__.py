"""afunix: Unix domain sockets inside one MicroPython board, or one CPython process."""

from . import constants
from .kernel import kernel
from .names import unlink
from .socket import close, dup, socket, socketpair

configure = kernel.configure


_OPTIONAL = (
    "aio",
    "ancillary",
    "compat",
    "endpoint",
    "handle",
    "inflight",
    "message",
    "options",
    "packet",
    "rights",
    "ring",
    "socket_constants",
    "urgent",
)
_ELSEWHERE = {
    "CMSG_LEN": "message",
    "CMSG_SPACE": "message",
    "send_fds": "message",
    "recv_fds": "message",
    "ioctl": "options",
    "install": "rights",
    "object_of": "rights",
}


def __getattr__(name):
    """Constants, optional modules and the rarer functions are loaded when they are asked for."""
    if name in _OPTIONAL:
        return __import__("afunix." + name, None, None, (name,))
    if name in _ELSEWHERE:
        return getattr(__getattr__(_ELSEWHERE[name]), name)
    for module in (constants, __getattr__("socket_constants")):
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(name)
