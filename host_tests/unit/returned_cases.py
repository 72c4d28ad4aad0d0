# ruff: noqa: UP031  (MicroPython runs it too)
"""What a call of several steps had taken when Ctrl-C ended it is there for the next call, whichever that is."""

import struct
import sys

import afunix
from afunix.kernel import operation

# On CPython a call that is interrupted is taken back where the ring has room for that: its bytes are not given back.
TAKEN_BACK = sys.implementation.name != "micropython"
RING = 64
HEAD, TAIL = b"what was taken, ", b"and the rest\n"
_POLLIN = 1


def _socketpair():
    afunix.configure(ring=RING, sockets=8, descriptors=8)
    return afunix.socketpair()


def _interrupted(call, *args):
    """Let Ctrl-C come when the call begins to wait for more."""

    def interrupt(seen, until):
        raise KeyboardInterrupt

    true = operation.pause
    operation.pause = interrupt
    try:
        answer = call(*args)
    except KeyboardInterrupt:
        return
    finally:
        operation.pause = true
    raise AssertionError("it did not wait, and answers %r" % (answer,))


def _given_back():
    """A pair of sockets: of the first a call had taken HEAD, and TAIL has come since."""
    one, other = _socketpair()
    other.send(HEAD)
    _interrupted(one.read, 50)
    assert one._d[0].queued() == TAKEN_BACK * len(HEAD)  # in the ring
    other.send(TAIL)
    return one, other


def _close(*socks):
    for sock in socks:
        sock.close()


# Calls that take what there is and wait for more.
TAKE = {
    "read": lambda sock: sock.read(50),
    "read, all": lambda sock: sock.read(),
    "readline": lambda sock: sock.readline(),
    "readinto": lambda sock: sock.readinto(bytearray(50)),
    "recv": lambda sock: sock.recv(50, afunix.MSG_WAITALL),
    "recv_into": lambda sock: sock.recv_into(bytearray(50), 50, afunix.MSG_WAITALL),
    "recvmsg": lambda sock: sock.recvmsg(50, 64, afunix.MSG_WAITALL),
    "recvmsg_into": lambda sock: sock.recvmsg_into([bytearray(20), bytearray(30)], 64, afunix.MSG_WAITALL),
}


def taken_by(call):
    """Once, and again by a call that begins with what the first gave back."""
    one, other = _socketpair()
    other.send(HEAD)
    for _ in range(3):
        _interrupted(TAKE[call], one)
    other.send(TAIL)
    _interrupted(one.readinto, bytearray(50))
    assert one.recv(5) == HEAD[:5]
    _interrupted(TAKE[call] if call != "readline" else TAKE["read"], one)
    assert one.read(len(HEAD + TAIL) - 5) == (HEAD + TAIL)[5:]
    _close(one, other)


def _into(receive, n):
    buffer = bytearray(n)
    got = receive(buffer)
    return bytes(buffer[: got if isinstance(got, int) else got[0]])


# Calls that get what was given back, and how many bytes they ask for.
GET = {
    "recv": lambda sock, n: sock.recv(n),
    "recv, all": lambda sock, n: sock.recv(n, afunix.MSG_WAITALL),
    "recv_into": lambda sock, n: _into(sock.recv_into, n),
    "recv_into, all": lambda sock, n: _into(lambda buffer: sock.recv_into(buffer, n, afunix.MSG_WAITALL), n),
    "recvfrom": lambda sock, n: sock.recvfrom(n)[0],
    "recvfrom_into": lambda sock, n: _into(sock.recvfrom_into, n),
    "recvmsg": lambda sock, n: sock.recvmsg(n, 64)[0],
    "recvmsg, all": lambda sock, n: sock.recvmsg(n, 64, afunix.MSG_WAITALL)[0],
    "recvmsg_into, all": lambda sock, n: _into(lambda b: sock.recvmsg_into([b], 64, afunix.MSG_WAITALL), n),
    "read": lambda sock, n: sock.read(n),
    "readinto": lambda sock, n: _into(sock.readinto, n),
    "readline": lambda sock, n: sock.readline(n),
}


def got_by(call):
    """In pieces of each size, and with credentials and rights behind it."""
    whole = HEAD + TAIL
    for n in (1, 3, len(HEAD), len(HEAD) + 1, len(whole)):
        for marked in (False, True):
            one, other = _given_back()
            if marked:
                one.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
                rights = [(afunix.SOL_SOCKET, afunix.SCM_RIGHTS, struct.pack("i", other.fileno()))]
                other.sendmsg([b"more\n"], rights)
            got = b""
            while len(got) < len(whole):
                got += GET[call](one, min(n, len(whole) - len(got)))
            assert got == whole, got
            if marked:
                data, ancillary = one.recvmsg(9, 64)[:2]
                assert data == b"more\n" and len(ancillary) == 2, (data, ancillary)
                afunix.close(struct.unpack("i", ancillary[1][2])[0])
            one.setblocking(False)
            assert one.read(1) is None
            _close(one, other)


