"""The board's files over sockets, held against CPython's own io module."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

import afunix
from afunix.makefile import on_board

NEWLINES = [None, "", "\n", "\r", "\r\n"]
PIECES = st.sampled_from(["a", "bc", "\n", "\r", "\r\n", "\u00e4", "\u20ac", "\U0001f600", "word " * 20])
READS = st.lists(st.tuples(st.sampled_from(["read", "readline"]), st.integers(-1, 40)), max_size=8)


class Chunks:
    """A socket that gives `data` in pieces of the given sizes."""

    _io_refs = 0

    def __init__(self, data, sizes):
        self._data = io.BytesIO(data)
        self._sizes = list(sizes)
        self.sent = b""

    def recv(self, n):
        return self._data.read(min(n, self._sizes.pop(0) if self._sizes else n))

    def recv_into(self, buffer):
        data = self.recv(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def sendall(self, data):
        self.sent += data

    def _decref_socketios(self):
        self._io_refs -= 1


@given(st.lists(PIECES).map("".join), st.lists(st.integers(1, 5)), st.sampled_from(NEWLINES), READS)
def test_text_is_read_as_cpython_reads_it(text, sizes, newline, reads):
    ours = on_board(Chunks(text.encode(), sizes), "r", None, "utf-8", None, newline)
    theirs = io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8", newline=newline)
    for name, n in [*reads, ("read", None)]:
        assert getattr(ours, name)(n) == getattr(theirs, name)(n)
    assert ours.read() == ""


@given(st.lists(PIECES).map("".join), st.sampled_from(NEWLINES))
def test_text_is_written_as_cpython_writes_it(text, newline):
    sock = Chunks(b"", ())
    wrapped = io.BytesIO()
    theirs = io.TextIOWrapper(wrapped, "utf-8", newline=newline)
    assert on_board(sock, "w", None, "utf-8", None, newline).write(text) == theirs.write(text) == len(text)
    theirs.flush()
    assert sock.sent == wrapped.getvalue()


def test_a_character_that_is_cut_by_the_end_is_an_error():
    file = on_board(Chunks("\u20ac".encode()[:2], ()), "r", None, None, None, None)
    with pytest.raises(UnicodeError):
        file.read()


@given(st.lists(PIECES).map("".join), st.integers(1, 3))
def test_text_as_bytes_for_a_boards_own_functions(text, size):
    file = on_board(Chunks(text.encode(), ()), "r", None, None, None, "\n")
    got = b""
    while True:
        buffer = bytearray(size)
        n = file.readinto(buffer)
        if not n:
            break
        got += buffer[:n]
    assert got == text.encode()


WRONG = [
    (("x", None, None, None, None), ValueError),
    (("r", 0, None, None, None), ValueError),
    (("r", None, None, None, "x"), ValueError),
    (("r", None, "latin-1", None, None), LookupError),
    (("r", None, None, "replace", None), LookupError),
]


@pytest.mark.parametrize(("arguments", "kind"), WRONG)
def test_wrong_arguments(arguments, kind):
    sock = Chunks(b"", ())
    with pytest.raises(kind):
        on_board(sock, *arguments)
    assert sock._io_refs == 0


@pytest.fixture(params=["board", "CPython"])
def opened(request):
    """(makefile of one end, the file's end, the other end)."""
    one, other = afunix.socketpair()

    def makefile(mode):
        return on_board(one, mode, None, None, None, None) if request.param == "board" else one.makefile(mode)

    yield makefile, one, other
    one.close()
    other.close()


def test_the_last_file_closes_a_socket_that_was_closed(opened):
    makefile, one, other = opened
    first, second = makefile("rb"), makefile("wb")
    one.close()
    second.write(b"still open")
    second.flush()
    assert other.recv(64) == b"still open"
    first.close()
    first.close()
    second.write(b"!")
    second.close()
    assert (other.recv(64), other.recv(64), one.fileno()) == (b"!", b"", -1)


def test_a_file_that_is_closed_leaves_the_socket_open(opened):
    makefile, one, other = opened
    with makefile("rwb"):
        pass
    one.send(b"x")
    assert other.recv(1) == b"x"


def test_bytes(opened):
    makefile, _, other = opened
    file = makefile("rb")
    other.sendall(b"one\ntwo\n\nthree")
    assert file.readline(2) + file.readline() == b"one\n"
    buffer = bytearray(2)
    assert (file.readinto(buffer), buffer, file.read(3)) == (2, b"tw", b"o\n\n")
    other.sendall(b" and\nso on")
    other.shutdown(afunix.SHUT_WR)
    assert file.readlines() == [b"three and\n", b"so on"]
    assert (file.read(), file.read(1), file.readline()) == (b"", b"", b"")
    assert (file.readable(), file.writable(), file.seekable()) == (True, False, False)
    with pytest.raises(OSError):
        file.write(b"x")
    file.close()
    with pytest.raises(ValueError):
        file.read()


def test_lines_are_written(opened):
    makefile, _, other = opened
    with makefile("w") as file:
        file.writelines(["one\n", "two\n"])
        with pytest.raises(OSError):
            file.read()
    assert other.recv(64) == b"one\ntwo\n"


FUNCTIONS = """
import json
import afunix
one, other = afunix.socketpair()
with one.makefile("w") as file:
    print("one and", 1, "more", file=file)
    json.dump({"price": "1\\u20ac"}, file)
one.close()
with other.makefile("r") as file:
    print(file.readline(), json.load(file) == {"price": "1\\u20ac"}, repr(file.read()))
"""


@pytest.mark.unix
def test_a_boards_own_functions_take_such_files(unix_python):
    assert unix_python.run(FUNCTIONS) == (0, "one and 1 more\n True ''\n")
