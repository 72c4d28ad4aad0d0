"""Options, timeouts, ioctl, poll."""

import struct

from scenario import each, scenario
from world import DGRAM, KINDS, SEQ

import afunix

NUMBERS = {
    "SO_PASSCRED": 1,
    "SO_PEEK_OFF": 3,
    "SO_OOBINLINE": 1,
    "SO_KEEPALIVE": 1,
    "SO_DEBUG": 1,
    "SO_SNDBUF": 4096,
    "SO_REUSEPORT": 1,
}
ALL = ("SO_TYPE", "SO_DOMAIN", "SO_PROTOCOL", "SO_ACCEPTCONN", "SO_PEERCRED", "SO_RCVTIMEO") + tuple(NUMBERS)
TIMEVAL = struct.pack("qq", 1, 500000)


@each("setsockopt", "%s", {name: name for name in NUMBERS})
def _(w, name):
    one, other = w.pair()
    other.send(b"queued")
    return lambda: one.setsockopt(afunix.SOL_SOCKET, getattr(afunix, name), NUMBERS[name])


@scenario("setsockopt", "SO_PASSCRED off, datagram that others are connected to")
def _(w):
    target = w.bound(DGRAM)
    target.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    w.client(target, DGRAM)
    w.client(target, DGRAM)
    return lambda: target.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 0)


@scenario("setsockopt", "SO_PEEK_OFF off")
def _(w):
    one, _ = w.pair()
    one.setsockopt(afunix.SOL_SOCKET, afunix.SO_PEEK_OFF, 2)
    return lambda: one.setsockopt(afunix.SOL_SOCKET, afunix.SO_PEEK_OFF, -1)


@each("setsockopt", "%s", {"SO_RCVTIMEO": "SO_RCVTIMEO", "SO_SNDTIMEO": "SO_SNDTIMEO"})
def _(w, name):
    one, _ = w.pair()
    return lambda: one.setsockopt(afunix.SOL_SOCKET, getattr(afunix, name), TIMEVAL)


@scenario("setsockopt", "unknown")
def _(w):
    one, _ = w.pair()
    return lambda: one.setsockopt(afunix.SOL_SOCKET, 99, 1)


@each("getsockopt", "%s", {name: name for name in ALL})
def _(w, name):
    one, _ = w.pair(SEQ)
    return lambda: one.getsockopt(afunix.SOL_SOCKET, getattr(afunix, name), 16)


@scenario("getsockopt", "SO_ERROR, there is one", answers=True)
def _(w):
    one, other = w.pair()
    one.send(b"unread")
    other.close()
    return lambda: one.getsockopt(afunix.SOL_SOCKET, afunix.SO_ERROR)


@each("ioctl", "%s", {name: name for name in ("FIONREAD", "SIOCOUTQ", "SIOCATMARK", "FIONBIO")})
def _(w, name):
    one, other = w.pair()
    other.send(b"urgent", afunix.MSG_OOB)
    return lambda: afunix.ioctl(one.fileno(), getattr(afunix, name), 1)


@scenario("ioctl", "unknown")
def _(w):
    one, _ = w.pair()
    return lambda: afunix.ioctl(one, 99)


@each("settimeout", "%s", {"seconds": 2.5, "none": None, "zero": 0})
def _(w, seconds):
    one, _ = w.pair()
    return lambda: one.settimeout(seconds)


@each("setblocking", "%s", {"on": True, "off": False})
def _(w, flag):
    one, _ = w.pair()
    one.settimeout(3)
    return lambda: one.setblocking(flag)


@each("poll", "%s", KINDS)
def _(w, kind):
    one, other = w.pair(kind)
    other.send(b"queued")
    return lambda: one.ioctl(3, 5)
