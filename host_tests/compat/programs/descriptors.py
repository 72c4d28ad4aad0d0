"""A pipe that wakes, a lock on a pipe, and sockets by their numbers: os, fcntl and socket as on any Unix."""

import fcntl
import os
import socket
from os import read as read_from

one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
print(os.writev(one.fileno(), [b"a ", b"datagram"]), read_from(other.fileno(), 64))

waker, wake = os.pipe()
os.set_blocking(waker, False)
flags = fcntl.fcntl(waker, fcntl.F_GETFL)
print(os.get_blocking(waker), os.get_blocking(wake), bool(flags & os.O_NONBLOCK))
try:
    os.read(waker, 1)
except BlockingIOError:
    print("nothing yet")
os.write(wake, b"!")
print(os.read(waker, 16))

copy = os.dup(wake)
os.dup2(one.fileno(), copy)
os.write(copy, b"not into the pipe")
print(other.recv(64))
fcntl.flock(waker, fcntl.LOCK_EX)
try:
    fcntl.flock(wake, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("locked")
os.close(waker)
try:
    os.write(wake, b"x")
except BrokenPipeError:
    print("nobody reads")
os.close(wake)
os.close(copy)
print("%o" % os.fstat(one.fileno()).st_mode)  # noqa: UP031  (MicroPython runs it too)
one.close()
other.close()
print(hasattr(os, "listdir"), hasattr(os, "no_such_name"))
