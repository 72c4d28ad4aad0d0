"""Messages without a byte from the heap: it is locked while they go. And what is closed leaves nothing behind.

The code of the cases itself must not allocate either: no closures, no tuples, no numbers that are not small.
"""

import gc
import select

import micropython

import afunix

MESSAGE = b"0123456789abcdef0123456789abcde\n"


def _pair(kind):
    one, other = afunix.socketpair(afunix.AF_UNIX, kind)
    return one, other, bytearray(len(MESSAGE))


def _done(one, other, buffer):
    assert buffer == MESSAGE
    one.close()
    other.close()


def send_recv_into(kind, rounds):
    one, other, buffer = _pair(kind)
    micropython.heap_lock()
    try:
        for _ in range(rounds):
            one.send(MESSAGE)
            other.recv_into(buffer)
    finally:
        micropython.heap_unlock()
    _done(one, other, buffer)


def write_readinto(kind, rounds):
    one, other, buffer = _pair(kind)
    micropython.heap_lock()
    try:
        for _ in range(rounds):
            one.write(MESSAGE)
            other.readinto(buffer)
    finally:
        micropython.heap_unlock()
    _done(one, other, buffer)


def try_write_try_readinto(kind, rounds):
    one, other, buffer = _pair(kind)
    done = 0
    micropython.heap_lock()
    try:
        for _ in range(rounds):
            done += one.try_write(MESSAGE)
            done -= other.try_readinto(buffer)
            done += other.try_readinto(buffer)  # nothing is there
    finally:
        micropython.heap_unlock()
    assert done == 0
    _done(one, other, buffer)


def other_buffers(kind, rounds):
    """Buffers that are no bytes or bytearray, and a part of one."""
    one, other, buffer = _pair(kind)
    view = memoryview(MESSAGE)
    writable = memoryview(buffer)
    n = len(MESSAGE)
    one.write(view)  # what this needs is loaded now
    other.readinto(writable)
    micropython.heap_lock()
    try:
        for _ in range(rounds):
            one.send(view)
            other.recv_into(writable)
            one.sendall(view)
            other.recv_into(buffer, n)
            one.write(view)
            other.readinto(writable)
    finally:
        micropython.heap_unlock()
    _done(one, other, buffer)


def peek(kind, rounds):
    """Not the plain case: through the control plane, its lock and all."""
    one, other, buffer = _pair(kind)
    micropython.heap_lock()
    try:
        for _ in range(rounds):
            one.send(MESSAGE)
            other.recv_into(buffer, 4, 2)  # MSG_PEEK
            other.recv_into(buffer)
    finally:
        micropython.heap_unlock()
    _done(one, other, buffer)


def poll(kind, rounds):
    one, other, buffer = _pair(kind)
    poller = select.poll()
    poller.register(other, select.POLLIN)
    for _ in poller.ipoll(0):  # makes the tuple that all later calls use again
        pass
    one.send(MESSAGE)
    for _ in poller.ipoll(0):
        pass
    other.recv_into(buffer)
    ready = 0
    micropython.heap_lock()
    try:
        for _ in range(rounds):
            for _ in poller.ipoll(0):
                ready -= 1
            one.write(MESSAGE)
            for sock, events in poller.ipoll(0):
                ready += events
                sock.readinto(buffer)
    finally:
        micropython.heap_unlock()
    assert ready == rounds * select.POLLIN
    _done(one, other, buffer)


def _later(one, rounds):
    import time

    for _ in range(rounds):
        time.sleep(0.001)
        one.send(MESSAGE)


def waiting(kind, rounds):
    """Receive what another thread has not sent yet."""
    import _thread

    one, other, buffer = _pair(kind)
    other.settimeout(30)
    _thread.start_new_thread(_later, (one, rounds))
    micropython.heap_lock()  # this thread's
    try:
        for _ in range(rounds):
            other.recv_into(buffer)
    finally:
        micropython.heap_unlock()
    _done(one, other, buffer)


def recv(kind):
    """recv allocates the bytes that it returns and nothing else."""
    one, other, buffer = _pair(kind)
    n = len(MESSAGE)
    for _ in range(2):  # the first time is to warm up
        one.send(MESSAGE)
        gc.collect()
        before = gc.mem_alloc()
        received = other.recv(n)
        between = gc.mem_alloc()
        like = bytes(buffer)
        after = gc.mem_alloc()
    assert received == MESSAGE and len(like) == n
    assert between - before <= after - between, (between - before, after - between)
    other.close()
    one.close()


def _connection(listener, name):
    client = afunix.socket()
    client.connect(name)
    server, _ = listener.accept()
    afunix.send_fds(client, [MESSAGE], [client.fileno(), listener.fileno()])
    if client.fileno() & 1:
        _, fds, _, _ = afunix.recv_fds(server, 64, 2)
        for fd in fds:
            afunix.close(fd)
    client.close()
    server.close()
    for name in ("/bound", "\0bound"):
        sock = afunix.socket(afunix.AF_UNIX, afunix.SOCK_DGRAM)
        sock.bind(name)
        sock.sendto(MESSAGE, name)
        sock.close()


def close(rounds):
    """Connections, names and rights come and go, and the heap is as full as before."""
    listener = afunix.socket()
    listener.bind("/listener")
    listener.listen()
    for _ in range(10):
        _connection(listener, "/listener")
    gc.collect()
    before = gc.mem_alloc()
    for _ in range(rounds):
        _connection(listener, "/listener")
    gc.collect()
    after = gc.mem_alloc()
    listener.close()
    # One byte lost per round would fill blocks of at least 16.
    assert after - before < 16 * rounds // 4, (before, after)
