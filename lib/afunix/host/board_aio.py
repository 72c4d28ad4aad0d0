"""The MicroPython side of `aio`: many tasks wait for one socket, of which asyncio knows one reader and one writer; and
what becomes of a server when Ctrl-C ends asyncio.run."""

import asyncio
from asyncio import core

_IN = 1
_OUT = 4
_LONGEST = 16  # milliseconds between two looks at what nobody reports
_id = id  # a builtin name is found late

_behind = []  # (IOQueue, socket, side, task): who waits behind the task that asyncio knows for that side of the socket


class _Waiting:
    """What a waiting task has for its `data`: to cancel it takes it off asyncio's queue, and nobody else with it."""

    @staticmethod
    def remove(task):
        for place in _behind:
            if place[3] is task:
                _behind.remove(place)
                return
        queue = core._io_queue
        for entry in queue.map.values():
            for side in (0, 1):
                if entry[side] is task:
                    entry[side] = None
                    if entry[1 - side] is None:
                        queue._dequeue(entry[2])
                    else:
                        queue.poller.modify(entry[2], _IN if side else _OUT)
                    return


def _join(queue, s, side, task, entry):
    """Let `task` wait for the side 0 (reading) or 1 (writing) of `s`, for which others wait already."""
    if entry[side] is None:
        entry[side] = task
        queue.poller.modify(s, _IN | _OUT)
    else:
        _behind.append((queue, s, side, task))


def _leave(s, side, task):
    """`task` waits no more, whatever the reason: the next one has its place."""
    queue = core._io_queue
    current = core.cur_task
    if task.data is _Waiting:  # its coroutine was closed
        _Waiting.remove(task)
    for place in tuple(_behind):
        if place[0] is not queue:
            _behind.remove(place)  # of a loop that is gone
        elif place[1] is s and place[2] == side:
            entry = queue.map.get(_id(s))
            if entry is None or entry[side] is None:
                core.cur_task = place[3]
                try:
                    next(readable(s, side))  # asyncio is told, and nobody goes on from there
                    _behind.remove(place)
                finally:
                    core.cur_task = current
            return


def readable(s, side=0):
    """Wait until `s` can be read, or reports an error or its end."""
    queue = core._io_queue
    task = core.cur_task
    entries = queue.map
    key = _id(s)
    if key in entries:
        _join(queue, s, side, task, entries[key])
    else:
        entries[key] = [None, task, s] if side else [task, None, s]
        try:
            queue.poller.register(s, _OUT if side else _IN)
        except BaseException:
            del entries[key]
            # The poller keeps an empty entry of what it had no memory for, and poll() would crash over it. On the unix
            # port unregister() would, too, where it is not filled first.
            try:
                queue.poller.register(s, 0)
            finally:
                queue.poller.unregister(s)
            raise
    task.data = _Waiting
    try:
        yield
    finally:
        if _behind:
            _leave(s, side, task)


def writable(s):
    """Wait until `s` can be written, or reports an error or its end."""
    return readable(s, 1)


def turn():
    """Let the other tasks run."""
    core._task_queue.push(core.cur_task)
    yield


async def until(test, *arguments):
    """Wait until `test(*arguments)` is true, for what no socket reports. It is called a few times at first, and then
    every 16 milliseconds."""
    ms = 1
    while not test(*arguments):
        await core.sleep_ms(ms)
        if ms < _LONGEST:
            ms *= 2


# asyncio.run that an exception has ended leaves its tasks where they are, and they go on in the next one;
# asyncio.new_event_loop forgets them. Neither lets them close what they have opened.

_opened = []  # [socket, task, IOQueue, number of the run]
_run = 0
_programs = []  # (task, IOQueue) of each asyncio.run that has not returned
_running = 0  # of them are under way


def keep(sock, task):
    """`sock` was opened for `task`: see `bury`."""
    if not len(_opened) & 7:
        _opened[:] = [kept for kept in _opened if kept[0].fileno() >= 0 and not kept[1].done()]
    _opened.append([sock, task, core._io_queue, _run])


def pass_on(sock, task):
    """`sock`, which was kept for another task, is for `task` from now on."""
    for kept in _opened:
        if kept[0] is sock:
            kept[1] = task


def bury():
    """Close what was opened for tasks of a loop that is gone, or of an asyncio.run that ended with an exception; tasks
    that such a run has left are cancelled. What interrupts it leaves the rest to the next time."""
    queue = core._io_queue
    for kept in tuple(_opened):
        sock, task, former, run = kept
        if former is not queue or run != _run:
            if former is queue and task is not core.cur_task:
                task.cancel()
            sock.close()
            _opened.remove(kept)


def _end_programs():
    """Cancel what asyncio.run was called with when an exception ended it: it would go on beside the program that is
    run now, which may be the same one again."""
    core.cur_task = None  # it stays what ran last, and that cannot be cancelled
    while _programs:
        task, queue = _programs[-1]
        if queue is core._io_queue:
            task.cancel()
        _programs.pop()


def run(coro):
    """asyncio.run, with an eye on how it ends."""
    global _run, _running
    if core.cur_task is not None:
        _run += 1  # an earlier run, from before this module was there, was left by Ctrl-C
    if not _running:
        _end_programs()
    task = core.create_task(coro)
    _programs.append((task, core._io_queue))
    try:
        _running += 1
        result = core.run_until_complete(task)
    except BaseException:
        _run += 1
        raise
    finally:
        _running -= 1
    _programs.pop()
    _opened[:] = [kept for kept in _opened if kept[1] is not task]
    return result


asyncio.run = core.run = run
