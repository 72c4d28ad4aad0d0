"""Vectors of buffers as one, for what sends and receives in one piece."""

from ..host import bytes_of, copy, micropython, size_of


def joined(buffers):
    """The bytes of all `buffers`, which are bytes-like, in one."""
    buffers = [bytes_of(buffer) for buffer in buffers]
    if len(buffers) == 1:
        return buffers[0]
    data = bytearray(sum([size_of(buffer) for buffer in buffers]))
    at = 0
    for buffer in buffers:
        n = size_of(buffer)
        if at + n <= len(data):
            copy(data, at, buffer, 0, n)
        at += n
    return data


def whole(buffers):
    """(a buffer as large as all of them, their sizes), for `scatter`."""
    sizes = [size_of(buffer) for buffer in buffers]
    return bytearray(sum(sizes)), sizes


@micropython.native
def scatter(whole, buffers, sizes, n):
    """Copy the first `n` bytes of `whole` into `buffers`, one after the other, that had these sizes."""
    at = 0
    for i in range(len(buffers)):
        size = sizes[i]
        if size > n - at:
            size = n - at
        if size > 0:
            if size_of(buffers[i]) >= size:
                copy(buffers[i], 0, whole, at, size)
            at += size
