"""Sockets that are dropped after their descriptor was closed by its number: nobody else's is closed for them.

Linux closes what has the number by then.
"""

from kit import TYPES, case

TARGETS = ("cpython", "unix", "board")


def _open(k):
    """How many descriptors are open."""
    return len([descriptor for descriptor in k.kernel.descriptors if descriptor is not None])


@case("dropped after its descriptor was closed, and its number is another's", each=[True, 3, b"x", b"y"])
def _(k, kind):
    def closes(k, kind):
        other = k.net.socket(k.net.AF_UNIX, TYPES[kind])
        number = other.fileno()
        k.close_fd(number)
        pair = k.pair(kind)
        k.taken = number in (pair[0].fileno(), pair[1].fileno())
        k.third = k.socket(kind)
        return pair, other

    one, other = k.left_alone(closes, k, kind)
    # Something that lets go of the lock, and so does what is left to do.
    one.send(b"x")
    k.third.getsockname()
    answers = [k.taken, _open(k), other.recv(9)]
    other.send(b"y")
    return answers + [one.recv(9)]
