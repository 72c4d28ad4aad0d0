"""The kernel's fixed memory: endpoints, descriptors, names, and the lock of the control plane.

The lock `lock` protects the tables here and everything in an Endpoint but the bytes of its ring. It is taken before
an endpoint's `wlock` or `rlock`, never after. Nothing waits while it holds the lock. On a board a scheduled
callback may interrupt its holder in the same thread: the lock then refuses with EDEADLK instead of waiting for ever,
and the callback uses try_write and try_readinto, which need no kernel lock.
"""

from . import numbers as c
from ..host import Lock, collect, error, wake
from ..data.plane import Endpoint
from ..data.state import make

try:
    from _thread import get_ident
except ImportError:

    def get_ident():
        return 1


FIRST_DESCRIPTOR = 3  # 0, 1 and 2 are a board's console, as everywhere

LIMITS = {
    # name: (default, least, most)
    "sockets": (16, 2, 1024),
    "ring": (1024, 64, 262144),
    "records": (16, 0, 1024),
    "descriptors": (32, 1, 1024),
    "backlog": (8, 0, 128),
    "names": (16, 1, 1024),
    "rights": (16, 0, 1024),
}


class KernelLock:
    """A lock that knows its holder, and what must be done before and after it is let go.

    dying     descriptions without references: `reap` releases them before
    suspicious  a description is left with references in flight only, or a descriptor was abandoned
    finished  objects to close after, since closing them is not the kernel's code
    """

    def __init__(self):
        self._lock = Lock()
        self._holder = None
        self.dying = []
        self.suspicious = False
        self.finished = []
        self.reap = None  # set by connection.py

    def __enter__(self):
        me = get_ident()
        if self._holder == me:
            raise error(c.EDEADLK)
        self._lock.acquire()
        self._holder = me

    def is_mine(self):
        """Does the caller hold it?"""
        return self._holder == get_ident()

    def __exit__(self, kind, value, trace):
        try:
            if self.dying or self.suspicious:
                self.reap()
        finally:  # a board may be out of memory
            finished = self.finished
            if finished:
                self.finished = []
            self._holder = None
            self._lock.release()
        if finished:
            _close_all(finished)
        if self.suspicious:
            self.settle()  # a finaliser came too late for the look above

    def settle(self):
        """Do what is to be done when the lock is let go; where it is held, its holder will."""
        if self._lock.acquire(False):
            self._holder = get_ident()
            self.__exit__(None, None, None)


def _close_all(objects):
    """Close every one, then raise what one of them raised."""
    failure = None
    for each in objects:
        try:
            each.close()
        except Exception as raised:
            failure = raised
    if failure is not None:
        raise failure


_optional = {}


def optional(name):
    """The optional module afunix.`name`, for code that does not hold the kernel's lock.

    Optional modules are loaded under the lock alone: where nothing locks the interpreter, a second thread would find
    one half loaded.
    """
    module = _optional.get(name)
    if module is None:
        with kernel.lock:
            module = _optional[name] = __import__("afunix." + name, None, None, ("",))
    return module


def passes_credentials(endpoint):
    """Has it SO_PASSCRED?"""
    return endpoint.options is not None and endpoint.options.passcred


def records_sender(endpoint, target):
    """Do messages from `endpoint` to `target` say who sent them? Linux sees to it also while `target` is not accepted,
    since SO_PASSCRED may be set afterwards."""
    return passes_credentials(endpoint) or passes_credentials(target) or not target.references


def may_send(endpoint, target):
    """Does `target` receive from `endpoint`: has it no other peer?"""
    return target.peer is endpoint or target.peer is None and not target.orphaned


