"""The kernel's lock on CPython, where an exception may come between any two instructions: a signal's handler raises it.

What a section changes is written down in a journal. A section that an exception leaves is taken back at once. So is all
that a call has done, where an exception that is no error comes in before it has returned (`transaction`): what it would
have answered is lost, and what it has received must not be. Only what others have built on meanwhile stays.
"""

import functools
import os
import sys
import threading
import weakref
from threading import get_ident

from .cpython_wait import Call, thread, waiters, wake

_MISSING = object()
_MOST = 1000  # sections of one call that can be taken back


def error(errno):
    return OSError(errno, os.strerror(errno))


class Lock:
    """A lock that knows its holder, so that what an exception tears does not keep it for ever: see `waking`."""

    def __init__(self):
        self._lock = threading.RLock()
        self.is_mine = self._lock._is_owned

    def acquire(self, blocking=True):
        if self.is_mine():  # a finaliser or a signal's handler came in between
            if blocking:
                raise error(35)  # EDEADLK
            return False
        return self._lock.acquire(blocking)

    def release(self):
        self._lock.release()

    def let_go(self):
        """Release it where the calling thread holds it."""
        if self.is_mine():
            self._lock.release()


class _Journal(list):
    """What one section has changed: (function, its arguments) to take each change back, the last of them last.

    number  how many sections before it have changed anything, or have seen what another thread has changed; None for a
            change that has no section
    """

    def __init__(self, number, *changes):
        super().__init__(changes)
        self.number = number

    def take_back(self):
        """This may be done again where it was interrupted."""
        while self:
            undo, *arguments = self[-1]
            undo(*arguments)
            self.pop()


class SectionLock(Lock):
    """See kernel/lock.py."""

    def __init__(self, settle):
        super().__init__()
        self.left = False
        self.journal = _Journal(0)
        self.kept = None  # see keep
        self._settle = settle
        self._last = 0  # the thread whose section was the last one

    def __enter__(self):
        self.acquire()

    def try_enter(self):
        return self.acquire(False)

    def __exit__(self, kind, value, trace):
        if kind is not None and value is not self.kept:
            self.journal.take_back()
        if self.left or _dropped:
            self._settle()
        me = get_ident()
        if self.journal:
            self._keep_journal()
        elif self._last != me:
            self.journal = _Journal(self.journal.number + 1)  # it has seen what others have done: that stays
        self._last = me
        self._lock.release()
        if kind is None:
            after_operation()

    def _keep_journal(self):
        """The section is over; its call may still be taken back. At each of these steps it can be told what is done."""
        call = thread.call
        if len(call) >= _MOST:
            call.clear()
        call.append(self.journal)
        self.journal = _Journal(self.journal.number + 1)
        self.kept = None

    def take_back(self, call):
        """Take back what is written down now, and what `call` has done before, where nothing has been changed since.
        By the holder."""
        self.journal.take_back()
        while call:
            done = call[-1]
            if done is not self.journal and done.number is not None:
                if done.number != self.journal.number - 1:
                    break
                done.take_back()
                self.journal.number = done.number
            done.take_back()
            call.pop()
        self.left = True  # what was left over may be so again


_lock = None  # the kernel's, once there is one


def _recording():
    return False


def record(lock):
    """Record from now on what the sections of `lock` change."""
    global _lock, _recording
    _lock = lock
    _recording = lock.is_mine


def keep(failure):
    """What the section has changed stays though it is about to raise this: to report it is what it was for."""
    _lock.kept = failure


def commit():
    """What the call has done stays, whatever comes: a program has seen it, or it undoes what came before."""
    if _recording():
        _lock.journal = _Journal(_lock.journal.number + 1)  # in one step: nor is what came before taken back
    thread.call.clear()


def note(undo, *arguments):
    """The calling thread is about to change something that `undo(*arguments)` takes back."""
    if _recording():
        _lock.journal.append((undo, *arguments))
    else:
        thread.call.append(_Journal(None, (undo, *arguments)))


def on_undo(undo, *arguments):
    """The same, which needs no undoing where it is done outside a section."""
    if _recording():
        _lock.journal.append((undo, *arguments))


def aside(function):
    """Decorator: what the function changes stays, though the section that it is called in may be taken back."""

    @functools.wraps(function)
    def call(*args):
        if not _recording():
            return function(*args)
        known = len(_lock.journal)
        answer = function(*args)
        del _lock.journal[known:]
        return answer

    return call


class Recorded:
    def __setattr__(self, name, value):
        if _recording():
            _lock.journal.append((object.__setattr__, self, name, getattr(self, name, None)))
        object.__setattr__(self, name, value)


class Noted:
    """Base class of what the end of a call takes back, also where it was changed outside a section."""

    def __setattr__(self, name, value):
        note(self._set, name, getattr(self, name, None))
        self._set(name, value)

    _set = object.__setattr__


