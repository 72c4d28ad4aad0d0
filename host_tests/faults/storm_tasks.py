# ruff: noqa: UP031  (MicroPython runs it too)
"""The program of tasks that a storm interrupts: Ctrl-C out of asyncio.run, and it is run again."""

import asyncio

import micropython
import view
from storm_calls import SEQ, STREAM, Numbered, number, over
from storm_rounds import Found

from afunix import aio

PATH = "/storm"
EPIPE, ECONNRESET = 32, 104
TURNS = 50
LONG = 15  # milliseconds that a run takes where nothing interrupts it


class Tasks(Numbered):
    """Records between two tasks over a pair of sockets that outlives the runs. Beside them a server, whose client
    connects anew after some lines."""

    def __init__(self, kind, fresh):
        super().__init__(kind, None)
        self._go_on()
        self.fresh = fresh  # is each run to be in a loop of its own?
        self.tasks = ()
        self.long = LONG
        self.lines = self.runs = 0
        self.failures = []
        self.data = None

    def _go_on(self):
        """Tasks of a run before wait for them, and would stop all others in a call that blocks."""
        self.one.setblocking(False)
        self.other.setblocking(False)

    def call(self):
        if self.fresh:
            asyncio.new_event_loop()
        asyncio.get_event_loop().set_exception_handler(self.failed)
        asyncio.run(self.main())
        self.runs += 1

    def failed(self, loop, context):
        """A task has failed. Those of a run before go on beside this one's, and have lost their server."""
        failure = context["exception"]
        if not isinstance(failure, OSError):
            self.failures.append(failure)

    async def main(self):
        for task in self.tasks:
            task.cancel()
        server = await aio.start_unix_server(self.serve, PATH)
        self.tasks = [asyncio.create_task(each()) for each in (self.read, self.write, self.ask)]
        await asyncio.sleep_ms(self.long)
        for task in self.tasks:
            task.cancel()
        for failure in await asyncio.gather(*self.tasks, return_exceptions=True):
            if not isinstance(failure, asyncio.CancelledError):
                self.failures.append(failure)
        server.close()
        await server.wait_closed()
        for _ in range(TURNS):
            if view.counters()[0] == 2:  # the other ends of the connections are closed, too
                return
            await asyncio.sleep_ms(0)
        self.failures.append(Found("sockets are left"))

    async def read(self):
        while True:
            self.data = await aio.recv(self.one, 4)
            self.took()

    @micropython.native
    def took(self):
        self.take(self.data)

    async def write(self):
        while True:
            self.send()
            await asyncio.sleep_ms(0)

    @micropython.native
    def send(self):
        """Not aio.sendall: one that is interrupted does not say how much went out."""
        try:
            self.other.send(number(self.record, self.sent))
            self.sent += 1
        except OSError as failure:
            over(failure)

    async def serve(self, reader, writer):
        try:
            while line := await reader.readline():
                writer.write(line)
                await writer.drain()
        except OSError as failure:
            if failure.errno not in (EPIPE, ECONNRESET):  # the client was cancelled
                raise
        finally:
            writer.close()

    async def ask(self):
        while True:
            reader, writer = await aio.open_unix_connection(PATH)
            try:
                for i in range(3):
                    await self.ask_once(reader, writer, b"line %d\n" % i)
            finally:
                writer.close()

    async def ask_once(self, reader, writer, line):
        if self.lines & 1:
            await aio.sendall(writer.s, line)
        else:
            writer.write(line)
            await writer.drain()
        answer = await reader.readline()
        if not answer:
            raise OSError(ECONNRESET)  # what Ctrl-C came upon was who serves it, in a run before
        if answer != line:
            self.wrong += 1
        self.lines += 1

    def check(self):
        if self.failures:
            raise self.failures[0]
        try:
            while True:
                self.take(self.one.recv(4))
        except OSError as failure:
            over(failure)
        self.all_came()
        self._go_on()

    def end(self):
        self.long = 60
        self.call()
        self.check()
        if not self.lines:
            raise Found("no line has come back")
        super().end()


ASYNCIO = [
    lambda: Tasks(STREAM, True),
    lambda: Tasks(STREAM, False),
    lambda: Tasks(SEQ, False),
    lambda: Tasks(SEQ, True),
]
