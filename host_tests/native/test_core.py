"""The core of the data plane in C on this machine: sanitizers, a model, threads, compilers' and cppcheck's warnings."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PORT = HERE.parent.parent / "port"
CORE = sorted((PORT / "core").glob("*.c"))
SCRIPTS = sorted((HERE / "scripts").glob("*.txt"))
WARNINGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wpointer-arith", "-Wstrict-prototypes"]
MEMORY = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
# It does not understand barriers: what it proves is that the accesses they order are the right ones.
THREADS = ["-fsanitize=thread", "-DAFUNIX_ATOMICS"]


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert not done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """compiled(name, flags): a program of this directory linked with the core."""
    assert shutil.which("cc"), "no C compiler; install what this needs with: make test"
    directory = tmp_path_factory.mktemp("native")

    def build(name, flags):
        program = directory / f"{name}-{'-'.join(flags).replace('/', '_').replace(',', '_')}"
        if not program.exists():
            run("cc", "-g", "-O1", "-D_GNU_SOURCE", *WARNINGS, *flags, f"-I{HERE}", f"-I{PORT}", HERE / f"{name}.c",
                *CORE, "-o", program, "-pthread")  # fmt: skip
        return program

    return build


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_scripts(compiled, script):
    run(compiled("model", MEMORY), script)


@pytest.mark.parametrize("seed", range(8))
def test_random_operations(compiled, seed):
    run(compiled("model", MEMORY), "seed", seed, 2000)


def test_model_finds_faults(compiled):
    """A ring that copies nothing is caught: the model is no rubber stamp."""
    with pytest.raises(AssertionError, match=r"Assertion|AddressSanitizer|UndefinedBehavior"):
        run(compiled("model", [*MEMORY, "-DAF_COPY(t,f,n)=((void)(t),(void)(f),(void)(n))"]), *SCRIPTS)


@pytest.mark.parametrize(
    ("flags", "total"), [(MEMORY, 200000), (["-O2"], 500000), (THREADS, 100000)], ids=["memory", "plain", "threads"]
)
def test_one_writer_and_one_reader(compiled, flags, total):
    run(compiled("threads", flags), total)


def test_cppcheck():
    assert shutil.which("cppcheck"), "cppcheck is missing; it is installed by: make test"
    run(
        *("cppcheck", "--quiet", "--std=c99", "--enable=warning,performance,portability", "--error-exitcode=1"),
        *("--inline-suppr", f"-I{HERE}", f"-I{PORT}", *CORE),
    )