class _Trace(weakref.ref):
    """What is left of an open socket that is dropped. A finaliser may be torn; this is put into a list in one step."""

    __slots__ = ("descriptor",)


_open = {}  # by id: the traces of open sockets
_dropped = []


class StreamBase(Noted):
    _trace = None

    def _set(self, name, value):
        if name == "_fd":
            trace = self._trace
            if value < 0:
                _open.pop(id(trace), None)
            else:
                if trace is None:
                    trace = _Trace(self, _dropped.append)
                    object.__setattr__(self, "_trace", trace)
                trace.descriptor = self._d
                _open[id(trace)] = trace
        object.__setattr__(self, name, value)


def lost():
    """The descriptors of sockets that were dropped open, and whose finalisers did not come to their end."""
    for trace in tuple(_dropped):
        if id(trace) in _open:
            yield trace.descriptor
        _open.pop(id(trace), None)
        _dropped.remove(trace)


class Table(list):
    def __setitem__(self, i, value):
        if _recording():
            _lock.journal.append((list.__setitem__, self, i, self[i]))
        list.__setitem__(self, i, value)


def _restore(registry, key, former):
    if former is _MISSING:
        dict.pop(registry, key, None)
    else:
        dict.__setitem__(registry, key, former)


class Registry(dict):
    def __setitem__(self, key, value):
        if _recording():
            _lock.journal.append((_restore, self, key, self.get(key, _MISSING)))
        dict.__setitem__(self, key, value)

    def __delitem__(self, key):
        if _recording():
            _lock.journal.append((_restore, self, key, self.get(key, _MISSING)))
        dict.__delitem__(self, key)


# Calls


def transaction(thing):
    """Decorator of a function, or of a class and its public methods: what an exception cuts short has not happened."""
    if not isinstance(thing, type):
        return _transaction(thing)
    for name, method in tuple(thing.__dict__.items()):
        if callable(method) and (name[0] != "_" or name == "__init__"):
            call = _transaction(method)
            setattr(thing, name, _at_once_or_after_operation(call) if name == "close" else call)
    return thing


def _at_once_or_after_operation(close):
    """A signal's handler may close the socket whose ring the thread that it interrupts works on, under locks that
    closing needs: it is closed at the end of that."""

    @functools.wraps(close)
    def close_when_possible(self):
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_code in operations:
                _postponed.append(functools.partial(close, self))
                return
            frame = frame.f_back
        close(self)

    return close_when_possible


def _transaction(function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        if _recording():  # a signal's handler, or a finaliser, in the middle of a section
            return function(*args, **kwargs)
        outer = thread.call
        this = Call()
        try:
            try:
                thread.call = this
                answer = function(*args, **kwargs)
                thread.call = outer
                return answer
            except BaseException as failure:
                _give_up(this, outer, failure)
                raise
        except _INTERRUPTS as failure:  # it may have come while an error was on its way to the program
            _give_up(this, outer, failure)
            raise

    return call


_INTERRUPTS = (KeyboardInterrupt, SystemExit)


def on_give_up(function, *arguments):
    """The function is called when the call that is being made was given up, and taken back as far as that goes; again
    where it was interrupted."""
    if thread.call is not thread.none:
        thread.call.given_up = (*thread.call.given_up, (function, *arguments))


def _give_up(call, outer, failure):
    """An exception ends the call, which was made in the call `outer`. This may be done again where it was
    interrupted."""
    thread.call = outer
    waiters.bells.pop(call, None)
    if _recording():
        try:
            _lock.take_back(call)
        finally:
            _lock.release()
    elif isinstance(failure, OSError):
        return
    elif call:
        with _lock:
            _lock.take_back(call)
    for function, *arguments in reversed(call.given_up):
        function(*arguments)
    wake()
    if outer is thread.none and _lock.left and _lock.try_enter():
        _lock.__exit__(None, None, None)


# What has to wait until a section or an operation is over

operations = set()  # the code of an endpoint's
_postponed = []


def later(function, outside=1):
    """Call it, but not in the middle of an operation or a section of this thread: a finaliser may come while it holds a
    lock that is needed."""
    frame = sys._getframe(outside)
    while frame is not None:
        if frame.f_code in operations:
            _postponed.append(function)
            return
        frame = frame.f_back
    if _recording():
        _postponed.append(function)
    else:
        _run(function)


def after_operation():
    """An operation is over."""
    if _postponed:
        _do_postponed()


def _do_postponed():
    """Call what was put off, unless this thread is in a section or an operation beside the one that ends. Each may be
    called once too often, so that an interrupt does not lose it."""
    for function in tuple(_postponed):
        try:
            _postponed.remove(function)
            later(function, 4)
        except ValueError:
            pass  # another thread was faster
        except BaseException:
            _postponed.append(function)
            raise


def _run(function):
    """What it raises is reported, and disturbs nobody."""
    try:
        _transaction(function)()
    except Exception:
        sys.excepthook(*sys.exc_info())
