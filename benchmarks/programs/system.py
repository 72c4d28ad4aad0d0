"""The operating system's AF_UNIX sockets, as MicroPython's unix port reaches them.

Its `socket` module has no socketpair, sendmsg or recvmsg, and takes an address as the bytes of a struct sockaddr;
a pair is therefore made with bind and connect. Sockets send with `write` and receive with `readinto`.
"""

import os
import socket
import struct

STREAM, DATAGRAM, SEQPACKET = 1, 2, 5
_made = 0


def address(name):
    """A struct sockaddr_un; the names are abstract ones of this process."""
    return struct.pack("H", socket.AF_UNIX) + b"\0" + name.encode()


def new_name():
    """A name that no other socket of this machine has."""
    global _made
    _made += 1
    return "afunix-bench-%s-%d" % ("".join("%02x" % byte for byte in os.urandom(8)), _made)


def bound(kind):
    """A socket and its address."""
    where = address(new_name())
    sock = socket.socket(socket.AF_UNIX, kind)
    sock.bind(where)
    return sock, where


def pair(kind):
    """Two connected sockets."""
    if kind == DATAGRAM:
        one, here = bound(kind)
        other, there = bound(kind)
        one.connect(there)
        other.connect(here)
        return one, other
    listener, where = bound(kind)
    listener.listen(1)
    one = socket.socket(socket.AF_UNIX, kind)
    one.connect(where)
    other, _ = listener.accept()
    listener.close()
    return one, other
