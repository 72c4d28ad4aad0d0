"""Which file of the binding is above which: binding.h says it, and what they call must keep to it."""

import re

import pytest
from c_programs import PORT, need, run

from conftest import UNIX


def order():
    """The files that binding.h names, in its order, from the lowest up."""
    text = (PORT / "afunix/binding.h").read_text()
    listed = re.search(r"What is above what.*?\n//\n(.*?)\n//\n", text, re.DOTALL).group(1)
    return re.findall(r"(\w+)\.c\b", listed)


def symbols(file, *flags):
    """The names of that kind that are the binding's."""
    return {line.split()[-1] for line in run("nm", *flags, file).splitlines() if " af_" in line}


@pytest.mark.unix
def test_calls_go_down():
    need("nm")
    above = order()
    # What an older build has left has no source any more.
    sources = {path.stem for path in PORT.glob("*/*.c")}
    objects = [path for path in UNIX.parent.glob("obj/**/*.o") if path.parent.name in ("afunix", "core")]
    objects = [path for path in objects if path.stem in sources]
    assert len(objects) > 5 and {path.stem for path in objects} <= set(above)
    home = {name: path.stem for path in objects for name in symbols(path, "--defined-only")}
    for path in objects:
        for name in symbols(path, "--undefined-only"):
            assert above.index(home[name]) < above.index(path.stem), f"{path.stem} calls {name} of {home[name]}"
