"""What an exception on CPython may tear of the data plane: a ring's control words, and an endpoint's operations."""

from array import array

from . import cpython_lock as journal
from .cpython_wait import wake


class _Words(array):
    _FIRST = 8  # before it are the counters, which readers and writers move under locks of their own

    def __setitem__(self, i, value):
        if i >= self._FIRST:
            journal.on_undo(array.__setitem__, self, i, self[i])
        array.__setitem__(self, i, value)


def words(n):
    return _Words("i", bytes(4 * n))


# After which operations of an Endpoint a waiter may go on, and the least result of each that tells it did something:
# a waiter whose own vain attempts woke it would never sleep.
_WAKING = {
    "put": 0,
    "take": 0,
    "fetch_packet": 0,
    "append": 1,
    "append_packet": True,
    "fetch": 1,
    "skip": 1,
    "clear": None,
}


def waking(cls):
    body = {name: _moving(cls, name, _WAKING[name]) for name in _WAKING}
    body["put"] = _sending(cls.put)
    return type(cls.__name__, (cls,), body)


def _moving(cls, name, least):
    """The operation `name`, which moves the ring's counters: they can be set back."""
    plain = getattr(cls, name)
    note = journal.note if name == "take" else journal.on_undo

    def operation(self, *args):
        moved = [self.counters()]
        note(cls.unmove, self, name, moved)
        try:
            done = plain(self, *args)
            moved.append(self.counters())
            if done is None or done >= least:
                wake()
        except BaseException:
            self.repair()
            wake()
            raise
        journal.after_operation()
        return done

    journal.operations.add(operation.__code__)
    return operation


def _sending(plain):
    """The operation `put`, which works on the ring of the peer."""

    def operation(self, *args):
        peer = self.peer
        try:
            done = plain(self, *args)
            if done >= 0:
                wake()
        except BaseException:
            for each in (peer, self.peer):  # it may have got another meanwhile
                if each is not None:
                    each.repair()
            wake()
            raise
        journal.after_operation()
        return done

    journal.operations.add(operation.__code__)
    return operation
