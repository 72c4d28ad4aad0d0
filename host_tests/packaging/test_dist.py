"""What make dist offers: the sets of .mpy files, and that they are the same whenever they are made."""

import hashlib
import json
import os
import re
import subprocess
import zipfile

import pytest
from test_package_json import install

import dist
from afunix_tools.library import library, version
from conftest import UnixPython
from steps import ROOT

pytestmark = pytest.mark.unix
# The processors for which the tests' machines have a native module.
ARCHES = ("x64", "armv6m", "any")
EVERYTHING_MINIMAL = """
import asyncio, sys
import afunix
from afunix import aio

listener = afunix.socket(afunix.AF_UNIX, afunix.SOCK_STREAM)
listener.bind("/run/echo")
listener.listen()
client = afunix.socket()
client.settimeout(5)
client.connect("/run/echo")
client.sendall(b"line\\n" + bytes(100))
server, _ = listener.accept()
print(server.readline(), len(server.recv(200, afunix.MSG_PEEK)), len(server.recv(200)), client.getpeername())
client.shutdown(afunix.SHUT_WR)
print(server.recv(1))
for sock in (listener, client, server):
    sock.close()


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
        sock = afunix.socket()
        await aio.connect(sock, "/run/greeter")
        await aio.sendall(sock, b"you\\n")
        print(await aio.recv(sock, 64))
        sock.close()


asyncio.run(main())
loaded = [name.replace(".", "/") for name in sys.modules if name.startswith("afunix.")]
"""
ANSWERS = "b'line\\n' 100 100 /run/echo\nb''\nb'hello, world\\n'\nb'hello, you\\n'\n"
REFUSED = """
before = afunix.kernel.live
datagrams = (afunix.AF_UNIX, afunix.SOCK_DGRAM)
for use in (lambda: afunix.socketpair(*datagrams), lambda: afunix.send_fds, lambda: afunix.compat):
    try:
        use()
        print("there")
    except ImportError as error:
        print(error)
print(afunix.kernel.live - before)
"""
LACKING = ("kernel.packet", "kernel.message", "compat")


@pytest.fixture(scope="module", params=ARCHES)
def made(request, tmp_path_factory):
    """Both sets for one architecture."""
    out = tmp_path_factory.mktemp("dist")
    dist.write_trees(request.param, out)
    return request.param, out


def run(arch, program, where):
    """Run a program on what was installed there; the native module has another name beside this firmware's own."""
    return UnixPython({"x64": "mpy", "any": "bytecode"}[arch]).run(program, paths=[where])


def test_the_package_lists_what_is_there(made):
    arch, out = made
    for name in ("minimal", "whole"):
        top = out / arch / name
        package = json.loads((top / "package.json").read_text())
        there = {path.relative_to(top).as_posix() for path in top.rglob("*.mpy")}
        assert package["version"] == version()
        assert all(target == source for target, source in package["urls"])
        assert sorted(there) == [target for target, _ in package["urls"]]
        assert ("_afunix.mpy" in there) == (arch != "any")


def test_whole_is_what_a_board_imports(made):
    arch, out = made
    there = {path.relative_to(out / arch / "whole/afunix") for path in (out / arch / "whole/afunix").rglob("*.mpy")}
    assert {path.with_suffix("").as_posix() for path in there} == library(arch != "any").keys()


def test_the_zip_holds_the_same(made):
    arch, out = made
    stem = f"afunix-{version()}-{arch}"
    with zipfile.ZipFile(out / f"{stem}.zip") as archive:
        inside = {name.removeprefix(stem + "/"): archive.read(name) for name in archive.namelist()}
    top = out / arch
    assert inside == {p.relative_to(top).as_posix(): p.read_bytes() for p in top.rglob("*") if p.is_file()}


@pytest.mark.parametrize("made", ["x64", "any"], indirect=True)
@pytest.mark.parametrize("name", ["minimal", "whole"])
def test_installed_it_serves_streams(made, name, tmp_path):
    """And the minimal set has nothing that this needs not."""
    arch, out = made
    install(str(out / arch / name / "package.json"), tmp_path)
    program = EVERYTHING_MINIMAL
    if name == "minimal":
        program += "print('unused', " + repr(_modules(tmp_path)) + " - set(loaded))\n" + REFUSED
    code, output = run(arch, program, tmp_path)
    expected = ANSWERS
    if name == "minimal":
        expected += "unused set()\n"
        expected += "".join(f"no module named 'afunix.{part}'\n" for part in LACKING)
        expected += "0\n"
    assert (code, output) == (0, expected)


def _modules(where):
    found = {path.relative_to(where).with_suffix("").as_posix() for path in (where / "afunix").rglob("*.mpy")}
    return {name.removesuffix("/__init__") for name in found} - {"afunix"}


def sums(out):
    dist.write_sums(out)
    return (out / "SHA256SUMS").read_text()


def test_sums_are_what_sha256sum_reads(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b").write_bytes(b"1")
    assert sums(tmp_path) == f"{hashlib.sha256(b'1').hexdigest()}  a/b\n"
    subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)


def test_equal_sources_give_equal_files(made, tmp_path, monkeypatch):
    """Another time, another user's mask, another place, nothing compiled before."""
    arch, out = made
    monkeypatch.setattr("afunix_tools.mpy.CHECKOUT", None)
    before = os.umask(0o077)
    try:
        dist.write_trees(arch, tmp_path)
    finally:
        os.umask(before)
    assert sums(tmp_path) == sums(out)


def test_equal_sources_give_equal_wheels(tmp_path):
    made = []
    for name, mask in (("one", 0o022), ("two", 0o077)):
        out = tmp_path / name
        out.mkdir()
        before = os.umask(mask)
        try:
            dist.write_python(out, tmp_path / f"work-{name}", ["x64"])
        finally:
            os.umask(before)
        made.append(sums(out))
    assert made[0] == made[1]
    assert len(made[0].splitlines()) == 2


def test_the_version_stands_in_one_place():
    for name in ("pyproject.toml", "package.json", "Makefile"):
        assert not re.search(rf"\b{re.escape(version())}\b", (ROOT / name).read_text()), name
