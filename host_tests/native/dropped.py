# Runs on MicroPython: sockets are dropped without close, connected, listening, full, in flight; all get closed.
import gc
import random

import afunix
from afunix.kernel import kernel

EXPECTED = (9, 11, 23, 24, 28, 32, 104, 107, 109, 111)
KINDS = (afunix.SOCK_STREAM, afunix.SOCK_DGRAM, afunix.SOCK_SEQPACKET)
kept = []


def forget(depth):
    # What lies on the stack keeps objects alive.
    filling = [0] * 64
    return forget(depth - 1) if depth else filling[0]


def send_something():
    a, _ = kept[-1]
    a.setblocking(False)
    a.send(bytes(random.randrange(1, 300)))


def send_a_socket():
    a, _ = kept[-1]
    c, d = afunix.socketpair()
    a.setblocking(False)
    afunix.send_fds(a, [b"r"], [c.fileno()])
    if random.randrange(2):
        a.close()


def listen_for_nobody(i):
    listener = afunix.socket()
    listener.bind("/name" + str(i))
    listener.listen(3)
    client = afunix.socket()
    client.connect("/name" + str(i))


def step(i):
    what = random.randrange(8)
    try:
        if what < 3:
            kept.append(afunix.socketpair(type=random.choice(KINDS)))
        elif what == 7:
            listen_for_nobody(i)
        elif not kept:
            pass
        elif what < 5:
            kept.pop(random.randrange(len(kept)))
        elif what == 5:
            send_something()
        else:
            send_a_socket()
    except OSError as error:
        if error.errno not in EXPECTED:
            raise
    if i % 3 == 0:
        forget(8)
        gc.collect()


random.seed(3)
for i in range(3000):
    step(i)
kept.clear()
for _ in range(3):
    forget(20)
    gc.collect()
    afunix.socket().close()
print(kernel.live, sum([d is not None for d in kernel.descriptors]), kernel.bound, kernel.in_flight)
