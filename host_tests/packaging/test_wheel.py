"""The wheel in an empty virtual environment: the library, and the command."""

import os
import subprocess
import venv

import pytest

import dist
from afunix_tools.library import version
from steps import ROOT

# It has a native module in it.
pytestmark = pytest.mark.unix
HELLO = "import afunix; a, b = afunix.socketpair(); a.send(b'hello'); print(b.recv(9), afunix.__version__)"
COMPILE = """
from afunix_tools.library import CHECKOUT, native_file
from afunix_tools.mpy import compiled_library, mpy_of
print(CHECKOUT, native_file("x64").stat().st_size > 4000, native_file("xtensawin"))
print(len(compiled_library(mpy_of("armv6m"))["kernel/lock.mpy"]) > 500)
"""


class Environment:
    """A virtual environment with nothing but pip."""

    def __init__(self, directory):
        venv.create(directory, with_pip=True)
        self.bin = directory / "bin"

    def run(self, program, *arguments, check=True):
        """What a program of it prints, run from elsewhere than the checkout."""
        clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "PORT")}
        command = [str(self.bin / program), *map(str, arguments)]
        done = subprocess.run(command, cwd=self.bin.parent, env=clean, capture_output=True, text=True)
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done

    def install(self, what):
        """pip install, with the versions that requirements.txt names."""
        self.run("pip", "install", "-q", "--disable-pip-version-check", "-c", ROOT / "requirements.txt", what)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("python")
    dist.write_python(out, tmp_path_factory.mktemp("work") / "tree", ["x64"])
    return out


@pytest.fixture(scope="module")
def environment(built, tmp_path_factory):
    made = Environment(tmp_path_factory.mktemp("venv"))
    made.install(next(built.glob("*.whl")))
    return made


def test_the_library(environment):
    assert environment.run("python", "-c", HELLO).stdout == f"b'hello' {version()}\n"


def test_the_command(environment):
    assert environment.run("afunix", "--version").stdout == f"afunix {version()}\n"
    said = environment.run("afunix", "--help").stdout
    assert all(name in said for name in ("install", "run", "doctor", "ports"))


def test_it_brings_what_a_board_gets(environment):
    assert environment.run("python", "-c", COMPILE).stdout == "None True None\nTrue\n"


def test_a_missing_port_is_one_line(environment):
    done = environment.run("afunix", "doctor", "/dev/ttyACM-none", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("afunix: there is no port /dev/ttyACM-none")
    assert len(done.stderr.splitlines()) == 1


def test_a_missing_program_is_one_line(environment):
    done = environment.run("afunix", "run", "/dev/ttyACM-none", "none.py", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("afunix: cannot read none.py")


def test_from_the_source_distribution(built, tmp_path):
    """A wheel that pip makes of it: the same but for the native modules."""
    made = Environment(tmp_path)
    made.install(next(built.glob("*.tar.gz")))
    assert made.run("python", "-c", HELLO).stdout == f"b'hello' {version()}\n"
    assert made.run("afunix", "--version").stdout == f"afunix {version()}\n"
