"""Threads that send and receive at once, with no lock of their own: nothing is lost, doubled or torn.

On MicroPython's unix port the threads run in parallel, without a lock around the interpreter. Each case ends by itself
or not at all: whoever runs it gives it a time limit.
"""

import _thread
import time

import afunix
from afunix.kernel import kernel, operation

SIZE = 64  # of a message: who sent it, its number, and bytes that follow from both


_RUNNING = "running"


class Threads:
    """Functions that run in threads of their own. `join` returns when all are over, or raises what one raised.

    Each thread has a place, or a list, to itself for what it has to say: without a lock around the interpreter, two
    that append to the same list destroy it.
    """

    MOST = 16

    def __init__(self):
        self._started = 0
        self._ended = [_RUNNING] * self.MOST

    def start(self, function, *args):
        _thread.start_new_thread(self._run, (self._started, function, args))
        self._started += 1

    def _run(self, place, function, args):
        try:
            function(*args)
            self._ended[place] = None
        except BaseException as failure:
            self._ended[place] = failure

    def join(self):
        running = True
        while running:
            time.sleep(0.001)
            running = False
            for ended in self._ended[: self._started]:
                if ended is _RUNNING:
                    running = True
                elif ended is not None:
                    raise ended


def until_waiting(count):
    """Return as soon as so many calls wait."""
    while operation.waiting() != count:
        time.sleep(0.001)


def _fill(message, sender, number):
    message[0] = sender
    message[1] = number >> 8
    message[2] = number & 255
    seed = sender * 31 + number
    for i in range(3, len(message)):
        message[i] = (seed + i * i) & 255


def _check(message, expected):
    """`message` is whole. Returns its sender and its number."""
    sender, number = message[0], message[1] << 8 | message[2]
    _fill(expected, sender, number)
    assert message == expected, (bytes(message), bytes(expected))
    return sender, number


def _writer(sock, sender, count, send):
    message = bytearray(SIZE)
    for number in range(count):
        _fill(message, sender, number)
        if send == "send":
            assert sock.send(message) == SIZE
        elif send == "write":
            assert sock.write(message) == SIZE
        else:
            sock.sendall(message)


def _stream_reader(sock, seen, sizes):
    """Read one sender's stream in parts of other sizes than it was written in."""
    expected = bytearray(SIZE)
    queued = bytearray()
    i = 0
    while True:
        part = sock.recv(sizes[i % len(sizes)])
        i += 1
        if not part:
            assert not queued
            return
        queued.extend(part)
        while len(queued) >= SIZE:
            message = queued[:SIZE]
            queued = queued[SIZE:]
            seen.append(_check(message, expected))


def _packet_reader(sock, seen, count):
    """Take `count` packets, and note each."""
    message = bytearray(SIZE)
    expected = bytearray(SIZE)
    for _ in range(count):
        assert sock.recv_into(message) == SIZE
        seen.append(_check(message, expected))


def one_writer_one_reader(count, send):
    """A stream in a ring of one message, so that both wait all the time."""
    afunix.configure(ring=64)
    one, other = afunix.socketpair()
    seen = []
    threads = Threads()
    threads.start(_stream_reader, other, seen, (1, 100, 14, 64))
    threads.start(_writer, one, 1, count, send)
    while len(seen) < count:
        time.sleep(0.001)
    one.shutdown(afunix.SHUT_WR)
    threads.join()
    assert seen == [(1, number) for number in range(count)]
    one.close()
    other.close()


def both_directions(count):
    """Two threads, each with a socket to write to while the other writes back: neither may wait for the other's."""
    afunix.configure(ring=1024)
    one, other = afunix.socketpair()
    seen = [[], []]
    threads = Threads()
    for mine, theirs, sender in ((one, other, 0), (other, one, 1)):
        threads.start(_writer, mine, sender, count, "sendall")
        threads.start(_stream_reader, theirs, seen[sender], (64,))
    while len(seen[0]) + len(seen[1]) < 2 * count:
        time.sleep(0.001)
    one.shutdown(afunix.SHUT_RDWR)
    threads.join()
    for sender in (0, 1):
        assert seen[sender] == [(sender, number) for number in range(count)]
    one.close()
    other.close()


