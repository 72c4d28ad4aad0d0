"""flock(2) that waits, and what in another thread ends the wait."""

from calls import Call
from kit import case

TARGETS = ("linux", "cpython", "unix")
SH, EX, NB, UN = 1, 2, 4, 8


def _two(k):
    one = k.regular(b"")
    return one, k.again(one)


@case("flock waits: until it is unlocked", [False, None, "EAGAIN"])
def _(k):
    one, other = _two(k)
    k.fcntl.flock(one, EX)
    call = Call(k, k.fcntl.flock, other, EX)
    over = call.over()
    k.fcntl.flock(one, UN)
    return [over, call.answer(), k.attempt(k.fcntl.flock, one, SH | NB)]


@case("flock waits: until the last descriptor is closed", [False, False, None])
def _(k):
    one, other = _two(k)
    again = k.keep_fd(k.os.dup(one))
    k.fcntl.flock(one, EX)
    call = Call(k, k.fcntl.flock, other, EX)
    overs = [call.over()]
    k.os.close(one)
    overs.append(call.over())
    k.os.close(again)
    return overs + [call.answer()]


@case("flock waits: until the message that holds it is dropped", [False, None])
def _(k):
    one, other = _two(k)
    sender, receiver = k.pair("STREAM")
    k.fcntl.flock(one, EX)
    sender.sendmsg([b"m"], k.rights(one))
    k.os.close(one)
    call = Call(k, k.fcntl.flock, other, EX)
    over = call.over()
    receiver.close()
    return [over, call.answer()]


@case("flock waits: an exclusive one becomes shared", [False, None, None])
def _(k):
    one, other = _two(k)
    k.fcntl.flock(one, EX)
    call = Call(k, k.fcntl.flock, other, SH)
    over = call.over()
    k.fcntl.flock(one, SH)
    return [over, call.answer(), k.attempt(k.fcntl.flock, one, SH | NB)]


@case("flock waits: several for a shared one", [None] * 3)
def _(k):
    one, other = _two(k)
    fds = [k.again(one) for _ in range(2)] + [other]
    k.fcntl.flock(one, EX)
    calls = [Call(k, k.fcntl.flock, fd, SH) for fd in fds]
    k.fcntl.flock(one, UN)
    return [call.answer() for call in calls]


@case("flock waits: one at a time", [3, 1])
def _(k):
    """Who has it alone sees nobody else with it."""
    one, _ = _two(k)
    fds = [k.again(one) for _ in range(3)]
    inside = []
    most = []

    def take(fd):
        for _ in range(30):
            k.fcntl.flock(fd, EX)
            inside.append(fd)
            most.append(len(inside))
            inside.remove(fd)
            k.fcntl.flock(fd, UN)

    k.fcntl.flock(one, EX)
    calls = [Call(k, take, fd) for fd in fds]
    k.fcntl.flock(one, UN)
    return [len([call for call in calls if call.answer() is None]), max(most)]
