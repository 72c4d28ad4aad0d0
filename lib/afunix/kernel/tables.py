"""The kernel's fixed memory: endpoints, descriptors, and what is counted.

Who protects what: the kernel's lock (lock.py) protects every field of a Kernel, every descriptor, and every field of an
Endpoint but the bytes of its ring. All functions here are called with it held. Those that are `native` change something
and can neither fail nor be interrupted once they have begun to (the rule is in docs/design.md); the others look.

A descriptor is a list, so that the data plane in C can read it without a look at a name:

    0  the endpoint of the socket that it refers to; `kernel.closed` where it is closed, or refers to something else
    1  the serial number of that socket; CLOSED
    2  the description that it refers to: an Endpoint, or a rights.File; None where it is closed
    3  is it to be closed by who lets go of the lock next?
    4  the kind of that socket, also when it is closed
    5  would a program that is executed inherit it: is FD_CLOEXEC off? A board only remembers it
    6  the object that reads and writes by its number, once there is one: see fileio.py

All handles of one descriptor share it. A number says where the table has it, and so may mean another one later.
"""

from ..data.plane import Endpoint, quick
from ..data.state import make
from ..host import MICROPYTHON, Recorded, Registry, Table, const, error, micropython
from .limits import defaults

_EBADF = const(9)
_EBUSY = const(16)
_ENFILE = const(23)
_EMFILE = const(24)
_ENOBUFS = const(105)
_STREAM = const(1)

_EP = const(0)
_SERIAL = const(1)
_DESCRIPTION = const(2)
_ABANDONED = const(3)
_KIND = const(4)

_len = len  # a builtin name is found late

FIRST_DESCRIPTOR = 3  # 0, 1 and 2 are a board's console, as everywhere
_FIRST = const(3)
CLOSED = 1  # the serial number of no socket
_CLOSED = const(1)
_last_serial = 0x3FFFFFFF  # the largest number that a board need not allocate


