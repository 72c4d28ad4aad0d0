"""Calls in threads of their own, and the states of theirs that a case waits for: nothing here sleeps for an order."""

import _thread
import time

from kit import PATIENCE, elapsed, moment


def until(condition):
    """Wait until `condition()` is true. Returns what it was last: it may be false when patience is at its end."""
    started = moment()
    while not condition():
        if elapsed(started) > PATIENCE:
            return condition()
        time.sleep(0.001)
    return True


class Call:
    """A call in a thread of its own. When this is made, it waits, or it is over."""

    def __init__(self, k, function, *args):
        self._answers = []
        before = k.waiting()
        _thread.start_new_thread(self._run, (k, function, args))
        assert until(lambda: self._answers or k.waiting() > before), "a call neither waits nor ends"

    def _run(self, k, function, args):
        k.calling()
        self._answers.append(k.attempt(function, *args))

    def over(self):
        """Did it not wait, or is it woken and over?"""
        return bool(self._answers)

    def answer(self):
        """What the call answered; "waits" if it is not over."""
        until(self.over)
        return self._answers[0] if self._answers else "waits"


def each_way(k, scenario, polls=True):
    """The answer of scenario(way) for every way to wait of `k.blocking`: one, where all are the same, else a list.

    Each begins with nothing open. With a timeout CPython's socket waits in poll(2), and asks again where that was
    wrong. There are events that poll does not tell, and some that it never stops telling: with polls=False the case is
    such a one, and Linux answers it in the other two ways only.
    """
    answers = []
    for way in k.WAYS if polls or not k.WAITS_IN_POLL else k.WAYS[:2]:
        answers.append(scenario(way))
        left = k.clean()
        if left:
            answers[-1] = "! " + left
    return answers[0] if answers.count(answers[0]) == len(answers) else answers


def drop_in_message(k, sock):
    """Close a socket that a message holds, then the queue that the message is in: nobody ever takes it."""
    sender, receiver = k.pair("STREAM")
    sender.sendmsg([b"m"], k.rights(sock.fileno()))
    sock.close()
    receiver.close()


def send_pieces(k, call, receiver, sender, pieces):
    """Send pieces to the socket that `call` receives from, each when the one before is taken, or the call is over."""
    for piece in pieces:
        sender.send(piece)
        until(lambda: call.over() or not k.queued(receiver))


def drain(k, call, sock, reads):
    """Read from the non-blocking socket that `call` sends to, and return the bytes.

    reads  "nothing"; "little", one small message; "most", nearly all that is there, until more of the call's has come
           and it waits again, or the call is over; "all" until it is over, and all that is there then
    """
    if reads == "nothing":
        return b""
    if reads == "little":
        return sock.recv(64)
    if reads == "most":
        return _most(k, call, sock)
    parts = []

    def last():
        over = call.over()
        parts.extend([part for part in k.received(sock, 65536) if isinstance(part, bytes)])
        return over

    until(last)
    return b"".join(parts)


def _most(k, call, sock):
    got = b""
    there = k.queued(sock)
    while len(got) < there * 7 // 8:
        got += sock.recv(there * 7 // 8 - len(got))
    until(lambda: call.over() or k.queued(sock) > there - len(got) and k.waiting())
    return got
