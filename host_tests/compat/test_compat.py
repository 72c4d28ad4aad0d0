"""Programs written for CPython's socket module, as they are: on the real one, and after `import afunix.compat`."""

import os
import sys
from pathlib import Path

import pytest

import limited

HERE = Path(__file__).resolve().parent
LIB = HERE.parent.parent / "lib"
PROGRAMS = HERE / "programs"


def _cpython(code, directory):
    """What `code` prints on CPython."""
    environment = os.environ | {"PYTHONPATH": str(LIB)}
    done = limited.run([sys.executable, "-c", code], cwd=directory, env=environment)
    assert not done.returncode, done.stdout
    return done.stdout


def _real(name, directory):
    """What a program prints with CPython's own sockets."""
    printed = _cpython((PROGRAMS / name).read_text(), directory)
    assert printed
    return printed


@pytest.mark.parametrize("name", ["echo.py", "threads.py", "descriptors.py"])
def test_a_program_for_cpython_on_cpython(name, tmp_path):
    program = PROGRAMS / name
    lend = "afunix.compat.lend('os', 'fcntl'); " if name == "descriptors.py" else ""
    code = f"import afunix.compat, runpy; {lend}runpy.run_path({str(program)!r}, run_name='__main__')"
    assert _cpython(code, tmp_path) == _real(name, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.unix
@pytest.mark.parametrize("name", ["echo.py", "threads.py", "descriptors.py"])
def test_a_program_for_cpython_on_micropython(name, unix_python, tmp_path):
    code, printed = unix_python.run("import afunix.compat\n" + (PROGRAMS / name).read_text())
    assert printed == _real(name, tmp_path)
    assert code == 0


@pytest.mark.board
@pytest.mark.parametrize("name", ["echo.py", "descriptors.py"])
def test_a_program_for_cpython_on_a_board(name, board, tmp_path):
    board.soft_reset()
    printed = board.exec("import afunix.compat")
    printed += board.exec((PROGRAMS / name).read_text())
    # `socket` was ours until here.
    board.soft_reset()
    assert printed.replace("\r\n", "\n") == _real(name, tmp_path)


OTHER_FAMILIES = """
import afunix, afunix.compat
import socket

tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
tcp.bind(socket.getaddrinfo("127.0.0.1", 0)[0][-1])
tcp.listen(1)
assert not isinstance(tcp, afunix.socket)
assert type(socket.socket()) is type(tcp), "as before, the default is the board's"
tcp.close()
ours = socket.socket(socket.AF_UNIX)
assert isinstance(ours, afunix.socket)
same = socket.socket(fileno=ours.detach())
assert isinstance(same, afunix.socket)
same.close()
print("done")
"""


def test_other_families_stay_with_the_real_module(tmp_path):
    assert _cpython(OTHER_FAMILIES, tmp_path).endswith("done\n")


@pytest.mark.unix
def test_other_families_stay_with_the_board(unix_python):
    assert unix_python.run(OTHER_FAMILIES) == (0, "done\n")


# A socket module as boards have it whose TCP/IP is lwIP.
NUMBERS = """
import sys


class Lwip:
    AF_INET = 2
    SOCK_STREAM = 1
    SOL_SOCKET = 0xFFF
    SO_REUSEADDR = 4
    SO_KEEPALIVE = 8
    SO_BROADCAST = 0x20

    def socket(self, family, type, proto):
        return "the board's"


sys.modules["socket"] = Lwip()
import afunix
LOAD_BEFORE
import afunix.compat
import socket

assert (socket.SOL_SOCKET, socket.SO_REUSEADDR, socket.SO_KEEPALIVE, socket.SO_BROADCAST) == (0xFFF, 4, 8, 0x20)
assert socket.socket() == socket.socket(socket.AF_INET) == "the board's"
one, other = socket.socketpair()
for option in (socket.SO_REUSEADDR, socket.SO_KEEPALIVE, socket.SO_BROADCAST):
    assert one.getsockopt(socket.SOL_SOCKET, option) == 0
    one.setsockopt(socket.SOL_SOCKET, option, 1)
    assert one.getsockopt(socket.SOL_SOCKET, option) == 1
assert one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
assert one.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) > 1
assert one.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_STREAM
socket.send_fds(one, [b"x"], [other.fileno()])
data, ancdata, flags, address = other.recvmsg(1, socket.CMSG_SPACE(4))
assert ancdata[0][:2] == (socket.SOL_SOCKET, socket.SCM_RIGHTS), ancdata
print("done")
"""


@pytest.mark.unix
@pytest.mark.parametrize("before", ["", "import afunix.kernel.options"], ids=["options unused", "options in use"])
def test_numbers_that_differ_are_the_boards(unix_python, before):
    assert unix_python.run(NUMBERS.replace("LOAD_BEFORE", before)) == (0, "done\n")


NO_MODULE = """
import sys
sys.modules["socket"] = None  # what MicroPython then imports
import afunix, afunix.compat
import socket
assert socket.socket is afunix.socket
with socket.socket(socket.AF_UNIX) as sock:
    assert isinstance(sock, socket.socket)
try:
    socket.socket(2)
    assert False, "made a socket of another family"
except OSError as failure:
    assert failure.errno == 97, failure  # EAFNOSUPPORT
assert not hasattr(socket, "AF_INET")
print("done")
"""


@pytest.mark.unix
def test_without_a_socket_module(unix_python):
    assert unix_python.run(NO_MODULE) == (0, "done\n")


DEFAULT_TIMEOUT = """
import afunix.compat
import socket
assert socket.getdefaulttimeout() is None
for wrong, kind in ((-1, ValueError), ("1", TypeError)):
    try:
        socket.setdefaulttimeout(wrong)
        assert False, wrong
    except kind:
        pass
socket.setdefaulttimeout(0.01)
one, other = socket.socketpair()
assert one.gettimeout() == 0.01
try:
    one.recv(1)
    assert False, "no timeout"
except TimeoutError:
    pass
socket.setdefaulttimeout(None)
assert socket.socket(socket.AF_UNIX).gettimeout() is None
print("done")
"""


def test_default_timeout(tmp_path):
    assert _cpython(DEFAULT_TIMEOUT, tmp_path).endswith("done\n")


@pytest.mark.unix
def test_default_timeout_on_micropython(unix_python):
    assert unix_python.run(DEFAULT_TIMEOUT) == (0, "done\n")


def test_asyncio_keeps_working(tmp_path):
    code = "import afunix.compat, socket, asyncio; asyncio.run(asyncio.sleep(0)); print(socket.gethostname() != '')"
    assert _cpython(code, tmp_path) == "True\n"