class Kernel:
    """Every table of the kernel. There is one, `kernel`; it takes its memory when it is first used."""

    def __init__(self):
        self.lock = KernelLock()
        self.settings = {name: LIMITS[name][0] for name in LIMITS}
        self.endpoints = ()
        self.descriptors = []
        self.abandoned = b""  # 1 for a descriptor whose socket object is gone
        self.names = {}  # names.key(): Endpoint
        self.unused = None
        self.live = 0
        self.owner = 1  # of new sockets: what stands for a process here
        self.in_flight = 0  # references that queued messages hold
        self.closed = None  # what a closed socket holds, made with the first socket
        self.streams = None  # the protocol of streams, set by connection.py

    def configure(self, **settings):
        """Set the sizes of `LIMITS`. Raises OSError(EBUSY) while a descriptor is open."""
        for name in settings:
            if name not in LIMITS:
                raise TypeError("no such setting: " + name)
            value = settings[name]
            if not isinstance(value, int) or isinstance(value, bool):
                raise TypeError(name + " must be an integer")
            least, most = LIMITS[name][1:]
            if not least <= value <= most:
                raise ValueError("%s must be from %d to %d" % (name, least, most))
            if name in ("ring", "records") and value & (value - 1):
                raise ValueError(name + " must be a power of two")
        with self.lock:
            if self.live or any(self.descriptors):
                raise error(c.EBUSY)
            self.settings.update(settings)
            self.endpoints = ()
            self.unused = None  # the old memory must be free when the new is taken
        # The old memory and the new need not both fit. Later the stack may hold addresses of the old.
        collect()

    def no_endpoint(self):
        """The endpoint of a socket that is not open: every call fails on it."""
        if self.closed is None:
            self.closed = make(Endpoint, -1, bytearray(2), 0)
            self.closed.protocol = self.streams
        return self.closed

    def start(self):
        """Take all memory, once."""
        if self.endpoints:
            return
        get = self.settings.get
        size, slots = get("ring"), get("records")
        arena = memoryview(bytearray(size * get("sockets")))
        self.unused = None
        made = []
        for i in range(get("sockets")):
            endpoint = make(Endpoint, i, arena[i * size : (i + 1) * size], slots)
            endpoint.free, self.unused = self.unused, endpoint
            made.append(endpoint)
        self.descriptors = [None] * get("descriptors")
        self.abandoned = bytearray(get("descriptors"))
        self.endpoints = made

    # endpoints

    def allocate(self, kind, owner):
        """A fresh endpoint with no reference yet. Raises OSError(ENFILE) when all are in use."""
        self.start()
        endpoint = self.unused
        if endpoint is None:
            raise error(c.ENFILE)
        if kind != c.SOCK_STREAM and not self.settings["records"]:
            raise error(c.ENOBUFS)
        self.unused = endpoint.free
        endpoint.free = None
        endpoint.reset(kind, owner)
        self.live += 1
        return endpoint

    def reclaim(self, endpoint):
        """Put a released endpoint back among the unused ones."""
        endpoint.reset(0, 0)
        endpoint.attend(c.NOT_OPEN)
        endpoint.free, self.unused = self.unused, endpoint
        self.live -= 1

    def route(self, endpoint):
        """Decide again who may append to whose ring without asking, after a change of `endpoint`."""
        endpoint.out = self._plain_inlet(endpoint)
        for other in self.senders_to(endpoint):
            other.out = self._plain_inlet(other)
        wake()

    def senders_to(self, endpoint):
        """The endpoints whose peer is `endpoint`: of a connection it is the one, of a datagram socket any number."""
        if endpoint.kind == c.SOCK_DGRAM:
            return [other for other in self.endpoints if other.peer is endpoint]
        return () if endpoint.peer is None else (endpoint.peer,)

    @staticmethod
    def _plain_inlet(endpoint):
        peer = endpoint.peer
        if peer is None or endpoint.shut & c.SEND or peer.shut & c.RECEIVE:
            return None
        if records_sender(endpoint, peer):
            return None
        if endpoint.kind != c.SOCK_STREAM and (endpoint.error or not may_send(endpoint, peer)):
            return None
        return peer.inlet

    def take_error(self, endpoint):
        """The endpoint's pending errno, which is reported once; 0 if there is none."""
        errno = endpoint.error
        if errno:
            endpoint.error = 0
            endpoint.relax(c.ERROR)
            self.route(endpoint)
        return errno

    def raise_error(self, endpoint):
        """Raise the endpoint's pending error, if there is one."""
        errno = self.take_error(endpoint)
        if errno:
            raise error(errno)

    # descriptors

    def vacancy(self):
        """The lowest free place in the table of descriptors. Raises OSError(EMFILE) when all are in use."""
        table = self.descriptors
        for i in range(len(table)):
            if table[i] is None:
                return i
        raise error(c.EMFILE)

    def descriptor(self, description):
        """The lowest free descriptor, made to refer to `description`. Raises OSError(EMFILE)."""
        i = self.vacancy()
        self.descriptors[i] = description
        description.references += 1
        return i + FIRST_DESCRIPTOR

    def description(self, fd):
        """What descriptor `fd` refers to. Raises OSError(EBADF)."""
        if not isinstance(fd, int):
            raise TypeError("descriptor must be an integer")
        i = fd - FIRST_DESCRIPTOR
        found = self.descriptors[i] if 0 <= i < len(self.descriptors) else None
        if found is None:
            raise error(c.EBADF)
        return found

    def forget(self, fd):
        """Free descriptor `fd`. Raises OSError(EBADF)."""
        description = self.description(fd)
        self.descriptors[fd - FIRST_DESCRIPTOR] = None
        self.unreference(description)

    def unreference(self, description):
        """One reference less; without any, the description is released when the lock is let go."""
        description.references -= 1
        if not description.references:
            self.lock.dying.append(description)
        elif description.references == description.in_flight:
            self.lock.suspicious = True

    def abandon(self, fd):
        """Close descriptor `fd` when the lock is let go next. For finalisers: takes no lock, allocates nothing."""
        self.abandoned[fd - FIRST_DESCRIPTOR] = 1
        self.lock.suspicious = True

    def forget_abandoned(self):
        """Close what was abandoned."""
        for i in range(len(self.abandoned)):
            if self.abandoned[i]:
                self.abandoned[i] = 0
                if self.descriptors[i] is not None:
                    self.forget(i + FIRST_DESCRIPTOR)


kernel = Kernel()
