"""The README's programs run as they stand there, and print what they promise."""

import re
import sys
from pathlib import Path

import pytest

import limited
from afunix_tools.command import parser

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs/design.md", "port/README.md")
PROGRAMS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
# What each prints; the third needs a board's timer.
PORTABLE = {0: "hello, world\n", 1: "b'ping'\n"}
INTERRUPT = 2
SEEN = """
received = inside.recv(8)
timer.deinit()
print(received == bytes(8))
inside.close()
outside.close()
"""


def test_every_program_is_known():
    assert len(PROGRAMS) == len(PORTABLE) + 1


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_links_are_there(page):
    text = (ROOT / page).read_text()
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    assert set(re.findall(r"(?m)(?:`|^ +)make ([a-z-]+)", text)) <= targets
    commands = parser().parse_args
    for name in set(re.findall(r"(?m)(?:`|^ +(?:\$ )?)afunix ([a-z]+)", text)):
        commands([name, *{"ports": [], "run": ["PORT", "FILE"]}.get(name, ["PORT"])])
    for link in re.findall(r"\]\(([^)#]+?)\)", text):
        assert link.startswith("https://") or (ROOT / page).parent.joinpath(link).is_file(), link


@pytest.mark.parametrize("number", PORTABLE)
def test_on_cpython(number):
    done = limited.run([sys.executable, "-c", PROGRAMS[number]], env={"PYTHONPATH": str(ROOT / "lib")})
    assert done.stdout == PORTABLE[number]


@pytest.mark.unix
@pytest.mark.parametrize("number", PORTABLE)
def test_on_the_unix_port(unix_python, number):
    code, output = unix_python.run(PROGRAMS[number])
    assert (code, output) == (0, PORTABLE[number])


@pytest.mark.board
@pytest.mark.parametrize("number", PORTABLE)
def test_on_a_board(board, number):
    board.soft_reset()
    assert board.exec(PROGRAMS[number]).replace("\r", "") == PORTABLE[number]


@pytest.mark.board
def test_an_interrupt_sends(board):
    board.soft_reset()
    program = PROGRAMS[INTERRUPT].replace("Timer(period", "timer = Timer(period")
    assert board.exec("import afunix\n" + program + SEEN).strip() == "True"
