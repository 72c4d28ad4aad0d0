"""A stand-in for CPython's C module `_socket`, on which CPython's own Lib/socket.py makes sockets of afunix.

`install()` puts it into sys.modules, before anybody imports `socket`. It converts where the two worlds meet and does
nothing else: descriptors of afunix are shown from FIRST on, so that none is taken for one of the operating system's;
those of the operating system travel in messages as objects, duplicated as the kernel would.
"""

import _socket
import os
import struct
import sys
import types

import afunix
from afunix.kernel import numbers as constants
from afunix.kernel import socket_numbers as socket_constants
from afunix.socket import getdefaulttimeout, setdefaulttimeout

# Names of the real module that make no sense here: the test suite would open devices for them.
LEFT_OUT = ("socket", "SocketType", "CAPI", "socketpair", "dup", "close", "IOCTL_VM_SOCKETS_GET_LOCAL_CID")
FIRST = 1 << 20


def _out(fd):
    return fd + FIRST if fd >= 0 else fd


def _in(fd):
    if not FIRST <= fd < 2 * FIRST:
        raise OSError(constants.EBADF, os.strerror(constants.EBADF))
    return fd - FIRST


class Descriptor:
    """One of the operating system's descriptors, while a message carries it."""

    def __init__(self, fd):
        self.fd = os.dup(fd)

    def close(self):
        os.close(self.fd)


class socket:
    """`_socket.socket`: it has slots alone, since Lib/socket.py adds its own."""

    __slots__ = ("_sock",)

    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        if fileno is None:
            self._sock = afunix.socket(
                constants.AF_UNIX if family == -1 else family,
                constants.SOCK_STREAM if type == -1 else type,
                0 if proto == -1 else proto,
            )
        else:
            self._sock = afunix.socket(fileno=_in(fileno))

    def _accept(self):
        accepted, address = self._sock.accept()
        return _out(accepted.detach()), address

    def fileno(self):
        return _out(self._sock.fileno())

    def detach(self):
        return _out(self._sock.detach())

    def sendmsg(self, buffers, ancdata=(), flags=0, address=None):
        """Descriptors of the operating system become afunix's for the time of the call."""
        opened = []
        try:
            ancdata = [_translated(message, lambda fd: _to_afunix(fd, opened)) for message in ancdata]
            return self._sock.sendmsg(buffers, ancdata, flags, address)
        finally:
            for fd in opened:
                afunix.close(fd)

    def recvmsg(self, bufsize, ancbufsize=0, flags=0):
        data, ancdata, *rest = self._sock.recvmsg(bufsize, ancbufsize, flags)
        return data, [_translated(message, _from_afunix) for message in ancdata], *rest

    def recvmsg_into(self, buffers, ancbufsize=0, flags=0):
        nbytes, ancdata, *rest = self._sock.recvmsg_into(buffers, ancbufsize, flags)
        return nbytes, [_translated(message, _from_afunix) for message in ancdata], *rest


def _hand_on(name):
    def method(self, *args):
        return getattr(self._sock, name)(*args)

    return method


for _name in (
    *("bind", "listen", "connect", "connect_ex", "shutdown", "close", "getsockname", "getpeername"),
    *("settimeout", "gettimeout", "setblocking", "getblocking", "getsockopt", "setsockopt"),
    *("send", "sendall", "sendto", "recv", "recv_into", "recvfrom", "recvfrom_into"),
):
    setattr(socket, _name, _hand_on(_name))

for _name in ("family", "type", "proto", "timeout"):
    setattr(socket, _name, property(lambda self, name=_name: getattr(self._sock, name)))


def _translated(message, translate):
    """A control message with each descriptor in it translated; any other, or a wrong one, as it is."""
    try:
        level, type, data = message
    except (TypeError, ValueError):
        return message
    if (level, type) != (socket_constants.SOL_SOCKET, socket_constants.SCM_RIGHTS):
        return message
    data = bytes(data)
    whole = len(data) // 4 * 4
    fds = [translate(fd) for (fd,) in struct.iter_unpack("i", data[:whole])]
    return level, type, struct.pack(f"{len(fds)}i", *fds) + data[whole:]


def _to_afunix(fd, opened):
    if fd >= FIRST:
        return _in(fd)
    opened.append(afunix.install(Descriptor(fd)))
    return opened[-1]


def _from_afunix(fd):
    found = afunix.object_of(fd)
    if found is None:  # a socket of afunix
        return _out(fd)
    fd_here = os.dup(found.fd)
    afunix.close(fd)
    return fd_here


def socketpair(family=constants.AF_UNIX, type=constants.SOCK_STREAM, proto=0):
    return tuple(socket(fileno=_out(end.detach())) for end in afunix.socketpair(family, type, proto))


def dup(fd):
    return _out(afunix.dup(_in(fd)))


def close(fd):
    afunix.close(_in(fd))


def module():
    """The stand-in: what is here, afunix's constants, and of the real module what afunix does not have."""
    made = types.ModuleType("_socket")
    names = {name: value for name, value in vars(_socket).items() if name not in LEFT_OUT}
    for module in (constants, socket_constants):
        names.update({name: value for name, value in vars(module).items() if name in vars(_socket)})
    here = (socket, socketpair, dup, close, getdefaulttimeout, setdefaulttimeout)
    names.update({function.__name__: function for function in here})
    names.update(SocketType=socket, CMSG_LEN=afunix.CMSG_LEN, CMSG_SPACE=afunix.CMSG_SPACE)
    vars(made).update(names)
    return made


def install():
    """Let `import socket` find sockets of afunix from now on."""
    if "socket" in sys.modules:
        raise RuntimeError("too late: socket is imported already")
    sys.modules["_socket"] = module()
