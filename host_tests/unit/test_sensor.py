"""examples/sensor on CPython and MicroPython's unix port: every number it prints is checked against the recording."""

import asyncio
import os
import subprocess
import sys

import pytest

import limited
import sensor_summary
from sensor_summary import EXAMPLE, READINGS

LIB = EXAMPLE.parent.parent / "lib"
# The example as it is, with rings for all readings: however late a busy machine lets a task run, none is lost.
PLAYED = f"""
import afunix, sys
afunix.configure(ring=8192)
sys.path.insert(0, {str(EXAMPLE)!r})
with open({str(EXAMPLE / "main.py")!r}) as file:
    program = file.read()
exec(program)
"""
MODULES = ("display", "reading", "recorder", "sensor", "tape", "ticker")


def test_recording():
    """What makes it worth to be played: a day, some hundred lines, something missing."""
    rows = sensor_summary.rows()
    assert len(rows) == 280
    assert rows[0][0] == "00:00"
    assert rows[-1][0] == "23:55"
    assert all(len(row) == 4 and all(text[-3] == "." for text in row[1:]) for row in rows)


def test_cpython(tmp_path):
    command = [sys.executable, "-X", "dev", "-c", PLAYED]
    environment = os.environ | {"PYTHONPATH": str(LIB)}
    done = limited.run(command, stderr=subprocess.PIPE, env=environment, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    sensor_summary.check(done.stdout, "thread")


@pytest.mark.unix
def test_unix(unix_python):
    code, output = unix_python.run(PLAYED, paths=(LIB,))
    assert code == 0, output
    sensor_summary.check(output, "thread")


@pytest.mark.unix
def test_unix_in_the_memory_of_a_board(unix_python):
    """An RP2040 has a heap of 220 kB, and words half as long as here. On a busy machine some readings may be lost."""
    code, output = unix_python.run(EXAMPLE / "main.py", paths=(LIB,), heap="320k")
    assert code == 0, output
    assert "280 readings played" in output and output.endswith("\n0 sockets open\n")


@pytest.fixture
def large_rings():
    """Rings that take all readings."""
    import afunix

    before = dict(afunix.kernel.settings)
    afunix.configure(ring=8192)
    yield
    afunix.configure(**before)


@pytest.fixture
def example(monkeypatch):
    """The example's modules, imported anew."""
    monkeypatch.syspath_prepend(str(EXAMPLE))
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield
    for name in MODULES:
        sys.modules.pop(name, None)


def test_readings_lost_in_the_interrupt_are_counted(example):
    """The interrupt goes on while nobody reads what it sends."""
    import tape

    import afunix

    async def main():
        sink, source = afunix.socketpair()
        played = tape.Tape(str(READINGS), sink)
        feeding = asyncio.create_task(played.feed())
        ticks = 0
        while not feeding.done():
            await asyncio.sleep(0.01)
            for _ in range(100):
                played.tick(None)
                ticks += 1
        fits = afunix.kernel.settings["ring"] // 16
        for _ in range(2 * fits):
            played.tick(None)
        assert played.played == 280
        assert played.overruns == 280 - fits
        assert played.late
        await feeding
        sink.close()
        source.close()
        played.close()

    asyncio.run(main())


def test_a_reading_lost_on_the_way_is_reported(example):
    import recorder

    import afunix

    async def main():
        sink, source = afunix.socketpair()
        listening = recorder.Recorder()
        listening._readings = recorder.aio.stream(source)
        sink.send(b"0,0,1842,5510,101325\n2,10,1842,5510,101325\nend,3,1,0\n")
        sink.close()
        await listening.run()
        assert list(listening._summary())[-2:] == ["gap,00:00,00:10,1", "played,3,1,1,0"]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("line", "fields"),
    [("07:30,18.42,55.10,1013.25", [7, 30, 1842, 5510, 101325]), ("00:00,-0.05,0.00,999.90", [0, 0, -5, 0, 99990])],
)
def test_a_reading_as_record_and_line(example, line, fields):
    import reading

    assert reading.parse(line) == fields
    record = reading.pack(7, *fields)
    assert len(record) == reading.SIZE
    assert not reading.is_end(record, 0)
    assert reading.is_end(record + reading.END_RECORD, reading.SIZE)
    text = reading.unpack(record, 0)
    number, minute, *values = text.strip().split(",")
    assert (number, reading.clock(int(minute))) == ("7", line[:5])
    assert [reading.decimal(int(value)) for value in values] == line.split(",")[1:]


def test_statistics_of_negative_values(example):
    import recorder

    statistics = recorder.Statistics()
    for value in (-5, -8, -8):
        statistics.add(value)
    assert (statistics.count, statistics.least, statistics.greatest, statistics.mean()) == (3, -8, -5, -7)


def test_a_subscriber_that_leaves_does_not_stop_the_others(example, large_rings, capsys):
    import recorder
    import sensor

    import afunix
    from afunix import aio

    async def main():
        service, records = sensor.Sensor(str(READINGS), 400), recorder.Recorder()
        await service.open()
        await records.open()
        _, leaver = await aio.open_unix_connection(sensor.NAME)
        await leaver.readline()

        async def leave():
            await leaver.readline()
            await leaver.wait_closed()

        await asyncio.gather(service.run(), records.run(), leave())
        await records.close()
        assert next(records._summary()) == "readings,280,00:00,23:55"
        assert afunix.kernel.live == 0

    asyncio.run(main())


def test_an_unknown_question_is_answered_with_the_end(example):
    import recorder

    from afunix import aio

    async def main():
        service = recorder.Recorder()
        server = await aio.start_unix_server(service._answer, recorder.NAME)
        reader, writer = await aio.open_unix_connection(recorder.NAME)
        writer.write(b"nonsense\n")
        assert await reader.read() == b""
        await writer.wait_closed()
        server.close()
        await server.wait_closed()

    asyncio.run(main())
