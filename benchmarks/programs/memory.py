"""Heap: what `import afunix` takes and keeps, and a pair of sockets beyond its rings."""

import gc

import timing

RING = 64
RECORDS = 16


def _free():
    gc.collect()
    return gc.mem_free()


def _imported(origin):
    before = _free()
    import afunix  # noqa: F401

    timing.size("import afunix, " + origin, timing.name, before - _free())


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
