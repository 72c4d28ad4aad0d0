"""What a message costs: one goes in and comes out, in the same task."""

from collections import deque

import micropython
import timing
from thread_safe_queue import ThreadSafeQueue

KINDS = (("stream", 1), ("datagram", 2), ("seqpacket", 5))
SIZES = (1, 16, 64, 256, 1024)
ROUNDS = 20


def exchange(n, write, read, data, buffer):
    for _ in range(n):
        write(data)
        read(buffer)


def through_sockets(n, a, b, data, buffer):
    for _ in range(n):
        a.send(data)
        b.recv_into(buffer)


def to_name(n, sendto, receive, data, buffer):
    for _ in range(n):
        sendto(data, "/server")
        receive(buffer)


def through_ring(n, ring, data, buffer):
    for _ in range(n):
        ring.write(data)
        ring.readinto(buffer)


def hand_over(n, put, get, data):
    for _ in range(n):
        put(data)
        get()


def allocating(n, send, recv, data, size):
    for _ in range(n):
        send(data)
        recv(size)


def others():
    for size in SIZES:
        data, buffer = bytes(size), bytearray(size)
        ring = micropython.RingIO(2 * size)
        case = "stream, %d B" % size
        timing.rounds(case, "RingIO", ROUNDS, exchange, ring.write, ring.readinto, data, buffer)
        if size == 64:
            timing.rounds(case, "RingIO, looked up", ROUNDS, through_ring, ring, data, buffer)
    data = bytes(64)
    queue = deque((), 4)
    timing.rounds("object, 64 B", "deque", ROUNDS, hand_over, queue.append, queue.popleft, data)
    queue = ThreadSafeQueue(4)
    timing.rounds("object, 64 B", "ThreadSafeQueue", ROUNDS, hand_over, queue.put_sync, queue.get_sync, data)


def system():
    import system

    for word, kind in KINDS:
        for size in SIZES:
            a, b = system.pair(kind)
            data, buffer = bytes(size), bytearray(size)
            timing.rounds("%s, %d B" % (word, size), "Linux", ROUNDS, exchange, a.write, b.readinto, data, buffer)
            a.close()
            b.close()


def sockets():
    import afunix

    for word, kind in KINDS:
        for size in SIZES:
            a, b = afunix.socketpair(type=kind)
            case = "%s, %d B" % (word, size)
            data, buffer = bytes(size), bytearray(size)
            timing.rounds(case, timing.name, ROUNDS, exchange, a.send, b.recv_into, data, buffer)
            if size == 64:
                _ways(case, a, b, data, buffer)
            a.close()
            b.close()
    _datagrams(afunix)


def _datagrams(afunix):
    """Of a server with a name, and a client."""
    server, client = afunix.socket(type=afunix.SOCK_DGRAM), afunix.socket(type=afunix.SOCK_DGRAM)
    server.bind("/server")
    data, buffer = bytes(64), bytearray(64)
    case = "datagram, 64 B, "
    timing.rounds(
        case + "sendto, recvfrom_into", timing.name, ROUNDS, to_name, client.sendto, server.recvfrom_into, data, buffer
    )
    client.connect("/server")
    timing.rounds(
        case + "a client that connected", timing.name, ROUNDS, exchange, client.send, server.recv_into, data, buffer
    )


def _ways(case, a, b, data, buffer):
    who = timing.name
    timing.rounds(case, who + ", looked up", ROUNDS, through_sockets, a, b, data, buffer)
    timing.rounds(case + ", write, readinto", who, ROUNDS, exchange, a.write, b.readinto, data, buffer)
    timing.rounds(case + ", try_write, try_readinto", who, ROUNDS, exchange, a.try_write, b.try_readinto, data, buffer)
    timing.rounds(case + ", recv", who, ROUNDS, allocating, a.send, b.recv, data, len(data))
    a.send(b"x")
    b.recv(1)
    # From here on the ring's bytes are no more aligned as the message's are.
    timing.rounds(case + ", unaligned", who, ROUNDS, exchange, a.send, b.recv_into, data, buffer)
