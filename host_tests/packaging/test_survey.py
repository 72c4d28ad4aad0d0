"""What the command makes of a board's answers, for boards that are not to be had here."""

import pytest

from afunix_tools import survey
from afunix_tools.install import Progress, install
from afunix_tools.mpy import mpy_of
from steps import Failure

PICO = {
    "mpy": [mpy_of("armv6m") | 3 << 8],
    "machine": ["Raspberry Pi Pico with RP2040"],
    "version": ["1.25.0"],
    "port": ["rp2"],
    "heap": [190000, 240000],
    "flash": [1400000, 1441792],
    "lib": ["/lib"],
}
FOUND = ["found", "/lib/afunix/__init__.mpy", "0.1.0", "file", 40960]
NOWHERE = "Traceback:\nImportError: no module named 'afunix'\n"


class Answers:
    """Stands for a board: answers with facts, and with what an import of afunix finds."""

    def __init__(self, found=NOWHERE, **facts):
        values = {name: value for name, value in (PICO | facts).items() if value is not None}
        lines = [[name, *value] for name, value in values.items() if not isinstance(value, dict)]
        lines += [["lacks", name] for name in values.get("lacks", {})]
        lines += [["frozen", name] for name in values.get("frozen", {})]
        lines += [["files", path, *names] for path, names in values.get("files", {}).items()]
        self._facts = "".join("\t".join(map(str, line)) + "\n" for line in lines)
        self._found = found if isinstance(found, str) else "\t".join(map(str, found)) + "\n"

    def exec(self, source, timeout=None):
        return self._found if source == survey.LOOK else self._facts

    def soft_reset(self):
        pass


def rows(capsys, board, is_fit=True):
    """What doctor prints of it: names to texts; what stands below them under ""."""
    assert survey.report(board) == is_fit
    found = {}
    for line in capsys.readouterr().out.splitlines():
        name, text = line[:13].strip(), line[13:]
        found[name if name[:1].isupper() or name == "afunix" else ""] = text
    return found


def test_a_board_with_everything(capsys):
    said = rows(capsys, Answers(FOUND))
    assert said == {
        "Board": "Raspberry Pi Pico with RP2040",
        "MicroPython": "1.25.0, port rp2",
        "ARCH": "armv6m",
        "Heap": "186 KB free of 234 KB",
        "Flash": "1367 KB free of 1408 KB",
        "afunix": "0.1.0, /lib/afunix, .mpy files; its import takes 40.0 KB of heap",
        "Messages": "C, from _afunix.mpy",
    }


@pytest.mark.parametrize(
    ("found", "where", "plane"),
    [
        (["/lib/afunix/__init__.py", "file"], "/lib/afunix, sources", "C, from _afunix.mpy"),
        (["/lib/afunix/__init__.mpy", "python"], "/lib/afunix, .mpy files", "Python: there is no _afunix.mpy for this"),
        (["afunix/__init__.py", "firmware"], "in the firmware", "C, in the firmware"),
    ],
)
def test_where_it_is_and_who_moves_messages(capsys, found, where, plane):
    said = rows(capsys, Answers(["found", found[0], "0.1.0", found[1], 1024]))
    assert said["afunix"] == f"0.1.0, {where}; its import takes 1.0 KB of heap"
    assert said["Messages"].startswith(plane)


def test_a_processor_without_native_code(capsys):
    said = rows(capsys, Answers(mpy=[6]), is_fit=False)
    assert said["ARCH"] == "none: it runs no native code"
    assert (said["afunix"], said["Messages"]) == ("not installed", "Python, once it is installed")


def test_what_has_no_floating_point_unit_takes_modules_without(capsys):
    assert rows(capsys, Answers(FOUND, mpy=[mpy_of("armv7em")]))["ARCH"] == "armv7m"


def test_a_library_that_does_not_load(capsys):
    assert survey.report(Answers("Traceback:\nValueError: incompatible .mpy file\n")) is False
    said = capsys.readouterr().out
    assert "afunix       cannot be imported:\n" in said
    assert said.endswith("Traceback:\nValueError: incompatible .mpy file\n")


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"lacks": {"asyncio": 0}}, "no asyncio: afunix.aio cannot be used"),
        ({"lacks": {"_thread": 0}}, "no threads: a call that blocks waits for interrupt handlers"),
        ({"version": ["1.23.0"]}, "MicroPython 1.24 or newer"),
        ({"files": {"/lib": ["__init__.py", "__init__.mpy"]}}, "order: /lib/afunix has .py files beside .mpy files"),
    ],
)
def test_what_it_lacks(capsys, facts, text):
    assert rows(capsys, Answers(FOUND, **facts))["Lacks"].startswith(text)


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"version": ["1.23.0"]}, "this board has MicroPython 1.23.0; afunix needs 1.24 or newer"),
        ({"mpy": [5]}, "afunix needs 1.24 or newer"),
        ({"lib": None}, "no filesystem to install anything on"),
        ({"lacks": {"deflate": 0}}, "lacks the module deflate"),
    ],
)
def test_what_nothing_is_installed_on(facts, text):
    with pytest.raises(Failure, match=text):
        install(Answers(**facts), Progress())


def test_firmware_that_has_it_is_left_alone(capsys):
    install(Answers(frozen={"afunix": 0}), Progress())
    assert "afunix is part of this firmware" in capsys.readouterr().out


def test_versions_are_read_as_numbers():
    survey.Survey(Answers(version=["1.100.0"])).refuse_unfit()
    with pytest.raises(Failure):
        survey.Survey(Answers(version=["1.9.4"])).refuse_unfit()


def test_progress_on_a_terminal_is_one_line(tmp_path):
    class Terminal:
        written = ""

        def isatty(self):
            return True

        def write(self, text):
            self.written += text

        def flush(self):
            pass

    terminal = Terminal()
    progress = Progress(terminal)
    progress.show("kernel/lock.mpy", 50, 200)
    progress.end()
    assert "\n" not in terminal.written
    assert terminal.written.startswith("\r   25 %  kernel/lock.mpy")
    assert terminal.written.endswith("\r" + 60 * " " + "\r")
