"""The registry of names: paths and abstract names of bound sockets, unix(7).

A name is what users see: `str` for a path, `bytes` that start with a NUL for an abstract name. Paths live here, not in
a filesystem; each type of socket has abstract names of its own. Every function but `parse` and `unlink` is called
with the kernel's lock held.
"""

from . import numbers as c
from ..host import decode, encode, error
from .tables import kernel, passes_credentials

LIMIT = 108  # sizeof(sun_path)
EMPTY = b""  # an address without a name, where one is given


def parse(address):
    """The key that `address` (str, bytes, bytearray or memoryview) stands for; None for the empty address.

    Raises TypeError, and OSError where the name is longer than 108 bytes (107 for a path), as CPython does.
    """
    if isinstance(address, str):
        name = encode(address)
    elif isinstance(address, (bytes, bytearray, memoryview)):
        name = bytes(address)
    else:
        raise TypeError("a bytes-like object is required, not '%s'" % type(address).__name__)
    if not name:
        return None
    if name[0] == 0:
        if len(name) > LIMIT:
            raise OSError("AF_UNIX path too long")
        return name
    if len(name) >= LIMIT:
        raise OSError("AF_UNIX path too long")
    end = name.find(b"\0")
    return decode(name if end < 0 else name[:end])


def key(name, kind):
    """Where the registry has the name of a socket of `kind`."""
    return name if isinstance(name, str) else (kind, name)


def add(name, endpoint):
    """Give `endpoint` the unused `name`. Raises OSError(ENOSPC) when as many names as configured are in use."""
    if len(kernel.names) >= kernel.settings["names"]:
        raise error(c.ENOSPC)
    kernel.names[key(name, endpoint.kind)] = endpoint
    endpoint.address = name
    endpoint.bound = True


def bind(endpoint, name):
    """bind(2). A path is looked up before the socket is, an abstract name after: the order of Linux's errors."""
    if name is None:
        return autobind(endpoint)
    taken = key(name, endpoint.kind) in kernel.names
    if taken and isinstance(name, str):
        raise error(c.EADDRINUSE)
    if endpoint.address is not None:
        raise error(c.EINVAL)
    if taken:
        raise error(c.EADDRINUSE)
    add(name, endpoint)


_next = 0


def autobind(endpoint):
    """Give an unbound `endpoint` a free abstract name: a NUL and five hexadecimal digits."""
    global _next
    if endpoint.address is not None:
        return
    while True:
        _next = (_next + 1) & 0xFFFFF
        name = b"\0" + encode("%05x" % _next)
        if key(name, endpoint.kind) not in kernel.names:
            return add(name, endpoint)


def name_sender(endpoint):
    """With SO_PASSCRED a socket has a name before it connects or sends a packet, so that it can be answered."""
    if endpoint.address is None and passes_credentials(endpoint):
        autobind(endpoint)


def find(name, kind):
    """The endpoint bound to `name`. Raises OSError: ENOENT, ECONNREFUSED, EPROTOTYPE as the name's form demands."""
    found = kernel.names.get(key(name, kind))
    if found is None:
        raise error(c.ENOENT if isinstance(name, str) else c.ECONNREFUSED)
    if found.kind != kind:
        raise error(c.EPROTOTYPE)
    return found


def remove(endpoint):
    """Free the name of an endpoint that goes away."""
    if endpoint.bound:
        del kernel.names[key(endpoint.address, endpoint.kind)]
        endpoint.bound = False


def unlink(path):
    """Free a path at once, as unlink(2) does: the socket keeps its address, but nobody finds it any more.

    Raises OSError(ENOENT) where no socket is bound to it.
    """
    name = parse(path)
    with kernel.lock:
        found = kernel.names.get(name) if isinstance(name, str) else None
        if found is None:
            raise error(c.ENOENT)
        del kernel.names[name]
        found.bound = False
