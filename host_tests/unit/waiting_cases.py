"""What ends a wait: closing the socket beside it, and a timeout while everything else is busy."""

import time

from thread_cases import Threads

import afunix


def _refusal(answers, call, *args):
    """Note what a call returns, or the errno that it ends with."""
    try:
        answers.append(call(*args))
    except OSError as failure:
        answers.append(failure.errno)


def _close_beside(sock, *call):
    """What a call that waits ends with when its socket is closed."""
    answers = []
    threads = Threads()
    threads.start(_refusal, answers, *call)
    time.sleep(0.02)  # time to begin to wait; the answer is the same if it had no time
    assert not answers
    sock.close()
    threads.join()
    return answers[0]


def close_receiver(kind, duplicates):
    """With a duplicate the connection stays open, and another thread's data still arrives."""
    one, other = afunix.socketpair(afunix.AF_UNIX, kind)
    copies = [one.dup() for _ in range(duplicates)]
    assert _close_beside(one, one.recv, 1) == afunix.EBADF
    for copy in copies:
        other.send(b"x")
        assert copy.recv(1) == b"x"
        copy.close()
    other.close()


def close_sender(kind, duplicates):
    one, other = afunix.socketpair(afunix.AF_UNIX, kind)
    one.setblocking(False)
    try:
        while True:
            one.send(b"x" * 64)
    except OSError as failure:
        assert failure.errno == afunix.EAGAIN
    one.setblocking(True)
    copies = [one.dup() for _ in range(duplicates)]
    assert _close_beside(one, one.send, b"x" * 64) == afunix.EBADF
    for sock in copies:
        sock.close()
    other.close()


def close_listener(duplicates):
    listener = afunix.socket()
    listener.bind("/listener")
    listener.listen()
    copies = [listener.dup() for _ in range(duplicates)]
    assert _close_beside(listener, listener.accept) == afunix.EBADF
    for sock in copies:
        sock.close()


def close_connecting():
    listener = afunix.socket()
    listener.bind("/listener")
    listener.listen(0)
    first = afunix.socket()
    first.connect("/listener")
    second = afunix.socket()
    assert _close_beside(second, second.connect, "/listener") == afunix.EBADF
    first.close()
    listener.close()


def _exchange(stop):
    one, other = afunix.socketpair()
    while not stop:
        one.send(b"x")
        other.recv(1)
    one.close()
    other.close()


def timeout_among_others():
    """A timeout ends a wait though other sockets change all the time."""
    one, other = afunix.socketpair()
    one.settimeout(0.05)
    stop = []
    answers = []
    threads = Threads()
    for _ in range(2):
        threads.start(_exchange, stop)
    _refusal(answers, one.recv, 1)
    stop.append(True)
    threads.join()
    assert answers in ([None], [afunix.ETIMEDOUT])  # CPython's TimeoutError has no errno
    assert other.send(b"late") == 4
    assert one.recv(9) == b"late"
    one.close()
    other.close()
