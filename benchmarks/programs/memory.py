"""Heap: what `import afunix` and what is loaded later take and keep, and a pair of sockets beyond its rings."""

import gc

import timing

RING = 64
RECORDS = 16


def _free():
    gc.collect()
    return gc.mem_free()


def _imported(origin):
    gc.threshold(4096)  # what the files' own reading leaves behind is not to lie between what is kept
    start = before = _free()
    import afunix

    def taken(case):
        nonlocal before
        now = _free()
        timing.size(case + ", " + origin, timing.name, before - now)
        before = _free()

    taken("import afunix")
    if timing.native_file:
        timing.size("_afunix.mpy", timing.name, timing.native_file)
    afunix.kernel.start()
    taken("the memory of configure()")
    with afunix.socket() as server, afunix.socket() as client:
        server.bind("/server")
        server.listen()
        client.connect("/server")
        server.accept()[0].close()
        client.close()
    taken("streams, first used")
    _use_asyncio()
    before = _free()
    import afunix.aio

    taken("import afunix.aio")
    for sock in afunix.socketpair(afunix.AF_UNIX, afunix.SOCK_SEQPACKET):
        sock.close()
    taken("packets, first used")
    one, other = afunix.socketpair()
    afunix.send_fds(one, [b"x"], [one.fileno()])
    afunix.close(afunix.recv_fds(other, 1, 1)[1][0])
    one.close()
    other.close()
    del one, other
    taken("messages with descriptors, first used")
    with afunix.socket() as sock:
        sock.getsockopt(afunix.SOL_SOCKET, afunix.SO_ERROR)
    taken("options, first used")
    timing.size("all of that, " + origin, timing.name, start - _free())


def _use_asyncio():
    """Load what of it programs use anyway."""
    import asyncio

    async def nothing():
        pass

    asyncio.run(asyncio.wait_for(nothing(), 1))
    asyncio.Lock, asyncio.Event, asyncio.StreamReader  # noqa: B018


def frozen():
    _imported("frozen in")


def unfrozen():
    _imported("from .mpy files")


def _left(afunix, count):
    """How much heap is free once the kernel has taken its memory for `count` sockets."""
    afunix.configure(sockets=count, descriptors=8, ring=RING, records=RECORDS)
    afunix.kernel.start()
    return _free()


def sockets():
    import afunix

    few = _left(afunix, 8)
    fixed = (few - _left(afunix, 24)) // 8 - 2 * RING
    afunix.socketpair()
    before = _free()
    pair = afunix.socketpair()
    made = before - _free()
    del pair
    timing.size("a pair of sockets, taken once, beyond its rings", timing.name, fixed)
    timing.size("a pair of sockets, its two objects", timing.name, made)
