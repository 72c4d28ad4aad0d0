"""The kernel's lock, what it does when it is let go, and what afunix's names stand for."""

import errno
import os
import select
import socket
import sys
from pathlib import Path

import pytest

import afunix
import limited
from afunix.kernel import kernel
from afunix.kernel import numbers as constants
from afunix.kernel import socket_numbers as socket_constants
from afunix.kernel.lock import lock

LIB = Path(__file__).resolve().parent.parent.parent / "lib"


class Fails:
    """An object whose close() fails."""

    def __init__(self, closed, name):
        self._closed = closed
        self.name = name

    def close(self):
        self._closed.append(self.name)
        raise ValueError(self.name)


def test_the_lock_refuses_its_holder_and_serves_it_afterwards():
    with lock:
        assert lock.is_mine()
        with pytest.raises(OSError) as failure:
            afunix.socket()
        assert failure.value.errno == errno.EDEADLK
    assert not lock.is_mine()
    afunix.socket().close()
    assert kernel.live == 0


LOCKED = """
import afunix
from afunix.kernel.lock import lock
import micropython
from errno import *

one, other = afunix.socketpair()
answers = []

def callback(_):
    try:
        one.getsockname()
    except OSError as failure:
        answers.append(failure.errno)
    answers.append(one.try_write(b"x"))
    answers.append(other.try_readinto(bytearray(1)))

with lock:
    micropython.schedule(callback, None)
    for _ in range(10):
        pass
while not answers:
    pass
one.send(b"after")
print(answers, other.recv(9))
"""


@pytest.mark.unix
def test_a_scheduled_callback_in_the_locks_holder(unix_python):
    """It is refused by the control plane, and sends and receives all the same. A lock in C lets it come afterwards."""
    refused = [] if unix_python.plane == "c" else [errno.EDEADLK]
    assert unix_python.run(LOCKED) == (0, f"{[*refused, 1, 1]} b'after'\n")


def test_every_object_is_closed_even_if_one_fails():
    closed = []
    one, other = afunix.socketpair()
    fds = [afunix.install(Fails(closed, name)) for name in "ab"]
    afunix.send_fds(one, [b"x"], fds)
    for fd in fds:
        afunix.close(fd)
    one.close()
    assert not closed
    with pytest.raises(ValueError):
        other.close()
    assert sorted(closed) == ["a", "b"]
    assert (kernel.live, kernel.in_flight) == (0, 0)


def test_configure_while_an_object_has_a_descriptor():
    fd = afunix.install(object())
    with pytest.raises(OSError) as failure:
        afunix.configure(ring=64)
    assert failure.value.errno == errno.EBUSY
    afunix.close(fd)
    afunix.configure(ring=kernel.settings["ring"])


def test_numbers_are_those_of_the_system():
    ours = {name: value for name, value in (vars(constants) | vars(socket_constants)).items() if name.isupper()}
    theirs = vars(errno) | vars(select) | vars(socket)
    del theirs["SOMAXCONN"]  # 4096, and Linux cuts it to what is configured, as afunix does
    known = {name: value for name, value in ours.items() if name in theirs}
    assert {name: theirs[name] for name in known} == known
    assert len(known) > 70


def test_a_socket_tells_what_it_is():
    with (
        afunix.socket(afunix.AF_UNIX, afunix.SOCK_SEQPACKET) as server,
        afunix.socket(type=afunix.SOCK_SEQPACKET) as client,
    ):
        server.bind("/told")
        server.listen()
        client.connect("/told")
        fd = server.fileno()
        assert repr(server) == f"<afunix.socket fd={fd}, family=1, type=5, proto=0, laddr='/told'>"
        assert repr(client).endswith("type=5, proto=0, raddr='/told'>")
        assert (client.family, client.type, client.proto, client.timeout) == (1, 5, 0, None)
    assert repr(server) == "<afunix.socket [closed] fd=-1, family=1, type=5, proto=0>"
    assert server.type == 5


@pytest.mark.parametrize("wrong", ["1", b"1", [], -1, -0.5, float("nan")])
def test_wrong_timeouts_change_nothing(wrong):
    with afunix.socket() as sock:
        sock.settimeout(2)
        with pytest.raises((TypeError, ValueError)):
            sock.settimeout(wrong)
        assert sock.gettimeout() == sock.timeout == 2.0


@pytest.mark.parametrize(
    "wrong", [(), (1, 1), (1, 1, b"", 0), ("SOL_SOCKET", 1, b""), (1, None, b""), (1, 1, "text"), 1]
)
def test_control_messages_that_are_none(wrong):
    one, other = afunix.socketpair()
    with one, other:
        with pytest.raises(TypeError):
            one.sendmsg([b"x"], [wrong])
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.recv(1)


def test_a_socket_that_is_dropped_is_closed():
    one, other = afunix.socketpair()
    with pytest.warns(ResourceWarning, match="unclosed <afunix.socket fd="):
        del one
    assert other.recv(1) == b""
    other.close()
    assert kernel.live == 0


COLLECTED = """
import gc
import sys
import warnings

import afunix
from afunix.kernel import kernel


def collects(frame, event, arg):
    if frame.f_code.co_name == "put":
        gc.collect()
    return collects


warnings.simplefilter("ignore")
gc.disable()
one, other = afunix.socketpair()
circle = [other]
circle.append(circle)
del other, circle
sys.settrace(collects)
assert one.send(b"xy") == 2
sys.settrace(None)
assert kernel.live == 1
one.close()
print("done")
"""


def test_the_collector_may_drop_a_peer_in_the_middle_of_a_send():
    """In a process of its own: the locks of that send were taken twice once, and nothing went on."""
    done = limited.run([sys.executable, "-c", COLLECTED], env=os.environ | {"PYTHONPATH": str(LIB)})
    assert done.stdout == "done\n"
