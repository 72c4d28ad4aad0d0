"""What board.py has in machine code, for interpreters that run none: only those get this file."""

blank = bytearray  # bytes cannot be written here


def copy(dst, to, src, at, n):
    dst[to : to + n] = memoryview(src)[at : at + n]


def seal(buffer, n):
    return bytes(memoryview(buffer)[:n])


def size_of(buffer):
    # Boards have no `itemsize`.
    return len(buffer) * len(bytes(memoryview(buffer)[:1]))


def is_bytes(data):
    return data.__class__ is memoryview and size_of(data) == len(data)
