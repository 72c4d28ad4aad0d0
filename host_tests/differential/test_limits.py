"""Small buffers, filled to the brim: what was accepted comes out, all of it, in order and once; on afunix alone, for
the limits are its own."""

import select
import socket
from errno import EAGAIN, EMSGSIZE, ETOOMANYREFS

from hypothesis import given, settings
from hypothesis import strategies as st
from twins import DGRAM, SEQ, STREAM

import afunix
from afunix.kernel import kernel

RIGHTS = 8
SMALL = {"sockets": 8, "ring": 64, "records": 4, "rights": RIGHTS, "descriptors": 32}

# (what, how many bytes)
steps = st.lists(
    st.tuples(st.sampled_from(["send", "send", "rights", "receive", "receive", "look"]), st.integers(0, 80)),
    max_size=60,
)
explored = settings(max_examples=150, deadline=None, database=None, derandomize=True)


class Channel:
    """A pair of sockets, and what must come out of it."""

    def __init__(self, kind):
        afunix.configure(**SMALL)
        self.kind = kind
        self.sender, self.receiver = afunix.socketpair(type=kind)
        self.sender.setblocking(False)
        self.receiver.setblocking(False)
        self.queue = []  # for each byte, or packet: (value, how many rights came with it)
        self.number = 0

    def data(self, size):
        self.number += 1
        return bytes([(self.number * 7 + i) % 251 for i in range(size)])

    def send(self, size, rights=0):
        """Send, and check what must hold of the answer."""
        data = self.data(size)
        fds = [self.sender.fileno()] * rights
        in_flight = kernel.in_flight
        try:
            sent = afunix.send_fds(self.sender, [data], fds) if rights else self.sender.send(data)
        except OSError as failure:
            assert kernel.in_flight == in_flight
            return failure.errno
        if self.kind == STREAM:
            assert 0 < sent <= size or not size
            self.queue += [(data[i : i + 1], rights if not i else 0) for i in range(sent)]
        else:
            assert sent == size
            self.queue.append((data, rights))
        return 0

    def receive(self, size):
        """Receive with room for everything that may come with it: (data, how many rights)."""
        data, fds, _, _ = afunix.recv_fds(self.receiver, size, RIGHTS)
        for fd in fds:
            afunix.close(fd)
        return data, len(fds)

    def check(self, data, rights):
        """`data` and `rights` are next in the queue."""
        if self.kind != STREAM:
            sent, came = self.queue.pop(0)
            assert sent[: len(data)] == data and came == rights
            return
        taken, self.queue = self.queue[: len(data)], self.queue[len(data) :]
        assert data == b"".join(byte for byte, _ in taken)
        assert rights == sum(came for _, came in taken)

    def drain(self):
        """Receive the rest; then everything is as it was."""
        while self.queue:
            self.check(*self.receive(200))
        assert not kernel.in_flight
        try:
            left = self.receiver.recv(1)
        except BlockingIOError:
            left = None
        assert left is None

    def close(self):
        self.sender.close()
        self.receiver.close()
        assert kernel.live == 0 and not any(kernel.descriptors)


def _check_send(channel, size, rights):
    """Send; a refusal has a reason, and so has success."""
    queued = sum(len(data) for data, _ in channel.queue)
    if channel.kind == STREAM:
        fits = size == 0 or queued < SMALL["ring"]
    else:
        fits = size <= SMALL["ring"] - queued and len(channel.queue) < SMALL["records"]
    few = kernel.in_flight + rights <= RIGHTS or channel.kind == STREAM and not size
    too_big = size > SMALL["ring"] and channel.kind != STREAM
    refused = channel.send(size, rights)
    assert refused in (0, EAGAIN, EMSGSIZE, ETOOMANYREFS)
    assert (refused == EMSGSIZE) == too_big
    assert (refused == 0) == (fits and few)
    if refused == ETOOMANYREFS:
        assert not few


def _run(kind, program):
    channel = Channel(kind)
    try:
        for what, size in program:
            if what in ("send", "rights"):
                _check_send(channel, size, size % 4 + 1 if what == "rights" else 0)
            elif not channel.queue:
                assert channel.receiver.ioctl(3, select.POLLIN) == 0
            elif what == "look":
                look = channel.receiver.recv(size or 1, socket.MSG_PEEK)
                assert look == b"".join(data for data, _ in channel.queue)[: len(look)]
            else:
                channel.check(*channel.receive(max(size, kind == STREAM)))
        channel.drain()
    finally:
        channel.close()


@explored
@given(steps)
def test_stream(program):
    _run(STREAM, program)


@explored
@given(steps)
def test_datagrams(program):
    _run(DGRAM, program)


@explored
@given(steps)
def test_seqpackets(program):
    _run(SEQ, program)


@explored
@given(st.sampled_from([STREAM, DGRAM, SEQ]), st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_writable_means_that_a_small_message_fits(kind, sizes):
    channel = Channel(kind)
    try:
        for size in sizes:
            writable = channel.sender.ioctl(3, select.POLLOUT)
            refused = channel.send(size)
            assert not (writable and refused) or size > SMALL["ring"] // 2
            if refused:
                assert refused == EAGAIN
                channel.check(*channel.receive(200))
        channel.drain()
        assert channel.sender.ioctl(3, select.POLLOUT)
    finally:
        channel.close()
