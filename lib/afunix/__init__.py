"""afunix: Unix domain sockets inside one MicroPython board, or one CPython process."""

from .kernel import kernel
from .names import unlink
from .socket import close, dup, socket, socketpair

configure = kernel.configure


_OPTIONAL = ("aio", "ancillary", "compat", "inflight", "message", "options", "packet", "rights", "urgent")


def __getattr__(name):
    """Constants, optional modules and the rarer functions are loaded when they are asked for."""
    from . import constants

    if hasattr(constants, name):
        return getattr(constants, name)
    if name in _OPTIONAL:
        return __import__("afunix." + name, None, None, (name,))
    if name in ("CMSG_LEN", "CMSG_SPACE", "send_fds", "recv_fds"):
        return getattr(__getattr__("message"), name)
    if name == "ioctl":
        return __getattr__("options").ioctl
    if name in ("install", "object_of"):
        return getattr(__getattr__("rights"), name)
    raise AttributeError(name)
