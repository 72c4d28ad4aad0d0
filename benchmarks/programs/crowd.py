"""Whether a message, or a name, costs more the more sockets and names there are."""

import timing
from messages import exchange

COUNTS = (4, 16, 64, 128, 256)
NAMES = (1, 16, 64)
ROUNDS = 10


def to_name(n, sendto, recv_into, data, name, buffer):
    for _ in range(n):
        sendto(data, name)
        recv_into(buffer)


def sockets():
    import afunix

    data, buffer = bytes(64), bytearray(64)
    counts = COUNTS
    if timing.BOARD and "python" in timing.name:
        counts = COUNTS[:-1]  # so many are too much for a Pico's heap
    afunix.configure(sockets=counts[-1], descriptors=counts[-1], ring=64, records=0)
    a, b = afunix.socketpair()
    made = [a, b]
    for count in counts:
        while len(made) < count:
            made.append(afunix.socket())
        case = "stream, 64 B, among %d sockets" % count
        timing.rounds(case, timing.name, ROUNDS, exchange, a.send, b.recv_into, data, buffer)


def names():
    import afunix

    data, buffer = bytes(64), bytearray(64)
    most = max(NAMES)
    afunix.configure(sockets=most + 1, descriptors=most + 1, names=most, ring=128, records=2)
    sender = afunix.socket(type=afunix.SOCK_DGRAM)
    made = []
    for count in NAMES:
        while len(made) < count:
            made.append(afunix.socket(type=afunix.SOCK_DGRAM))
            made[-1].bind("/service/%d" % len(made))
        last = made[-1]
        timing.rounds(
            "sendto a name, 64 B, among %d names" % count,
            timing.name,
            ROUNDS,
            to_name,
            sender.sendto,
            last.recv_into,
            data,
            last.getsockname(),
            buffer,
        )
