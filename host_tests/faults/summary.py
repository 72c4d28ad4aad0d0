"""The table of what the sweeps tried and found, from the lines that they print."""

from pathlib import Path

# The columns of the table: which kinds of faults on which planes count in each.
_ON_MICROPYTHON = ("c", "python", "c-ram", "python-ram")
COLUMNS = {
    "Ctrl-C": (_ON_MICROPYTHON, ("interrupt",)),
    "callbacks": (_ON_MICROPYTHON, ("callback", "closing")),
    "allocations": (_ON_MICROPYTHON, ("memory", "heap", "collect")),
    "CPython: lines": (("cpython",), ("line", "callback", "closing", "collect")),
    "CPython: opcodes": (("cpython",), ("opcode",)),
}


def rows(output):
    """(call, state, plane, kind, places, faults) of each sweep in what one of them printed."""
    found = []
    for line in output.splitlines():
        if line.startswith("ROW\t"):
            call, state, plane, kind, places, faults = line.split("\t")[1:]
            found.append((call, state, plane, kind, int(places), int(faults)))
    return found


def table(found):
    """The rows as a table in Markdown: a line for each call, a column for each kind of place, faults among them."""
    lines = [["call", "states", *COLUMNS, "faults"], ["---"] * (len(COLUMNS) + 3)]
    for call in sorted({row[0] for row in found}):
        lines.append(_line(call, [row for row in found if row[0] == call]))
    lines.append(_line("all", found))
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _line(name, found):
    states = len({row[:2] for row in found})
    cells = [
        _cell([row for row in found if row[2] in planes and row[3] in kinds]) for planes, kinds in COLUMNS.values()
    ]
    return [f"`{name}`", str(states), *cells, str(sum(row[5] for row in found))]


def _cell(found):
    places = sum(row[4] for row in found)
    faults = sum(row[5] for row in found)
    return f"{places}, {faults} wrong" if faults else str(places)


def write(directory):
    """Make summary.md of what the sweeps left in the files *.txt of a directory."""
    directory = Path(directory)
    found = [row for file in sorted(directory.glob("*.txt")) for row in rows(file.read_text(errors="replace"))]
    (directory / "summary.md").write_text(table(found))
