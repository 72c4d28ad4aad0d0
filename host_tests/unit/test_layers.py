"""Imports in lib/afunix go down, from wing to wing and within them, and nothing is set in a module from above."""

from pathlib import Path

import layers
import pytest

LIBRARY = Path(__file__).resolve().parent.parent.parent / "lib/afunix"
# A small library as it should be.
GOOD = {
    "__init__.py": "from .kernel.tables import kernel\nfrom .socket import socket\n_MODULES = ('aio',)\n"
    "def __getattr__(name):\n    return __import__('afunix.' + name)\n",
    "socket.py": "from .kernel import lock\nfrom .data.plane import Handle\nfrom .host import error\n"
    "def f():\n    lock.enter()\n",
    "aio.py": "import asyncio\nfrom .socket import socket\n",
    "kernel/__init__.py": "",
    "kernel/tables.py": "from ..data.plane import Endpoint\nclass Kernel:\n    live = 0\nkernel = Kernel()\n",
    "kernel/lock.py": "from .tables import kernel\ndef f(one):\n    kernel.live = one\n    kernel.live += 1\n",
    "data/__init__.py": "",
    "data/plane.py": "try:\n    import _afunix\nexcept ImportError:\n    _afunix = None\nfrom ..host import error\n"
    "class Handle:\n    pass\nHandle.more = 1\n",
    "host/__init__.py": "import sys\nfrom .board import *\n",
    "host/board.py": "import time\n",
}


def planted(path, code):
    """What is wrong once `code` stands in that file, too; its first line is number 101."""
    before = GOOD[path]
    return layers.check(GOOD | {path: before + "\n" * (100 - before.count("\n")) + code})


def test_the_library():
    files = {str(path.relative_to(LIBRARY)): path.read_text() for path in LIBRARY.rglob("*.py")}
    assert len(files) > 25
    wrong = layers.check(files)
    assert not wrong, "\n".join(wrong)


def test_what_is_right():
    assert layers.check(GOOD) == []


@pytest.mark.parametrize(
    ("path", "code", "line", "imported"),
    [
        ("kernel/tables.py", "from .. import aio\n", 1, "aio"),
        ("kernel/tables.py", "import afunix\n", 1, "afunix"),
        ("kernel/tables.py", "from ..aio import stream\n", 1, "aio"),
        ("kernel/tables.py", "from afunix import aio\n", 1, "aio"),
        ("kernel/tables.py", "import afunix.aio as a\n", 1, "aio"),
        ("kernel/tables.py", "from .. import socketpair\n", 1, "afunix"),
        ("kernel/tables.py", "def f():\n    from ..aio import stream\n", 2, "aio"),
        ("kernel/tables.py", "optional('aio')\n", 1, "aio"),
        ("kernel/tables.py", "__import__('afunix.aio')\n", 1, "aio"),
        ("data/plane.py", "from ..kernel import tables\n", 1, "kernel.tables"),
        ("data/plane.py", "from ..kernel.tables import kernel\n", 1, "kernel.tables"),
        ("data/plane.py", "def f(name):\n    return load('kernel.' + name)\nf('lock')\n", 3, "kernel.lock"),
        ("host/board.py", "from ..data.plane import Handle\n", 1, "data.plane"),
        ("host/board.py", "class A:\n    def f(self):\n        from .. import kernel\n", 3, "kernel"),
    ],
)
def test_an_import_that_goes_up(path, code, line, imported):
    wing = layers.wing_of(layers.module_of(path))
    assert f"{path}:{100 + line}: {wing} imports {imported}, which is above it" in planted(path, code)


@pytest.mark.parametrize(
    ("path", "code", "circle"),
    [
        ("kernel/tables.py", "from .lock import f\n", ["kernel.lock", "kernel.tables"]),
        ("kernel/tables.py", "def g():\n    from . import lock\n", ["kernel.lock", "kernel.tables"]),
        ("kernel/tables.py", "def g():\n    optional('kernel.lock')\n", ["kernel.lock", "kernel.tables"]),
        ("socket.py", "__import__('afunix.aio')\n", ["aio", "socket"]),
        ("socket.py", "from . import object_of\n", ["afunix", "socket"]),
        ("host/board.py", "from . import error\n", ["host", "host.board"]),
    ],
)
def test_a_circle(path, code, circle):
    wrong = planted(path, code)
    assert any(line.startswith("these import each other") and set(circle) <= set(_named(line)) for line in wrong), wrong
    assert any(line.startswith(f"    {path}:") for line in wrong), wrong


def _named(line):
    return line.partition(": ")[2].split(", ")


@pytest.mark.parametrize(
    ("path", "code", "line"),
    [
        ("kernel/lock.py", "kernel.streams = f\n", 1),
        ("kernel/lock.py", "kernel.live = 3\n", 1),
        ("kernel/lock.py", "def g():\n    kernel.streams = f\n", 2),
        ("kernel/lock.py", "def g():\n    kernel.streams = lambda: 0\n", 2),
        ("kernel/lock.py", "def g():\n    from . import tables\n    tables.limit = 3\n", 3),
        ("kernel/lock.py", "from . import tables as t\nt.limit += 3\n", 2),
        ("kernel/lock.py", "from . import tables as t\nt.limit: int = 3\n", 2),
        ("kernel/lock.py", "from . import tables as t\na, t.limit = 3, 4\n", 2),
        ("kernel/lock.py", "from . import tables as t\nsetattr(t, 'limit', 3)\n", 2),
        ("kernel/lock.py", "from . import tables as t\ndel t.limit\n", 2),
        ("kernel/lock.py", "from ..data.plane import Handle\nHandle.send = f\n", 2),
        ("kernel/lock.py", "from ..data.plane import Handle\nif f:\n    setattr(Handle, 'send', f)\n", 3),
        ("aio.py", "import afunix.kernel.lock\nafunix.kernel.lock.f = None\n", 2),
        ("aio.py", "import afunix\nafunix.limit = None\n", 2),
        ("aio.py", "__import__('afunix.kernel.lock').f = None\n", 1),
    ],
)
def test_something_set_from_outside(path, code, line):
    wrong = planted(path, code)
    assert any(text.startswith(f"{path}:{100 + line}: set from outside") for text in wrong), wrong


def test_a_modules_own_is_its_own():
    """Nor does it matter what is set in modules that are not ours, and in what a function calls by the same name."""
    code = "import builtins\nbuiltins.x = 1\nfrom . import tables\ndef g(tables):\n    tables.f = g\n"
    code += "def h():\n    kernel = g(0)\n    kernel.f = g\n"
    assert planted("kernel/lock.py", code) == []
