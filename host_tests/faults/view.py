# ruff: noqa: UP031  (MicroPython runs it too)
"""All that the sweeps know of the inside of afunix: what its tables hold, in words of their own.

A change of the kernel's tables is a change of this file and of no other here.
"""

import sys

from afunix.kernel import connection
from afunix.kernel.lock import lock
from afunix.kernel.tables import kernel

MICROPYTHON = sys.implementation.name == "micropython"
NATIVE = sys.modules.get("_afunix") is not None

# The control words of a ring.
_W, _R, _SIZE, _WRAP, _RW, _RR, _SLOTS, _RWRAP, _ATTENTION, _FRAMED = range(10)

# Why a reader of a ring must look at more than its bytes.
_RETURNED = 64
ANCILLARY = 1
NOT_OPEN = 8
URGENT = 16
BUSY = 32

# What a descriptor is made of.
_EP, _SERIAL, _DESCRIPTION, _ABANDONED, _KIND, _INHERITED = range(6)
_WRITES = 2
_CLOSED = 1


def held_locks():
    """The names of the locks that somebody holds, without waiting for any."""
    if not lock.try_enter():
        return ["kernel.lock"]
    lock.__exit__(None, None, None)
    held = []
    for endpoint in kernel.endpoints:
        for name in ("wlock", "rlock"):
            each = getattr(endpoint, name, None)  # those in C have no way out but their end
            if each is not None and not _is_free(each):
                held.append("%s of endpoint %d" % (name, endpoint.index))
    return held


def _is_free(lock):
    free = lock.acquire(False)
    if free:
        lock.release()
    return free


def unfinished():
    """What the kernel still has to do though nobody holds its lock."""
    left = []
    for name in ("dying", "suspicious", "finished", "to_close", "waiting"):
        if getattr(kernel, name):
            left.append(name)
    if lock.left:
        left.append("lock.left")
    if not MICROPYTHON:
        from afunix.host.cpython import waiters

        if waiters.count:
            left.append("waiters")
    return left


def waiters():
    """How many calls wait."""
    if MICROPYTHON:
        return kernel.waiting
    from afunix.host.cpython import waiters

    return waiters.count


def counters():
    """What the kernel counts: (open sockets, references in flight, names, descriptors)."""
    return kernel.live, kernel.in_flight, kernel.bound, kernel.open


def limits():
    """The configured sizes."""
    return kernel.settings


def endpoints():
    """All there are."""
    return kernel.endpoints


def unused():
    """Those that belong to no socket, as the kernel lists them."""
    return _linked(kernel.unused, "free")


def _linked(first, name):
    """What a list has whose items know the next one; cut short where it runs in a circle."""
    found = []
    while first is not None and len(found) < 2000:
        found.append(first)
        first = getattr(first, name)
    return found


def descriptors():
    """(number, description) of each descriptor that is open."""
    return [(i + 3, d[_DESCRIPTION]) for i, d in enumerate(kernel.descriptors) if d is not None]


def inherited():
    """The numbers of the descriptors that have no FD_CLOEXEC."""
    return tuple([i + 3 for i, d in enumerate(kernel.descriptors) if d is not None and d[_INHERITED]])


def flocks():
    """(description, exclusive) of each lock of flock(2)."""
    return [(held.description, held.exclusive) for held in _linked(kernel.flocks, "next")]


def wrong_descriptors():
    """What is wrong with single descriptors."""
    found = []
    for i, d in enumerate(kernel.descriptors):
        if d is None:
            if i < kernel.lowest:
                found.append("place %d is free and below the lowest one" % i)
            continue
        description = d[_DESCRIPTION]
        if d[_ABANDONED] or description is None:
            found.append("the descriptor in place %d is to be closed" % i)
        elif is_socket(description) and (d[_EP] is not description or d[_SERIAL] != description.serial()):
            found.append("the descriptor in place %d does not know its socket" % i)
        elif not is_socket(description) and (d[_EP] is not kernel.closed or d[_SERIAL] != _CLOSED):
            found.append("the descriptor in place %d takes an object for a socket" % i)
    return found


def names():
    """{key: endpoint}."""
    found = {}
    for name in kernel.paths:
        found[name] = kernel.paths[name]
    for kind in kernel.abstract:
        for name in kernel.abstract[kind]:
            found[(kind, name)] = kernel.abstract[kind][name]
    return found


def key_of(endpoint):
    """Where `names` has the endpoint's name."""
    address = endpoint.address
    return address if isinstance(address, str) else (endpoint.kind, address)


def callers(endpoint):
    """The datagram sockets that are connected to it, as it lists them; None where the list is torn."""
    found = _linked(endpoint.callers, "next_caller")
    before = None
    for each in found:
        if each.previous_caller is not before:
            return None
        before = each
    return found


def is_socket(description):
    return description.kind >= 0


def is_kernels(description):
    """Is it one of the kernel's endpoints? What writes to a pipe is none."""
    return is_socket(description) and description.end != _WRITES


def other_end(endpoint):
    """Of a pipe: the other end; None of a socket."""
    return endpoint.peer if endpoint.end else None