def writers_and_readers(kind, writers, readers, count):
    """Several threads send packets through one socket, several receive from the other: each packet arrives once.

    Those of one sender arrive in order at every receiver.
    """
    afunix.configure(ring=256, records=4)
    one, other = afunix.socketpair(afunix.AF_UNIX, kind)
    seen = [[] for _ in range(readers)]
    threads = Threads()
    for got in seen:
        threads.start(_packet_reader, other, got, writers * count // readers)
    for sender in range(writers):
        threads.start(_writer, one, sender, count, "write" if sender & 1 else "send")
    threads.join()
    _check_all(seen, writers, count)
    one.close()
    other.close()


def stream_writers(writers, count):
    """Several threads write messages to one stream whose ring always has room for a whole one or for none."""
    afunix.configure(ring=SIZE)
    one, other = afunix.socketpair()
    seen = []
    threads = Threads()
    threads.start(_stream_reader, other, seen, (SIZE,))
    for sender in range(writers):
        threads.start(_writer, one, sender, count, "write")
    while len(seen) < writers * count:
        time.sleep(0.001)
    one.shutdown(afunix.SHUT_WR)
    threads.join()
    _check_all([seen], writers, count)
    one.close()
    other.close()


def senders_to_one_name(senders, count):
    """Unconnected datagram sockets in threads of their own send to one receiver, by its name."""
    afunix.configure(ring=256, records=4)
    receiver = afunix.socket(afunix.AF_UNIX, afunix.SOCK_DGRAM)
    receiver.bind("/receiver")
    seen = []
    threads = Threads()
    threads.start(_packet_reader, receiver, seen, senders * count)
    for sender in range(senders):
        threads.start(_send_to, sender, count)
    threads.join()
    _check_all([seen], senders, count)
    receiver.close()


def _send_to(sender, count):
    message = bytearray(SIZE)
    sock = afunix.socket(afunix.AF_UNIX, afunix.SOCK_DGRAM)
    for number in range(count):
        _fill(message, sender, number)
        assert sock.sendto(message, "/receiver") == SIZE
    sock.close()


def connections(clients, count):
    """Threads connect, exchange a message and close, while another accepts: the control plane under load."""
    afunix.configure(ring=64, sockets=16)
    listener = afunix.socket()
    listener.bind("/listener")
    listener.listen(1)
    seen = [[] for _ in range(clients)]
    threads = Threads()
    threads.start(_accept, listener, clients * count)
    for sender in range(clients):
        threads.start(_connect, sender, count, seen[sender])
    threads.join()
    _check_all(seen, clients, count)
    listener.close()


def _accept(listener, count):
    for _ in range(count):
        connection, _ = listener.accept()
        connection.send(connection.recv(SIZE))
        connection.close()


def _connect(sender, count, seen):
    message = bytearray(SIZE)
    expected = bytearray(SIZE)
    for number in range(count):
        _fill(message, sender, number)
        client = afunix.socket()
        client.connect("/listener")
        client.send(message)
        answer = client.recv(SIZE)
        assert answer == message, (answer, message)
        seen.append(_check(bytearray(answer), expected))
        assert client.recv(SIZE) == b""
        client.close()


def _check_all(seen, writers, count):
    """Every packet was seen once, and each reader saw those of one writer in order."""
    arrived = []
    for got in seen:
        arrived.extend(got)
        for sender in range(writers):
            numbers = [number for who, number in got if who == sender]
            assert numbers == sorted(numbers)
    assert sorted(arrived) == [(sender, number) for sender in range(writers) for number in range(count)]


def first_use(threads):
    """What is loaded when it is first asked for, asked for by threads at once: all of them get it."""
    running = Threads()
    for _ in range(threads):
        running.start(_use_what_is_loaded_late)
    running.join()


def _use_what_is_loaded_late():
    for name in ("send_fds", "ioctl", "CMSG_LEN", "SO_PEERCRED", "recv_fds", "aio"):
        assert getattr(afunix, name) is not None


def plain_and_rights(kind, count):
    """A writer's messages have a descriptor with them or have none, by turns; a reader takes them plainly or looks.

    A message with a descriptor must never be taken as a plain one while its writer queues it: the descriptor would be
    found beside another message, or nowhere.
    """
    afunix.configure(ring=256, records=4, descriptors=32)
    one, other = afunix.socketpair(afunix.AF_UNIX, kind)
    passed = afunix.socket()
    afunix.send_fds, afunix.recv_fds  # noqa: B018  # loaded before the threads are: see first_use
    threads = Threads()
    threads.start(_plain_and_rights, one, passed, count)
    threads.start(_take_and_look, other, count)
    threads.join()
    assert kernel.in_flight == 0
    for sock in (one, other, passed):
        sock.close()


def _take_and_look(sock, count):
    message = bytearray(SIZE)
    expected = bytearray(SIZE)
    for number in range(count):
        if number & 1:
            assert sock.recv_into(message) == SIZE
        else:
            data, fds, _, _ = afunix.recv_fds(sock, SIZE, 4)
            for fd in fds:
                afunix.close(fd)
            assert len(fds) == _has_rights(number), (number, fds)
            message[:] = data
        assert _check(message, expected) == (1, number)


def _has_rights(number):
    return number * 7 % 5 < 2


def _plain_and_rights(sock, passed, count):
    message = bytearray(SIZE)
    for number in range(count):
        _fill(message, 1, number)
        if _has_rights(number):
            assert afunix.send_fds(sock, [message], [passed.fileno()]) == SIZE
        else:
            assert sock.send(message) == SIZE


def control_calls(threads, count):
    """Threads make sockets, names, connections, circles of rights, and close them again: every table is empty then."""
    import leak_cases

    afunix.configure(sockets=16 * threads, descriptors=20 * threads, names=4 * threads, rights=12 * threads, ring=64)
    _control_calls(threads, 1)  # loads what is loaded late
    running = Threads()
    for number in range(threads):
        running.start(_control_calls, number, count)
    running.join()
    assert not leak_cases.left(), leak_cases.left()


def _control_calls(number, count):
    path = "/control" + str(number)
    for i in range(count):
        kind = (afunix.SOCK_STREAM, afunix.SOCK_SEQPACKET, afunix.SOCK_DGRAM)[i % 3]
        sockets = list(afunix.socketpair(afunix.AF_UNIX, kind))
        one, other = sockets
        if kind != afunix.SOCK_DGRAM:
            sockets += _connect_once(path, kind, one)
        else:
            sockets.append(_send_to_itself(kind))
        sockets.append(one.dup())
        # A circle, which is collected when the descriptors are closed.
        afunix.send_fds(one, [b"x"], [one.fileno(), other.fileno()])
        if i & 1:
            other.shutdown(afunix.SHUT_RDWR)
        for j in range(len(sockets)):
            sockets[(i + j) % len(sockets)].close()


def _connect_once(path, kind, passed):
    listener = afunix.socket(afunix.AF_UNIX, kind)
    listener.bind(path)
    listener.listen(2)
    waits, client = afunix.socket(afunix.AF_UNIX, kind), afunix.socket(afunix.AF_UNIX, kind)
    for sock in (client, waits):
        sock.connect(path)
    server, _ = listener.accept()
    assert afunix.send_fds(client, [b"x"], [passed.fileno(), listener.fileno()]) == 1
    data, fds, _, _ = afunix.recv_fds(server, 9, 4)
    assert data == b"x" and len(fds) == 2
    for fd in fds:
        afunix.close(fd)
    return [listener, waits, client, server]


def _send_to_itself(kind):
    sock = afunix.socket(afunix.AF_UNIX, kind)
    sock.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    sock.bind("")
    name = sock.getsockname()
    assert sock.sendto(b"x", name) == 1
    assert sock.recvfrom(9) == (b"x", name)
    return sock
