"""package.json: what `mpremote mip install` makes of it, from a checkout and from a repository on GitHub."""

import json
from argparse import Namespace
from pathlib import Path

import pytest
from mpremote import mip

from afunix_tools.library import library
from conftest import UnixPython
from steps import ROOT

PACKAGE = ROOT / "package.json"
RAW = "https://raw.githubusercontent.com/owner/repo/HEAD/"
PROGRAM = """
import afunix
from afunix import aio
one, other = afunix.socketpair()
one.send(b"installed")
print(afunix.__file__, other.recv(16))
"""


class Directory:
    """A directory here that mpremote takes for a board's filesystem."""

    def ensure_raw_repl(self):
        pass

    def did_action(self):
        pass

    @property
    def transport(self):
        return self

    def fs_exists(self, path):
        return Path(path).exists()

    def fs_mkdir(self, path):
        Path(path).mkdir()

    def fs_writefile(self, path, data, progress_callback):
        Path(path).write_bytes(data)


def install(package, target):
    """What `mpremote mip install PACKAGE` does."""
    arguments = Namespace(command=["install"], packages=[package], index=None, target=str(target), mpy=True)
    mip.do_mip(Directory(), arguments)


def test_it_lists_what_a_board_imports():
    urls = json.loads(PACKAGE.read_text())["urls"]
    assert urls == [[f"afunix/{name}.py", f"lib/afunix/{name}.py"] for name in sorted(library())]


@pytest.mark.unix
@pytest.mark.parametrize("package", ["package.json", "./package.json", str(PACKAGE)])
def test_from_a_checkout(package, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    install(package, tmp_path)
    assert UnixPython("c").run(PROGRAM, paths=[tmp_path]) == (0, f"{tmp_path}/afunix/__init__.py b'installed'\n")


def test_from_github(tmp_path, monkeypatch):
    def serve(url):
        assert url.startswith(RAW)
        return (ROOT / url[len(RAW) :]).open("rb")

    monkeypatch.setattr(mip.urllib.request, "urlopen", serve)
    install("github:owner/repo", tmp_path)
    sent = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert sent == {f"afunix/{name}.py": path.read_bytes() for name, path in library().items()}
