"""Calls that are wrong, to show that the sweeps see it: they are no calls of afunix, and stop half-way."""

from scenario import scenario

import afunix


def _two_steps(first, second):
    first()
    for _ in range(2):  # where MicroPython looks for Ctrl-C
        bytearray(1)
    second()


@scenario("planted", "half-done", kinds=("interrupt", "line", "opcode", "memory", "heap"))
def _(w):
    one, other = w.socket(), w.socket()
    return lambda: _two_steps(lambda: one.bind("/one"), lambda: other.bind("/other"))


@scenario("planted", "a lost answer", answers=True, kinds=("interrupt", "memory", "heap"))
def _(w):
    def call():
        made = afunix.socketpair()
        for _ in range(2):
            bytearray(1)
        return made

    return call


@scenario("planted", "lost data", answers=True, kinds=("interrupt", "memory", "heap"))
def _(w):
    one, other = w.pair()
    other.send(b"data")

    def call():
        data = one.recv(4)
        for _ in range(2):
            bytearray(1)
        return data

    return call


@scenario("planted", "fails when it must not", cannot_fail=True, kinds=("memory", "heap"))
def _(w):
    one, _ = w.pair()

    def call():
        bytearray(1)
        one.close()

    return call


@scenario("planted", "a lost interrupt", kinds=("interrupt",))
def _(w):
    one, _ = w.pair()

    def call():
        try:
            for _ in range(2):
                pass
        except KeyboardInterrupt:
            pass
        one.close()

    return call
