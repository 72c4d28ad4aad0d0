"""The registry of names: paths and abstract names of bound sockets, unix(7).

A name is what users see: `str` for a path (`bytes` where a board cannot make text of it), `bytes` that start with a NUL
for an abstract name. Paths live here, not in a filesystem; each type of socket has abstract names of its own. Every
function but `parse` is called with the kernel's lock held.
"""

from ..host import MICROPYTHON, bytes_of, const, decode, encode, error, keep, micropython
from .tables import kernel, passes_credentials

_ENOENT = const(2)
_EINVAL = const(22)
_ENOSPC = const(28)
_EPROTOTYPE = const(91)
_EADDRINUSE = const(98)
_ECONNREFUSED = const(111)

_len = len  # a builtin name is found late
_str = str

LIMIT = 108  # sizeof(sun_path)
_SHORT = const(26)  # characters that fit in, whatever they are
EMPTY = b""  # an address without a name, where one is given


@micropython.native
def parse(address):
    """The name that `address` (str, bytes, bytearray or memoryview) stands for; None for the empty address.

    Raises TypeError, and OSError where the name is longer than 108 bytes (107 for a path), as CPython does.
    """
    if address.__class__ is _str:
        if 0 < _len(address) <= _SHORT and "\0" not in address:
            return address
        name = encode(address)
    elif isinstance(address, str):
        name = bytes(memoryview(address)) if MICROPYTHON else encode("".join((address,)))
    else:
        name = bytes(bytes_of(address))
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


@micropython.native  # for speed
def is_path(name):
    """Is it a path, and no abstract name?"""
    return name.__class__ is str or name[0] != 0


@micropython.native  # for speed
def registry(name, kind):
    """The part of the registry that has the names like `name` of sockets of `kind`."""
    return kernel.paths if is_path(name) else kernel.abstract[kind]


def lookup(name, kind):
    """The endpoint bound to `name`, None where there is none; of a path it may be of another kind."""
    return registry(name, kind).get(name)


def bind(endpoint, name):
    """bind(2). A path is looked up before the socket is, an abstract name after: the order of Linux's errors."""
    if name is None:
        return autobind(endpoint)
    taken = lookup(name, endpoint.kind) is not None
    if taken and is_path(name):
        raise error(_EADDRINUSE)
    if endpoint.address is not None:
        raise error(_EINVAL)
    if taken:
        raise error(_EADDRINUSE)
    _add(endpoint, name)


def _add(endpoint, name):
    if kernel.bound >= kernel.settings["names"]:
        raise error(_ENOSPC)
    _set(endpoint, name, registry(name, endpoint.kind))


@micropython.native
def _set(endpoint, name, names, kernel=kernel):
    names[name] = endpoint  # first: only this can fail, and has changed nothing then
    kernel.bound += 1
    endpoint.bound = names
    endpoint.address = name
    origin = endpoint.origin
    if origin is not None:
        origin[0] = name


_next = 0


def autobind(endpoint):
    """Give an unbound `endpoint` a free abstract name: a NUL and five hexadecimal digits. Raises OSError(ENOSPC)."""
    if endpoint.address is None:
        _add(endpoint, _free_name(endpoint))


def _free_name(endpoint):
    global _next
    if kernel.bound >= kernel.settings["names"]:
        raise error(_ENOSPC)
    while True:
        _next = (_next + 1) & 0xFFFFF
        name = b"\0" + encode("%05x" % _next)
        if lookup(name, endpoint.kind) is None:
            return name


def name_for(endpoint):
    """With SO_PASSCRED a socket gets a name when it connects or sends a packet, so that it can be answered: the name
    that it lacks, None for none."""
    if endpoint.address is None and passes_credentials(endpoint):
        return _free_name(endpoint)
    return None


@micropython.native
def give(endpoint, name, kernel=kernel, set=_set):
    """Give it the name that `name_for` found, if any."""
    if name is not None:
        set(endpoint, name, kernel.abstract[endpoint.kind])


def give_though_it_fails(endpoint, name, failure):
    """The same where what needed the name raises `failure`, as Linux does."""
    give(endpoint, name)
    keep(failure)


@micropython.native  # for speed
def find(name, kind):
    """The endpoint bound to `name`. Raises OSError: ENOENT, ECONNREFUSED, EPROTOTYPE as the name's form demands."""
    if name.__class__ is str:
        found = kernel.paths.get(name)
    else:
        found = registry(name, kind).get(name)
    if found is None:
        raise error(_ENOENT if is_path(name) else _ECONNREFUSED)
    if found.kind != kind:
        raise error(_EPROTOTYPE)
    return found


@micropython.native  # for speed
def remove(endpoint):
    """Free the name of a bound endpoint; it keeps the address, but nobody finds it any more. Does not jump."""
    del endpoint.bound[endpoint.address]
    endpoint.bound = None
    kernel.bound -= 1


def unlink(name):
    """unlink(2). Raises OSError(ENOENT) where no socket is bound to the path."""
    found = kernel.paths.get(name) if name is not None else None
    if found is None:
        raise error(_ENOENT)
    remove(found)
