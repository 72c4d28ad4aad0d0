"""Pipes, pipe(7): two endpoints, and one ring between them.

Who reads has one of the kernel's endpoints, into whose ring the other end writes. Who writes needs no ring: his
endpoint is made with the pipe and is none of the kernel's. So what runs for every message, waits, or passes descriptors
on takes an end of a pipe for a stream socket; `Endpoint.end` tells those who must not. Of the fields of an endpoint,

               state                                   shut            error        out
    reads      CONNECTED; IDLE once nobody writes      SEND            0            None
    writes     LISTENING: it never reads               SEND once       EPIPE then   the reader's ring; None then
                                                       nobody reads

which is what `poll` makes POLLHUP and POLLERR of. An end that is closed goes on being the other's peer until both are.
"""

from ..data.plane import Endpoint
from ..data.state import make
from ..host import const, micropython
from .lock import lock, make_room
from .stream import receive as receive
from .stream import send as send
from .tables import kernel

READS = 1
WRITES = 2
_READS = const(1)
_WRITES = const(2)
_STREAM = const(1)
_LISTENING = const(1)
_CONNECTED = const(2)
_SEND = const(2)
_FIRST = const(3)
_IDLE = const(0)
_EPIPE = const(32)
_WHOLE = const(11)  # in the control words of a ring: data/state.py
_INHERITED = const(5)
_NO_RING = const(2)  # bytes of one where nothing is ever queued
_NEVER = const(4)  # more than those

_ATOMIC = const(4096)  # Linux's PIPE_BUF


def atomic():
    """PIPE_BUF: so many bytes are written together or not at all, and fit where poll says that a pipe takes some."""
    return min(_ATOMIC, kernel.settings["ring"] // 2)


def open(protocol, nonblocking, inherited):
    """A new pipe; `protocol` is this module. Returns (descriptor to read from, descriptor to write to). Raises OSError:
    ENFILE, EMFILE."""
    make_room(1, 2)
    descriptors = kernel.descriptor(), kernel.descriptor()
    for descriptor in descriptors:
        descriptor[_INHERITED] = inherited
    whole = atomic()
    with lock:
        reader = kernel.spare(_STREAM)
        place = kernel.vacancy()
        places = place, kernel.vacancy(place)
        writer = make(Endpoint, -1, bytearray(_NO_RING), 0)
        result = places[0] + _FIRST, places[1] + _FIRST
        writer.protocol = protocol
        _open(reader, writer, nonblocking, whole, descriptors, places, protocol)
        return result


@micropython.native
def _open(reader, writer, nonblocking, whole, descriptors, places, protocol):
    owner = kernel.owner
    kernel.use(reader, _STREAM, owner, None, protocol)
    writer.open_for(reader.serial(), _STREAM, owner)  # none of the kernel's endpoints: the number may be the same
    reader.ctl[_WHOLE] = whole
    writer.ctl[_WHOLE] = _NEVER
    reader.end = _READS
    reader.state = _CONNECTED
    reader.shut = _SEND
    reader.peer = writer
    writer.end = _WRITES
    writer.state = _LISTENING
    writer.peer = reader
    writer.out = reader.inlet
    reader.nonblocking = writer.nonblocking = nonblocking
    kernel.install(places[0], descriptors[0], reader)
    kernel.install(places[1], descriptors[1], writer)


@micropython.native
def release(end):
    """One end is closed; the ring is free when both are. Called by release.py, as its own."""
    other = end.peer
    reads = end.end == _READS
    end.disown()
    end.out = None
    if reads:
        other.out = None
        other.shut = _SEND
        other.error = _EPIPE
    else:
        other.state = _IDLE
    kernel.unlist(end)
    if not other.serial():
        end.peer = other.peer = None
        kernel.reclaim(end if reads else other)
