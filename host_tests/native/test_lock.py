"""The kernel's lock in C: who may enter, what stays outside, and that nothing prevents its release."""

import pytest

from conftest import UnixPython

HOLDER = """
import _afunix

def errno(call, *args):
    try:
        call(*args)
    except OSError as error:
        return error.errno

def settle():
    lock.left = False
    settled.append(lock.is_mine())

settled = []
lock = _afunix.lock(settle)
with lock:
    print(lock.is_mine(), lock.try_enter(), errno(lock.__enter__), lock.left, settled)
    lock.left = True
print(lock.is_mine(), lock.left, settled, errno(lock.__exit__, None, None, None))
"""

# What is raised comes after the lock is free, and what was left to do stays so.
FAILING = """
import _afunix

def settle():
    raise KeyboardInterrupt

lock = _afunix.lock(settle)
try:
    with lock:
        lock.left = True
except KeyboardInterrupt:
    print("raised", lock.is_mine(), lock.left, lock.try_enter())
"""

CALLBACKS = """
import _afunix
import micropython

def callback(_):
    seen.append(lock.is_mine())

seen = []
lock = _afunix.lock(None)
with lock:
    micropython.schedule(callback, 0)
    for _ in range(100):
        pass
    print(seen)
for _ in range(2):
    pass
print(seen)
"""

# What would allocate fails; `with` and try_enter do not.
LOCKED_HEAP = """
import _afunix
import micropython

lock = _afunix.lock(None)
micropython.heap_lock()
with lock:
    lock.left = False
entered = lock.try_enter()
lock.__exit__(None, None, None)
micropython.heap_unlock()
print(entered, lock.try_enter())
"""

THREADS = """
import _afunix
import _thread
import time

lock = _afunix.lock(None)
count = finished = 0

def add():
    global count, finished
    for _ in range(20000):
        with lock:
            now = count
            count = now + 1
    with lock:
        finished += 1

for _ in range(4):
    _thread.start_new_thread(add, ())
while finished < 4:
    time.sleep_ms(1)
print(count)
"""

# Whoever finds the lock held leaves what he wants to its holder, and that is done however late he says so.
LEFT = """
import _afunix
import _thread
import time

def settle():
    global wanted, done
    while wanted:
        wanted -= 1
        done += 1

lock = _afunix.lock(settle)
wanted = done = finished = 0
asked = []

def enter_and_leave():
    global finished
    for _ in range(20000):
        with lock:
            pass
    finished += 1

_thread.start_new_thread(enter_and_leave, ())
while not finished:
    wanted = 1
    lock.left = True
    if lock.try_enter():
        lock.__exit__(None, None, None)
    until = time.ticks_add(time.ticks_ms(), 20000)
    while wanted and not finished:
        assert time.ticks_diff(until, time.ticks_ms()) > 0, "nobody settled"
print(wanted)
"""

WRONG = """
import _afunix

lock = _afunix.lock(None)
for call in (
    lambda: _afunix.lock(), lambda: _afunix.lock(1, 2), lambda: setattr(lock, "other", 1), lambda: lock.other,
    lambda: delattr(lock, "left"), lambda: _afunix.names(1, {}, {}), lambda: _afunix.names(lock, 1, {}),
):
    try:
        call()
    except (TypeError, AttributeError):
        print("refused", end=" ")
"""


@pytest.mark.unix
@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (HOLDER, "True False 35 False []\nFalse False [True] 1\n"),
        (FAILING, "raised False True True\n"),
        (CALLBACKS, "[]\n[False]\n"),
        (LOCKED_HEAP, "True True\n"),
        (THREADS, "80000\n"),
        (LEFT, "0\n"),
        (WRONG, "refused " * 7),
    ],
    ids=["holder", "failing", "callbacks", "locked_heap", "threads", "left", "wrong"],
)
def test_section_lock(program, expected):
    assert UnixPython().run(program) == (0, expected)
