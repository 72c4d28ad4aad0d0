"""Descriptors for any object of the board, and their way through sockets."""

from kit import case

TARGETS = ("cpython", "unix", "board")


class Device:
    """Stands for a UART or an open file."""

    closed = 0

    def close(self):
        self.closed += 1


def _taken(k, sock):
    """The one descriptor of the next message."""
    return k.net.recv_fds(sock, 9, 1)[1][0]


@case("install, object_of, close", [True, 0, None, 1, "EBADF"])
def _(k):
    device = Device()
    fd = k.net.install(device)
    answers = [k.net.object_of(fd) is device, device.closed]
    return answers + [k.attempt(k.close_fd, fd), device.closed, k.attempt(k.net.object_of, fd)]


@case("object_of a socket", None)
def _(k):
    return k.net.object_of(k.socket("STREAM").fileno())


@case("object_of a bad descriptor", "EBADF")
def _(k):
    return k.attempt(k.net.object_of, 999)


@case("an object's descriptor is no socket", "ENOTSOCK")
def _(k):
    fd = k.net.install(Device())
    answer = k.attempt(lambda: k.net.socket(fileno=fd))
    k.close_fd(fd)
    return answer


@case("dup of an object: closed with the last", [True, 0, 1])
def _(k):
    device = Device()
    one = k.net.install(device)
    other = k.dup(one)
    seen = [k.net.object_of(other) is device]
    for fd in (one, other):
        k.close_fd(fd)
        seen.append(device.closed)
    return seen


@case("an object through a socket", each=[True, 0, 1])
def _(k, kind):
    device = Device()
    one, other = k.pair(kind)
    fd = k.net.install(device)
    k.net.send_fds(one, [b"m"], [fd])
    k.close_fd(fd)
    arrived = _taken(k, other)
    seen = [k.net.object_of(arrived) is device, device.closed]
    k.close_fd(arrived)
    return seen + [device.closed]


@case("an object that nobody receives is closed", each=[0, 1])
def _(k, kind):
    device = Device()
    one, other = k.pair(kind)
    fd = k.net.install(device)
    k.net.send_fds(one, [b"m"], [fd])
    k.close_fd(fd)
    seen = [device.closed]
    other.close()
    return seen + [device.closed]


@case("an object without close", None)
def _(k):
    return k.attempt(k.close_fd, k.net.install(7))


@case("an object whose close fails", ["OSError", None])
def _(k):
    """What it raises does not come in the way of the kernel, whose next call works."""

    class Failing:
        def close(self):
            raise OSError("no")

    answer = k.attempt(k.close_fd, k.net.install(Failing()))
    return [answer, k.attempt(k.socket("STREAM").close)]


@case("an object whose close uses sockets", [b"x"])
def _(k):
    """It is called once the kernel is free again."""
    one, other = k.pair("STREAM")

    class Telling:
        def close(self):
            one.send(b"x")

    k.close_fd(k.net.install(Telling()))
    return [k.attempt(other.recv, 9)]


@case("EMFILE: install", "EMFILE")
def _(k):
    k.configure(descriptors=1)
    k.socket("STREAM")
    return k.attempt(k.net.install, Device())