def looks():
    """poll, ioctl, MSG_PEEK and SO_PEEK_OFF see it, and so does another handle of the same socket."""
    one, other = _socketpair()
    other.send(HEAD)
    _interrupted(one.read, 50)
    copy = one.dup()
    for sock in (one, copy):
        assert sock.ioctl(3, _POLLIN) == _POLLIN
        assert afunix.ioctl(sock, afunix.FIONREAD) == len(HEAD)
        assert sock.recv(50, afunix.MSG_PEEK) == HEAD
    assert afunix.ioctl(other, afunix.SIOCOUTQ) == len(HEAD)
    assert TAKEN_BACK or one.try_readinto(bytearray(9)) == 0  # not for an interrupt handler
    other.send(TAIL)
    assert afunix.ioctl(other, afunix.SIOCOUTQ) == len(HEAD + TAIL)
    one.setsockopt(afunix.SOL_SOCKET, afunix.SO_PEEK_OFF, 0)
    seen = b""
    while len(seen) < len(HEAD + TAIL):
        seen += one.recv(5, afunix.MSG_PEEK)
    assert seen == HEAD + TAIL
    assert copy.recv(len(HEAD)) + one.recv(50) == HEAD + TAIL
    assert one.ioctl(3, _POLLIN) == 0 and afunix.ioctl(one, afunix.FIONREAD) == 0
    _close(one, other, copy)


def looks_in_parts():
    """Where two calls gave something back: the later one's comes first, since it began with it."""
    one, other = _socketpair()
    other.send(HEAD)
    _interrupted(one.readline)
    assert one.recv(4) == HEAD[:4]
    assert one.recv(50, afunix.MSG_PEEK) == HEAD[4:]
    _interrupted(one.read, 50)
    other.send(TAIL)
    _interrupted(one.read, 50)
    assert afunix.ioctl(one, afunix.FIONREAD) == len(HEAD + TAIL) - 4
    assert one.read(len(HEAD + TAIL) - 4) == (HEAD + TAIL)[4:]
    _close(one, other)


def no_room(call):
    """Its room in the ring was in use again when the call was interrupted."""
    one, other = _socketpair()
    other.send(HEAD)
    more = bytes([97 + i % 26 for i in range(RING)])

    def send_and_interrupt(seen, until):
        assert other.send(more) == RING
        raise KeyboardInterrupt

    true = operation.pause
    operation.pause = send_and_interrupt
    try:
        TAKE[call](one)
        raise AssertionError("no error")
    except KeyboardInterrupt:
        pass
    finally:
        operation.pause = true
    assert one._d[0].queued() == RING
    assert one.try_readinto(bytearray(9)) == 0  # not for an interrupt handler
    assert one.ioctl(3, _POLLIN) == _POLLIN
    assert afunix.ioctl(one, afunix.FIONREAD) == afunix.ioctl(other, afunix.SIOCOUTQ) == len(HEAD) + RING
    assert one.recv(50, afunix.MSG_PEEK) == HEAD
    assert one.recv(5) == HEAD[:5]
    assert one.read(len(HEAD) - 5 + RING) == HEAD[5:] + more
    _close(one, other)


def urgent():
    """An urgent byte is behind it."""
    one, other = _given_back()
    other.send(b"!", afunix.MSG_OOB)
    assert afunix.ioctl(one, afunix.SIOCATMARK) == 0
    assert one.recv(1, afunix.MSG_OOB) == b"!"
    assert one.recv(len(HEAD)) + one.recv(50) == HEAD + TAIL
    assert afunix.ioctl(one, afunix.SIOCATMARK) == 1
    _close(one, other)


def closed():
    """Who closes its socket has not read it, and the next socket has nothing of it."""
    one, other = _socketpair()
    other.send(HEAD)
    _interrupted(one.read, 50)
    one.close()
    try:
        other.recv(1)
        raise AssertionError("no error")
    except OSError as failure:
        assert failure.errno == afunix.ECONNRESET
    other.close()
    pairs = [afunix.socketpair() for _ in range(4)]
    for pair in pairs:
        for sock in pair:
            sock.setblocking(False)
            assert sock.read(1) is None and sock.ioctl(3, _POLLIN) == 0
    _close(*[sock for pair in pairs for sock in pair])


def closed_meanwhile():
    """A call whose socket is closed while it waits has nothing to give back; a duplicate of it has."""
    for with_copy in (False, True):
        one, other = _socketpair()
        copy = one.dup() if with_copy else None
        other.send(HEAD)

        def close_and_interrupt(seen, until, one=one):
            afunix.close(one.fileno())
            raise KeyboardInterrupt

        true = operation.pause
        operation.pause = close_and_interrupt
        try:
            one.read(50)
            raise AssertionError("no error")
        except KeyboardInterrupt:
            pass
        operation.pause = true
        if with_copy:
            assert copy.recv(50) == HEAD
            copy.close()
        other.close()


def shrunk():
    """The buffer became smaller while the call waited: what it had room for is lost with that."""
    one, other = _socketpair()
    other.send(HEAD)
    buffer = bytearray(50)

    def shrink_and_interrupt(seen, until):
        buffer[:] = b"x" * 5
        raise KeyboardInterrupt

    true = operation.pause
    operation.pause = shrink_and_interrupt
    try:
        one.readinto(buffer)
        raise AssertionError("no error")
    except KeyboardInterrupt:
        pass
    operation.pause = true
    assert one.recv(50) == b"x" * 5
    _close(one, other)


def text():
    """A file of text reads ahead: what it has is there after it was interrupted."""
    one, other = _socketpair()
    file = one.makefile("r")
    other.send(b"one line, \xc3")
    _interrupted(file.readline)
    other.send(b"\xa4h\nanother\n")
    assert file.readline() == "one line, \u00e4h\n"
    assert file.readline() == "another\n"
    _close(file, one, other)


CASES = (
    ["taken_by(%r)" % call for call in TAKE]
    + ["no_room(%r)" % call for call in TAKE]
    + ["got_by(%r)" % call for call in GET]
    + ["looks()", "looks_in_parts()", "urgent()", "closed()", "closed_meanwhile()"]
)
# CPython's files are its own affair, and its buffers keep their size while they are in use.
ON_BOARDS = ["text()", "shrunk()"]
