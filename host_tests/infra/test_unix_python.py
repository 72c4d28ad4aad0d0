"""The unix port as the tests use it."""

import pytest

pytestmark = pytest.mark.unix


def test_source(unix_python):
    assert unix_python.run("print(6 * 7)") == (0, "42\n")


def test_file_and_exception(unix_python, tmp_path):
    program = tmp_path / "program.py"
    program.write_text("print('before')\nraise ValueError(3)\n")
    code, output = unix_python.run(program)
    assert code == 1
    assert output.startswith("before\n") and output.endswith("ValueError: 3\n")


def test_a_program_that_hangs(unix_python):
    with pytest.raises(AssertionError, match="longer than 0.5 s(.|\n)*before"):
        unix_python.run("print('before')\nwhile True: pass", timeout=0.5)


def test_what_is_built_in(unix_python):
    program = "import asyncio, select, _thread, micropython; print(micropython.RingIO)"
    assert unix_python.run(program) == (0, "<class 'RingIO'>\n")


def test_threads_have_no_lock_in_common(unix_python):
    """While one thread is inside a long call of C code, another one goes on."""
    program = (
        "import _thread\n"
        "turns = 0\n"
        "done = []\n"
        "def call():\n"
        "    before = turns\n"
        "    sum(range(5000000))\n"
        "    done.append(turns - before)\n"
        "_thread.start_new_thread(call, ())\n"
        "while not done:\n"
        "    turns += 1\n"
        "print(done[0] > 1000)\n"
    )
    assert unix_python.run(program) == (0, "True\n")
