"""MicroPython without native code, and a native module that a board cannot load: afunix is Python throughout there."""

import pytest

import natmod
from conftest import PATHS, UnixPython

pytestmark = pytest.mark.unix
STREAMS = """
import asyncio
from afunix import aio

async def serve(reader, writer):
    writer.write(b"hello, " + await reader.readline())
    await writer.drain()
    writer.close()
    await writer.wait_closed()

async def main():
    async with await aio.start_unix_server(serve, "/run/greeter"):
        reader, writer = await aio.open_unix_connection("/run/greeter")
        writer.write(b"world\\n")
        await writer.drain()
        print(await reader.readline())

asyncio.run(main())
"""


def test_the_interpreter_runs_no_native_code():
    code, output = UnixPython("bytecode").run("import micropython\n@micropython.native\ndef f():\n    pass")
    assert code == 1 and "invalid micropython decorator" in output


def test_streams_of_asyncio():
    assert UnixPython("bytecode").run(STREAMS) == (0, "b'hello, world\\n'\n")


def test_elements_of_buffers_are_counted_in_bytes():
    program = """
import afunix
from array import array
one, other = afunix.socketpair()
print(one.send(array("h", [1, 2, 3])), one.send(memoryview(array("q", [4]))), one.send(b""), other.recv(64))
"""
    sent = [f"{byte:02x}" for byte in (1, 0, 2, 0, 3, 0, 4, *bytes(7))]
    code, output = UnixPython("bytecode").run(program)
    assert (code, output) == (0, f"6 8 0 {bytes.fromhex(''.join(sent))!r}\n")


@pytest.mark.parametrize("arch", ["x64", "armv6m"])
def test_a_native_module_that_cannot_be_loaded_is_named_and_passed_over(arch, tmp_path):
    (tmp_path / "_afunix.mpy").write_bytes(natmod.built(arch).read_bytes())
    code, output = UnixPython("bytecode").run(STREAMS, paths=(*PATHS, tmp_path))
    word, rest = output.split("\n", 1)
    assert word.startswith("afunix: _afunix.mpy is not for this board (")
    assert (code, rest) == (0, "b'hello, world\\n'\n")
