"""Rings against a model of them in bytes, through sockets: on CPython, MicroPython and boards, in Python and in C."""

from random import getrandbits, seed

import afunix

SIZE = 64
RECORDS = 4
DATA = bytes([(7 * i + 3) & 255 for i in range(4 * SIZE)])


class Pair:
    """with Pair(kind) as (one, other): two connected sockets with small rings."""

    def __init__(self, kind):
        afunix.configure(ring=SIZE, records=RECORDS, sockets=2)
        self.sockets = afunix.socketpair(afunix.AF_UNIX, kind)
        for sock in self.sockets:
            sock.setblocking(False)

    def __enter__(self):
        return self.sockets

    def __exit__(self, kind, value, trace):
        for sock in self.sockets:
            sock.close()
        afunix.configure(ring=1024, records=16, sockets=16)


def every_offset(kind, step):
    """Every length, received in two parts, from every position in the ring."""
    with Pair(kind) as (one, other):
        stream = kind == afunix.SOCK_STREAM
        buffer = bytearray(SIZE)
        at = 0  # where in the ring the next byte goes
        for start in range(SIZE):
            for n in range(1, SIZE + 1, step):
                gap = (start - at) % SIZE
                if gap:
                    assert one.send(DATA[:gap]) == gap
                    assert other.recv(SIZE) == DATA[:gap]
                sent = DATA[start : start + n]
                assert one.send(sent) == n
                part = (n + 1) // 2
                assert other.recv(part, afunix.MSG_PEEK) == sent[:part], (start, n)
                if stream:
                    assert other.recv_into(buffer, part) == part
                    assert buffer[:part] == sent[:part], (start, n)
                    assert part == n or other.recv(SIZE + 1) == sent[part:], (start, n)
                else:
                    assert other.recv_into(buffer) == n
                    assert buffer[:n] == sent, (start, n)
                at = (start + n) % SIZE


def stream(rounds, number):
    """Sends and receives of random sizes, most of them of more than fits or is there."""
    seed(number)
    with Pair(afunix.SOCK_STREAM) as (one, other):
        model = b""
        buffer = bytearray(SIZE)
        for _ in range(rounds):
            n = getrandbits(7)
            what = getrandbits(3)
            if what < 4:
                data = DATA[getrandbits(6) :][:n]
                fits = min(n, SIZE - len(model))
                assert (one.write(data) or 0) == fits
                model += data[:fits]
            elif what == 4:
                assert (other.read(n) or b"") == model[:n]
                model = model[n:]
            elif what == 5:
                got = other.try_readinto(buffer)
                assert buffer[:got] == model[:SIZE]
                model = b""
            elif what == 6 and n and model:
                assert other.recv(n, afunix.MSG_PEEK) == model[:n]
            elif what == 7 and model:
                end = model.find(b"\n") + 1 or len(model)
                assert other.readline() == model[:end]
                model = model[end:]


def packets(kind, rounds, number):
    """Packets of random lengths, until the ring has no room for another or all its records are in use."""
    seed(number)
    with Pair(kind) as (one, other):
        model = []
        buffer = bytearray(SIZE)
        for _ in range(rounds):
            n = getrandbits(6) + 1
            what = getrandbits(2)
            if what < 2:
                data = DATA[getrandbits(6) :][:n]
                fits = len(model) < RECORDS and sum([len(packet) for packet in model]) + n <= SIZE
                assert one.write(data) == (n if fits else None)
                if fits:
                    model.append(data)
            elif model and what == 2:
                assert other.recv(n) == model.pop(0)[:n]
            elif model:
                packet = model.pop(0)
                assert other.try_readinto(buffer) == len(packet)
                assert buffer[: len(packet)] == packet
            else:
                assert other.try_readinto(buffer) == 0