def wrong_pipe(reader):
    """What is wrong with a pipe, of which this is the end to read from: a list of words."""
    writer = reader.peer
    there = writer is not None and writer.references > 0
    here = reader.references > 0
    found = []
    for name, right in (
        ("peer", writer is not None and writer.peer is reader),
        ("ends", (reader.end, writer.end) == (1, 2)),
        ("state", (reader.state, writer.state) == (2 if there else 0, 1)),
        ("shut", (reader.shut, writer.shut) == (2, 0 if here else 2)),
        ("error", (reader.error, writer.error) == (0, 0 if here else 32)),
        ("out", reader.out is None and writer.out is (reader.inlet if here and there else None)),
        ("serial", bool(reader.serial()) == here and bool(writer.serial()) == there),
    ):
        if not right:
            found.append(name)
    return found


def file_state(file):
    """(object, references, references in flight) of what is no socket."""
    return file.object, file.references, file.in_flight, file.nonblocking, file.asynchronous


class Ring:
    """What is queued for an endpoint."""

    def __init__(self, endpoint):
        ctl = endpoint.ctl
        self.size = ctl[_SIZE]
        self.slots = ctl[_SLOTS]
        self.queued = (ctl[_W] - ctl[_R]) & ctl[_WRAP]
        self.packets = (ctl[_RW] - ctl[_RR]) & ctl[_RWRAP]
        self.attention = ctl[_ATTENTION] & ~_RETURNED
        self.tells_of_returned = bool(ctl[_ATTENTION] & _RETURNED)
        self.framed = bool(ctl[_FRAMED])
        start = ctl[_R] & (self.size - 1)
        data = bytes(endpoint.memory)
        self.data = (data[start:] + data[:start])[: self.queued]
        self.returned = b"".join([bytes(part.data[part.at : part.at + part.size]) for part in _parts(endpoint)])
        self._endpoint = endpoint
        self._ctl = ctl

    def lengths(self):
        """Of the packets."""
        return [self._endpoint.lengths[slot] for slot in self._used()]

    def senders(self):
        """Of the packets: the name of each, None where it has none."""
        origins = [self._endpoint.senders[slot] for slot in self._used()]
        return [named(origin and origin[0]) for origin in origins]

    def cargo(self):
        """What comes with the packets: each an Ancillary or None."""
        return [self._endpoint.ancillary[slot] for slot in self._used()]

    def remains(self):
        """Is anything in a slot that has no packet?"""
        used = self._used()
        kept = self._endpoint.ancillary
        return any(kept[slot] is not None for slot in range(self.slots) if slot not in used)

    def _used(self):
        first = self._ctl[_RR]
        return [(first + i) & (self.slots - 1) for i in range(self.packets)]

    def marks(self):
        """(start, end, Ancillary) of each mark in a stream, counted from the first byte."""
        mask = self._ctl[_WRAP]
        first = self._ctl[_R]
        marks = _linked(self._endpoint.marks, "next")
        return [((item.start - first) & mask, (item.end - first) & mask, item) for item in marks]


def _parts(endpoint):
    """What calls gave back that could not finish."""
    return _linked(endpoint.returned, "next")


def carried(endpoint):
    """The rights of each message that is queued for it."""
    ring = Ring(endpoint)
    items = ring.cargo() + [item for _, _, item in ring.marks()]
    return [item.rights for item in items if item is not None]


def pending(endpoint):
    """The connections that wait to be accepted."""
    return _linked(endpoint.first, "next")


def options(endpoint):
    """What setsockopt set, as a tuple; what it has not set looks like its default."""
    o = endpoint.options
    if o is None:
        return False, -1, 0, 0, False, False, ()
    inert = tuple(sorted([pair for pair in o.inert.items() if pair[1]]))
    return o.passcred, o.peek_offset, o.receive_timeout, o.send_timeout, o.urgent_inline, o.asynchronous, inert


def route(endpoint):
    """The endpoint to whose ring `endpoint` may append plain data, None where it must ask."""
    return None if endpoint.out is None else _owner_of(endpoint.out)


def right_route(endpoint):
    """The one that the tables say it should be."""
    inlet = None if endpoint.peer is None else connection._plain_inlet(endpoint, endpoint.peer)
    return None if inlet is None else _owner_of(inlet)


def _owner_of(inlet):
    for endpoint in kernel.endpoints:
        if endpoint.inlet is inlet:
            return endpoint
    return "nobody"


def facts(endpoint):
    """The plain values that belong to a socket."""
    address = named(endpoint.address)
    return (
        (endpoint.kind, endpoint.state, endpoint.shut, endpoint.error),
        (endpoint.owner, endpoint.credentials, endpoint.nonblocking, endpoint.backlog),
        (address, endpoint.bound is not None, endpoint.orphaned, named(endpoint.peer_address)),
        (endpoint.references, endpoint.in_flight, endpoint.pending, endpoint.end),
    )


def named(address):
    """A name that the kernel chose is another one each time."""
    if isinstance(address, bytes) and len(address) == 6:
        return "chosen"
    return address


# fmt: off
_OF_A_SOCKET = (
    "kind", "state", "shut", "error", "owner", "credentials", "nonblocking", "backlog",
    "peer", "orphaned", "peer_address", "out", "origin", "callers", "next_caller", "previous_caller",
    "address", "bound", "pending", "first", "last", "next", "marks", "last_mark", "returned", "options",
    "references", "in_flight", "sender", "cargo", "end",
)
# fmt: on


def fresh(endpoint):
    """Is it as an endpoint is that no socket has? Returns the names of what it has beyond that."""
    found = []
    for name in _OF_A_SOCKET:
        if getattr(endpoint, name):
            found.append(name)
    if endpoint.serial():
        found.append("serial")
    return found