class Kernel(Recorded):
    """Every table of the kernel. There is one, `kernel`; it takes its memory when it is first used."""

    def __init__(self):
        self.settings = defaults()
        self.closed = make(Endpoint, -1, bytearray(2), 0)  # the endpoint of what is not open: every call fails on it
        self.owner = 1  # of new sockets: what stands for a process here
        self.serial = _CLOSED  # of the socket that was made last
        self.waiting = 0  # calls that are blocked
        self._lock = None
        self.forget()

    def forget(self):
        """Be as if nothing had been used yet."""
        self.endpoints = ()
        self.unused = None  # the first unused endpoint, and on from each by `free`
        self.dying = None  # the same of those whose last reference is gone
        self.live = 0  # endpoints in use
        self.descriptors = ()
        self.lowest = 0  # no place before this one is free
        self.open = 0  # descriptors in use
        self.paths = Registry()  # path: Endpoint
        self.abstract = {1: Registry(), 2: Registry(), 5: Registry()}  # kind: {abstract name: Endpoint}
        self.bound = 0  # names in use
        self.in_flight = 0  # references that queued messages hold
        self.suspicious = False  # something may be left with references in flight only
        self.finished = None  # the first File to close, and on from each by `next`
        self.to_close = 0  # descriptors that are marked as abandoned, or more
        self.flocks = None  # the first lock of flock(2), and on from each by `next`: see flock.py

    def serve(self, lock):
        """`lock` is what protects all this; who lets go of it sees to what is left over."""
        self._lock = lock

    @micropython.native
    def note_left(self):
        """Where something is left to be tidied up, who lets go of the lock sees to it."""
        if self.suspicious or self.finished is not None:
            self._lock.left = True

    # memory

    def start(self):
        """Take all memory, once."""
        if self.endpoints:
            return
        get = self.settings.get
        size, slots = get("ring"), get("records")
        arena = memoryview(bytearray(size * get("sockets")))
        unused = None
        made = []
        for i in range(get("sockets")):
            endpoint = make(Endpoint, i, arena[i * size : (i + 1) * size], slots)
            endpoint.free = unused
            unused = endpoint
            made.append(endpoint)
        self._begin(made, unused, Table([None] * get("descriptors")))

    def _begin(self, endpoints, unused, descriptors):
        self.unused = unused
        self.descriptors = descriptors
        self.lowest = 0
        self.endpoints = endpoints

    def renew(self, settings):
        """Let there be other sizes; the memory is taken when it is first used again. Raises OSError(EBUSY) while
        anything is open."""
        if self.live or self.open:
            raise error(_EBUSY)
        changed = dict(self.settings)
        changed.update(settings)
        self._end(changed, ())

    def _end(self, settings, nothing):
        self.settings = settings
        self.unused = None
        self.endpoints = nothing
        self.descriptors = nothing

    # endpoints

    @micropython.native  # for speed
    def spare(self, kind, after=None):
        """An unused endpoint for a socket of `kind`, another than `after`, which stays where it is. Raises OSError:
        ENFILE, ENOBUFS (no packets are configured)."""
        if not self.endpoints:
            self.start()
        endpoint = self.unused if after is None else after.free
        if endpoint is None:
            raise error(_ENFILE)
        if kind != _STREAM and not self.settings["records"]:
            raise error(_ENOBUFS)
        return endpoint

    @micropython.native  # for speed
    def use(self, endpoint, kind, owner, origin, protocol):
        """Make the first unused endpoint, which `spare` gave, a socket without references. `protocol` is the module of
        packets, None for a stream. Does not jump."""
        self.unused = endpoint.free
        endpoint.free = None
        self.live += 1
        serial = (self.serial - _CLOSED) % (_last_serial - _CLOSED) + _CLOSED + 1
        self.serial = serial
        endpoint.origin = origin
        endpoint.protocol = protocol
        endpoint.open_for(serial, kind, owner)

    @micropython.native
    def reclaim(self, endpoint):
        """Put an endpoint back among the unused ones. Nobody refers to it or sends to it any more."""
        if endpoint.kind != _STREAM:
            endpoint.flush()
        else:
            endpoint.clear()
        endpoint.renew()
        endpoint.references = 0
        endpoint.free = self.unused
        self.unused = endpoint
        self.live -= 1

    # descriptors

    @micropython.native  # for speed
    def descriptor(self):
        """A descriptor that is not open yet."""
        if MICROPYTHON:  # there a Table is a list
            return [self.closed, _CLOSED, None, False, 0, False, None]
        return Table([self.closed, _CLOSED, None, False, 0, False, None])

    def closed_like(self, descriptor):
        """One that is closed, of the same kind."""
        made = self.descriptor()
        made[_KIND] = descriptor[_KIND]
        return made

    @micropython.native  # for speed
    def vacancy(self, after=-1):
        """The lowest free place in the table of descriptors behind the place `after`. Raises OSError(EMFILE)."""
        table = self.descriptors
        i = self.lowest
        if i <= after:
            i = after + 1
        while i < _len(table):
            if table[i] is None:
                return i
            i += 1
        raise error(_EMFILE)

    @micropython.native
    def install(self, i, descriptor, description):
        """Let the `descriptor`, which is not open yet, refer to `description` from the vacant place `i`, the lowest.
        Returns its number."""
        self.descriptors[i] = descriptor
        self.lowest = i + 1
        self.open += 1
        description.references += 1
        descriptor[_DESCRIPTION] = description
        if description.kind >= 0:
            descriptor[_KIND] = description.kind
            descriptor[_EP] = description
            descriptor[_SERIAL] = description.serial()
        return i + _FIRST

    @micropython.native  # for speed
    def at(self, fd):
        """The descriptor that has the number `fd`. Raises OSError(EBADF)."""
        i = fd - _FIRST
        table = self.descriptors
        found = table[i] if 0 <= i < _len(table) else None
        if found is None or found[_ABANDONED]:
            raise error(_EBADF)
        return found

    @micropython.native  # for speed
    def description(self, fd):
        """What the descriptor `fd` refers to. Raises OSError(EBADF)."""
        return self.at(fd)[_DESCRIPTION]

    @micropython.native  # for speed
    def remove(self, i, min=min):
        """Free place `i` of the table. What it refers to is left for `release.reap`. Does not jump."""
        descriptor = self.descriptors[i]
        description = descriptor[_DESCRIPTION]
        self.descriptors[i] = None
        self.lowest = min(i, self.lowest)
        self.open -= 1
        descriptor[_EP] = self.closed
        descriptor[_SERIAL] = _CLOSED
        descriptor[_DESCRIPTION] = None
        self.unreference(description)

    @micropython.native
    def unreference(self, description):
        """One reference less; without any, the description is listed to be released, and stays listed until it is."""
        references = description.references - 1
        description.references = references
        if not references:
            if self.flocks is not None:
                self.flocks.unlock(description)
            if description.kind >= 0:
                description.free = self.dying
                self.dying = description
            else:
                description.next = self.finished
                self.finished = description
        elif references == description.in_flight:
            self.suspicious = True

    @micropython.native
    def unlist(self, endpoint):
        """It is not among the dying any more. Those whose references its messages held may be before it by now."""
        before = self.dying
        if before is endpoint:
            self.dying = endpoint.free
            return
        while before.free is not endpoint:
            before = before.free
        before.free = endpoint.free


kernel = quick(Kernel)()


@micropython.native  # for speed
def opened(sock):
    """The endpoint of a socket object. Raises OSError(EBADF) where its descriptor is closed, whoever did that."""
    descriptor = sock._d
    endpoint = descriptor[_EP]
    if endpoint.serial() != descriptor[_SERIAL]:
        raise error(_EBADF)
    return endpoint


@micropython.native
def passes_credentials(endpoint):
    """Has it SO_PASSCRED?"""
    options = endpoint.options
    return options is not None and options.passcred


@micropython.native  # for speed
def records_sender(endpoint, target):
    """Do messages from `endpoint` to `target` say who sent them? Linux sees to it also while `target` is not accepted,
    since SO_PASSCRED may be set afterwards."""
    if endpoint.options is None and target.options is None:
        return not target.references
    return passes_credentials(endpoint) or passes_credentials(target) or not target.references


@micropython.native
def may_send(endpoint, target):
    """Does `target` receive from `endpoint`: has it no other peer?"""
    peer = target.peer
    return peer is endpoint or peer is None and not target.orphaned
