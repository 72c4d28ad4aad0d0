"""The native types beside the classes they stand for."""

from pathlib import Path

import pytest

from conftest import UnixPython

HERE = Path(__file__).resolve().parent

SAME_ATTRIBUTES = """
import afunix
from afunix.data import plane as dataplane
from afunix.data.endpoint import Endpoint
from afunix.data.handle import Handle
from afunix.data.state import make
python, native = [make(one, 0, bytearray(64), 4) for one in (Endpoint, dataplane.Endpoint)]
assert type(native) is not type(python)
# What the Handle in Python has to do with its Endpoint, and that with its ring.
inside = ("wlock", "rlock", "_inside", "outlet", "put", "take", "_poll_alone", "counters", "unmove", "repair")
print([name for name in dir(python) if name[:2] != "__" and name not in inside and not hasattr(native, name)])
for name in dir(python):
    if name not in inside and name != "inlet" and name[:2] != "__" and not callable(getattr(python, name)):
        assert getattr(native, name) == getattr(python, name), name
        if name not in ("index", "memory", "lengths", "senders", "ancillary", "ctl"):
            setattr(python, name, getattr(python, name))
            setattr(native, name, getattr(native, name))
print([name for name in dir(Handle) if name[:2] != "__" and not hasattr(dataplane.Handle, name)])
"""

OBJECTS = """
import afunix
from afunix import socket

class Mine(socket):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.closes = 0
    def close(self):
        self.closes += 1
        super().close()
    def _receive(self, *args):
        return b"mine"

class Mixin:
    def hello(self):
        return "hello"

class Both(Mine, Mixin):
    pass

a, b = afunix.socketpair()
print(isinstance(a, socket), issubclass(type(a), socket), a.family, a.type, a == a, a == b, {a: 1}[a])
with a as same:
    print(same is a)
with Both(type=afunix.SOCK_DGRAM) as mine:
    mine.bind("/mine")
    with socket(type=afunix.SOCK_DGRAM) as other:
        other.connect("/mine")
        other.send(b"abc")
        print(mine.recv(2), mine.recv(2), mine.hello(), mine.try_readinto(bytearray(1)), mine.ioctl(3, 1))
print(mine.closes, type(mine) is Both)
for wrong in (lambda: b.send("text"), lambda: b.recv_into(b"bytes"), lambda: b.write("text"), lambda: b.send(1, 2, 3)):
    try:
        wrong()
    except TypeError:
        print("TypeError")
for name in ("_ep", "family"):
    try:
        setattr(b, name, 1)
    except AttributeError:
        print("AttributeError")
b.mark = 1
b.mark += 1
print(b.mark, hasattr(b, "nothing"))
"""

SUBCLASS = """
import afunix
from afunix import socket

class Mine(socket):
    pass

for kind in (afunix.SOCK_STREAM, afunix.SOCK_DGRAM):
    mine = Mine(type=kind)
    other = socket(type=kind)
    if kind == afunix.SOCK_DGRAM:
        other.bind("other")
        print(mine.sendto(b"one", "other"), mine.sendto(b"two", 0, "other"), mine.connect("other"))
    else:
        with socket() as listener:
            listener.bind("listener")
            listener.listen()
            mine.connect("listener")
            other = listener.accept()[0]
    print(mine.sendall(b"three"), mine.send(b"four"), mine.sendmsg([b"five"]))
    print([other.recv(99) for _ in range(5 if kind == afunix.SOCK_DGRAM else 1)])
    mine.close()
    for call, *given in ((mine.sendall, b"x"), (mine.sendto, b"x", "other"), (mine.send, b"x")):
        try:
            print(call(*given))
        except OSError as failure:
            print(failure.errno)
print(Mine.sendall is not None, Mine.sendto is not None, socket.sendall is not None, socket.recvfrom_into is not None)
"""

WIDE = """
import afunix
from array import array
a, b = afunix.socketpair()
a.settimeout(0)
print(a.send(memoryview(array("H", [1, 2, 3]))), b.recv(100), a.send(array("I", [7])), b.recv(100))
into = array("H", [0] * 4)
for target in (memoryview(into), into):
    a.send(b"abcdefgh")
    print(b.recv_into(target), bytes(into))
print(a.send(memoryview(array("I", range(300)))), a.write(b"x"), len(b.recv(5000)))
"""


@pytest.mark.unix
def test_attributes_are_those_of_the_classes():
    assert UnixPython().run(SAME_ATTRIBUTES) == (0, "[]\n[]\n")


