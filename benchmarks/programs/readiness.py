"""What select.poll costs for some watched objects of which one is ready."""

import select

import micropython
import timing

WATCHED = (1, 16, 64)
ROUNDS = 5


def ask(n, ipoll):
    for _ in range(n):
        for _ in ipoll(0):
            pass


def case(objects, who):
    poller = select.poll()
    for one in objects:
        poller.register(one, select.POLLIN)
    timing.rounds("poll, 1 of %d ready" % len(objects), who, ROUNDS, ask, poller.ipoll)


def others():
    for count in WATCHED:
        rings = [micropython.RingIO(4) for _ in range(count)]
        rings[0].write(b"x")
        case(rings, "RingIO")


def sockets():
    import afunix

    afunix.configure(sockets=max(WATCHED) + 2, descriptors=max(WATCHED) + 2, ring=64, records=0)
    made = []
    for count in WATCHED:
        while len(made) < count:
            made.extend(afunix.socketpair())
        if count == 1:
            made[1].send(b"x")
        case(made[:count], timing.name)


def system():
    import system

    made = []
    for count in WATCHED:
        while len(made) < count:
            made.extend(system.pair(1))
        if count == 1:
            made[1].write(b"x")
        case(made[:count], "Linux")
