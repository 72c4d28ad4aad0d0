"""What examples/sensor must print, computed from its recording without its code."""

import re
from fractions import Fraction
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / "examples/sensor"
READINGS = EXAMPLE / "readings.csv"
UNITS = {"temperature": "C", "humidity": "%", "pressure": "hPa"}
INTERVAL = 5


def rows():
    """The recording as lists of text."""
    header, *lines = READINGS.read_text().splitlines()
    assert header == "time,temperature,humidity,pressure"
    return [line.split(",") for line in lines]


def check(output, ticker):
    """Check all that the example printed; `ticker` says what it took its ticks from."""
    lines = output.splitlines()
    assert lines[0] == f"sensor: 200 readings a second, from a {ticker}"
    blank = lines.index("")
    progress, summary = lines[1:blank], lines[blank + 1 :]
    events = [*_gaps(), *_outliers()]
    assert sorted(progress) == sorted([*_every_three_hours(), *events])
    assert [line for line in progress if line[2] == ":"] == _every_three_hours()
    late = re.fullmatch(r"280 readings played: 0 lost, 0 overruns, (\d+) late ticks", summary[-2])
    assert late, summary[-2]
    assert summary == [*_table(), *events, summary[-2], "0 sockets open"]
    return int(late[1])


def _minute(time):
    hours, minutes = time.split(":")
    return 60 * int(hours) + int(minutes)


def _every_three_hours():
    shown = [row for row in rows() if _minute(row[0]) % 180 == 0]
    assert len(shown) == 8
    return [f"{time}  {t} C  {h} %  {p} hPa" for time, t, h, p in shown]


def _gaps():
    times = [row[0] for row in rows()]
    steps = [(a, b, _minute(b) - _minute(a)) for a, b in zip(times, times[1:], strict=False)]
    found = [
        f"gap: nothing between {a} and {b}, {step // INTERVAL - 1} readings missing"
        for a, b, step in steps
        if step != INTERVAL
    ]
    assert len(found) == 1
    return found


def _outlier_rows():
    """No day is that hot."""
    found = [row for row in rows() if Fraction(row[1]) > 60]
    assert len(found) == 1
    return found


def _outliers():
    return [f"outlier at {row[0]}: {row[1]} C, left out of the statistics" for row in _outlier_rows()]


def _table():
    all_rows, outliers = rows(), _outlier_rows()
    yield f"{len(all_rows)} readings from {all_rows[0][0]} to {all_rows[-1][0]}"
    yield f"{'':12} {'count':>6} {'least':>9} {'greatest':>9} {'mean':>9} unit"
    for column, (name, unit) in enumerate(UNITS.items(), 1):
        values = [Fraction(row[column]) for row in all_rows if row not in outliers]
        mean = sum(values) / len(values)
        numbers = [f"{float(value):.2f}" for value in (min(values), max(values), mean)]
        yield f"{name:12} {len(values):6} {numbers[0]:>9} {numbers[1]:>9} {numbers[2]:>9} {unit}"
