"""A queue of objects between threads, interrupt handlers and asyncio tasks, to compare with.

Written from the documentation of Peter Hinch's ThreadSafeQueue: a ring of fixed size, `put_sync` and `get_sync` that
raise IndexError instead of waiting, and the asyncio methods `put` and `get`. One producer and one consumer.
"""

import asyncio


class ThreadSafeQueue:
    """Holds up to `size` - 1 objects."""

    def __init__(self, size):
        self._ring = [None] * size
        self._size = size
        self._write = self._read = 0
        self._filled = asyncio.ThreadSafeFlag()
        self._emptied = asyncio.ThreadSafeFlag()

    def full(self):
        return (self._write + 1) % self._size == self._read

    def empty(self):
        return self._write == self._read

    def put_sync(self, value):
        after = (self._write + 1) % self._size
        if after == self._read:
            raise IndexError
        self._ring[self._write] = value
        self._write = after
        self._filled.set()

    def get_sync(self):
        if self._write == self._read:
            raise IndexError
        value = self._ring[self._read]
        self._read = (self._read + 1) % self._size
        self._emptied.set()
        return value

    async def put(self, value):
        while self.full():
            await self._emptied.wait()
        self.put_sync(value)

    async def get(self):
        while self.empty():
            await self._filled.wait()
        return self.get_sync()
