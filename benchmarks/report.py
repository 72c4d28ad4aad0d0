"""The records of a run as tables: one for each program, a row for each case, a column for each implementation."""

CLOCK = 125  # cycles in a microsecond
# Where the time itself says more than its ratio to that of a message.
IN_MICROSECONDS = ("calls", "connections", "interrupts", "readiness", "tasks")
NARROWEST = 9


def microseconds(record):
    """The time of a record."""
    return record["cycles"] / CLOCK if "cycles" in record else record["ns"] / 1000


def cell(record, in_microseconds):
    """A record's figure as text."""
    if record is None:
        return ""
    if "bytes" in record:
        return str(record["bytes"])
    return f"{microseconds(record):.1f}" if in_microseconds else f"{record['ratio']:.2f}"


def table(title, records, in_microseconds):
    """The lines of one table."""
    cases = list(dict.fromkeys(record["case"] for record in records))
    impls = list(dict.fromkeys(record["impl"] for record in records))
    found = {(record["case"], record["impl"]): record for record in records}
    rows = [[title, *impls]]
    rows += [[case, *(cell(found.get((case, impl)), in_microseconds) for impl in impls)] for case in cases]
    widths = [max(NARROWEST, *(len(row[i]) for row in rows)) for i in range(len(impls) + 1)]
    for row in rows:
        yield "  ".join(
            [row[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))]
        )


def lines(target, records):
    """All that is printed about one target."""
    baseline = records[0]
    exact = f"{baseline['cycles']} cycles, " if "cycles" in baseline else ""
    where = {"pico": "Emulated Pico at 125 MHz, flash without wait states", "unix": "MicroPython's unix port"}[target]
    yield f"{where}: 1.0 is {exact}{microseconds(baseline):.3g} us, RingIO write + readinto of 64 bytes."
    for group in dict.fromkeys(record["group"] for record in records):
        its = [record for record in records if record["group"] == group and record is not baseline]
        in_microseconds = group in IN_MICROSECONDS
        unit = "bytes" if any("bytes" in record for record in its) else "us" if in_microseconds else "ratio"
        yield ""
        yield from table(f"{group} ({unit})", its, in_microseconds)


def show(target, records):
    """Print it."""
    print()
    print("\n".join(lines(target, records)))
    print()
