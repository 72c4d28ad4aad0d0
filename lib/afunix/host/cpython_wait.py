"""Waiting on CPython: each call that waits has a bell, and whoever changes something rings them all.

There is no section of code here that an interrupt could tear: what counts is done in single steps of the interpreter.
"""

import threading
import time


class Call(list):
    """A call that a thread is in, with what can be taken back of it: see cpython_lock.py."""

    __hash__ = object.__hash__
    given_up = ()  # what is done when it has been taken back: (function, *arguments) each


class _None(Call):
    """What a thread is in that is in no call."""

    def append(self, change):
        pass


class _Thread(threading.local):
    def __init__(self):
        self.call = self.none = _None()


thread = _Thread()


class _Waiters:
    """A change is published before they are rung, and a waiter has its bell before it looks: none is missed."""

    def __init__(self):
        self.bells = {}  # of calls that wait: locks, which to release is to ring
        self.watchers = []  # called on every change: event loops

    @property
    def count(self):
        return len(self.bells) + len(self.watchers)


waiters = _Waiters()


def deadline(ms):
    return -1 if ms < 0 else time.monotonic() + ms / 1000


def enter():
    waiters.bells[thread.call] = threading.Lock()


def leave():
    waiters.bells.pop(thread.call, None)


def blocked(counted):
    return len(waiters.bells)


def changes():
    bell = waiters.bells[thread.call]
    bell.acquire(False)
    return bell


def pause(bell, until):
    if until < 0:
        return bell.acquire()
    left = until - time.monotonic()
    if left <= 0:
        return False  # also where changes never end
    bell.acquire(True, min(left, threading.TIMEOUT_MAX))
    return True


def wake():
    if waiters.bells:
        for bell in tuple(waiters.bells.values()):
            try:
                bell.release()
            except RuntimeError:
                pass  # it has been rung
    if waiters.watchers:
        for watcher in tuple(waiters.watchers):
            watcher()


def watch(watcher):
    """Call `watcher()` on every change from now on, from the thread that made it, which may hold the kernel's lock."""
    waiters.watchers.append(watcher)


def unwatch(watcher):
    """Call it no more."""
    if watcher in waiters.watchers:
        waiters.watchers.remove(watcher)