WRONG = """
import _afunix
import afunix
from array import array
from afunix.data.plane import Endpoint, Handle
from afunix.data.state import make
a, b = afunix.socketpair(type=afunix.SOCK_SEQPACKET)
ep = a._d[0]
def refused(call, *args):
    try:
        call(*args)
    except (TypeError, AttributeError, ValueError):
        return 1
    return 0
def stored(thing, name, value):
    setattr(thing, name, value)
print([
    refused(Handle), refused(Handle, 1), refused(Handle, 1, 2), refused(Endpoint), refused(Endpoint, 1, 2, 3, 4, 5, 6),
    refused(Handle, object()), refused(Handle, type("Foo", (), {})()), refused(Handle, a),
    refused(afunix.socket.__new__, type("Foo", (), {})), refused(afunix.socket.__new__, 1),
    refused(stored, ep, "peer", 1), refused(stored, ep, "out", ep.ctl), refused(stored, ep, "kind", None),
    refused(stored, ep, "memory", None), refused(stored, ep, "nothing", None), refused(stored, ep, "pending", 1 << 70),
    refused(ep.append, b"1234", -1, 2), refused(ep.append, b"1234", 1, -2), refused(ep.append, b"1234", 1, 1.5),
    refused(ep.fetch, bytearray(4), 1 << 70, 2, 0, 0), refused(ep.fetch, bytearray(4), 0, 2, -1, 0),
    refused(ep.skip, -1), refused(ep.skip, None), refused(afunix.socket.__init__, 1), refused(a.close, 1),
    [refused(function, 1, 1, 1, 1, 1, 1) + refused(function, 1, 1) + refused(function, 1)
        for function in _afunix.parts()[1]] == [3] * len(_afunix.parts()[1]),
    refused(_afunix.endpoint), refused(lambda: _afunix.endpoint(a=1)), refused(_afunix.socket, 1, []),
])
# Sizes that no ring can have, and lists that are none.
for memory, slots in ((bytearray(3), 0), (bytearray(0), 0), (bytearray(4), 3)):
    print(refused(make, Endpoint, 0, memory, slots))
words = array("i", [0] * 12)
print([refused(Endpoint, 0, *rest) for rest in (
    (bytearray(4), bytearray(0), [], [], bytearray(47)), (bytearray(4), bytearray(0), (), [], words),
    (bytearray(4), bytearray(0), [], None, words), (b"read", bytearray(0), [], [], words),
    (bytearray(4), memoryview(bytearray(9))[1:], [], [], words),
)])
# A buffer that shrank while a call waited: nothing of it is sent, and as much of it filled as there is.
ep = make(Endpoint, 0, bytearray(8), 2)
print(ep.append(b"1234", 1, 4), ep.append(b"1234", 1, 3), ep.append(b"1234", 9, 0))
into = bytearray(4)
print(ep.fetch(into, 3, 2, 0, 0), ep.fetch(into, 9, 2, 0, 0), into)
# Lists that a program made shorter, and numbers of its own.
a.send(b"12")
b._d[0].senders.clear()
b._d[0].ancillary.clear()
a.send(b"34")
print(b.recvfrom_into(into), b.recv(9))
for i in range(12 + len(b._d[0].lengths)):
    before = b._d[0].ctl[i]
    for value in (-1, 0x7fffffff, -0x80000000, 3, 1 << 20):
        b._d[0].ctl[i] = value
        for call, what in ((a.try_write, b"x" * 9), (b.try_readinto, into), (b._d[0].poll, None)):
            call(what) if what else call()
    b._d[0].ctl[i] = before
a._d = None
print(refused(a.send, b"1"), refused(a.recv_into, into), refused(a.read))
for wrong in ([], [1, 1], [ep], [ep, None], [ep, 1 << 70]):
    a._d = wrong
    print(refused(a.send, b"1"), refused(a.try_readinto, into), end=" ")
"""


@pytest.mark.unix
def test_what_is_wrong_is_refused():
    expected = f"{[1] * 25 + [True] + [1] * 3}\n1\n1\n1\n{[1] * 5}\n-1 3 -1\n1 0 bytearray(b'\\x00\\x00\\x002')\n"
    expected += "(2, None) b'34'\n1 1 1\n" + 5 * "1 1 "
    assert UnixPython().run(WRONG) == (0, expected)


@pytest.mark.unix
def test_objects_and_subclasses(unix_python):
    code, output = unix_python.run(OBJECTS)
    expected = "True True 1 1 True False 1\nTrue\nb'ab' b'mine' hello 0 0\n1 True\n" + 4 * "TypeError\n"
    if unix_python.plane == "python":
        assert code == 0 and output.startswith(expected)
    else:
        assert (code, output) == (0, expected + 2 * "AttributeError\n" + "2 False\n")


@pytest.mark.unix
def test_calls_of_a_subclass_send(unix_python):
    """Those that C has in the place of a method of the class: they are bound to the object, as the others are."""
    stream = "None 4 4\n[b'threefourfive']\n" + 3 * "9\n"
    datagrams = "3 3 None\nNone 4 4\n[b'one', b'two', b'three', b'four', b'five']\n" + 3 * "9\n"
    assert unix_python.run(SUBCLASS) == (0, stream + datagrams + "True True True True\n")


@pytest.mark.unix
def test_items_wider_than_a_byte(unix_python):
    words = "6 b'\\x01\\x00\\x02\\x00\\x03\\x00' 4 b'\\x07\\x00\\x00\\x00'\n"
    assert unix_python.run(WIDE) == (0, words + 2 * "8 b'abcdefgh'\n" + "1024 None 1024\n")


@pytest.mark.unix
@pytest.mark.parametrize("heap", ["256k", "4M"])
def test_dropped_sockets_are_closed(heap):
    assert UnixPython().run(HERE / "dropped.py", heap=heap) == (0, "0 0 0 0\n")
