"""Programs that Linux and afunix agreed on, on afunix alone: for MicroPython, which has no sockets of Linux's to ask.

A program is a list of (operation, arguments). `record` makes its lines, with every answer; `run` carries out the
programs of a file, and prints what it gets where that is something else.
"""

import afunix
from afunix.kernel import kernel, names

SOL_SOCKET = 1
SCM_RIGHTS = 1


def answer_of(function, *args):
    """What a call returns, or (None, errno or the exception's name)."""
    try:
        return function(*args)
    except OSError as raised:
        return None, raised.errno or "OSError"
    except Exception as raised:
        return None, type(raised).__name__


class Replay:
    """The sockets of one program on afunix, by number."""

    def __init__(self):
        self.socks = {}
        self.made = 0

    def adopt(self, sock):
        sock.setblocking(False)
        self.socks[self.made] = sock
        self.made += 1
        return self.made - 1

    def perform(self, name, args):
        """Carry out one operation; its answer."""
        special = getattr(self, "_" + name, None)
        if special is not None:
            return special(*args)
        return answer_of(getattr(self.socks[args[0]], name), *args[1:])

    def readiness(self):
        """What every socket is ready for."""
        return [(number, self.socks[number].ioctl(3, 0x2007)) for number in sorted(self.socks)]

    def _close_all(self):
        for number in sorted(self.socks):
            self.socks.pop(number).close()
        return kernel.live, kernel.in_flight, kernel.bound

    def _socket(self, kind):
        return self.adopt(afunix.socket(afunix.AF_UNIX, kind))

    def _pair(self, kind):
        one, other = afunix.socketpair(afunix.AF_UNIX, kind)
        return self.adopt(one), self.adopt(other)

    def _accept(self, s):
        answer = answer_of(self.socks[s].accept)
        return answer if answer[0] is None else (self.adopt(answer[0]), answer[1])

    def _autobind(self, s):
        return answer_of(self.socks[s].bind, ""), self.socks[s].getsockname()

    def _unlink(self, path):
        return answer_of(afunix.unlink, path)

    def _close(self, s):
        self.socks.pop(s).close()

    def _dup(self, s):
        return self.adopt(self.socks[s].dup())

    def _reopen(self, s):
        return self.adopt(afunix.socket(fileno=self.socks.pop(s).detach()))

    def _getsockopt(self, s, option, buflen=0):
        return answer_of(self.socks[s].getsockopt, SOL_SOCKET, option, buflen)

    def _setsockopt(self, s, option, value):
        return answer_of(self.socks[s].setsockopt, SOL_SOCKET, option, value)

    def _readable_bytes(self, s):
        return answer_of(afunix.ioctl, self.socks[s].fileno(), afunix.FIONREAD)

    def _unsent(self, s):
        return answer_of(afunix.ioctl, self.socks[s].fileno(), afunix.SIOCOUTQ)

    def _at_mark(self, s):
        return answer_of(afunix.ioctl, self.socks[s].fileno(), afunix.SIOCATMARK)

    def _sendmsg(self, s, buffers, ancdata=(), flags=0, address=None):
        return answer_of(self.socks[s].sendmsg, buffers, ancdata, flags, address)

    def _fds(self, sockets):
        return b"".join([(self.socks[r].fileno() if r >= 0 else 9999).to_bytes(4, "little") for r in sockets])

    def _send_rights(self, s, buffers, rights, flags=0, address=None):
        ancdata = [(SOL_SOCKET, SCM_RIGHTS, self._fds(sockets)) for sockets in rights]
        return self._sendmsg(s, buffers, ancdata, flags, address)

    def _send_credentials(self, s, buffers, rights=(), flags=0):
        ancdata = [(SOL_SOCKET, 2, kernel.owner.to_bytes(4, "little") + bytes(8))]
        if rights:
            ancdata.append((SOL_SOCKET, SCM_RIGHTS, self._fds(rights)))
        return self._sendmsg(s, buffers, ancdata, flags)

    def _send_fds(self, s, buffers, sockets):
        return answer_of(afunix.send_fds, self.socks[s], buffers, [self.socks[r].fileno() for r in sockets])

    def _recv_into(self, s, size, nbytes=0, flags=0):
        buffer = bytearray(size)
        n = answer_of(self.socks[s].recv_into, buffer, nbytes, flags)
        return (n, bytes(buffer[:n])) if isinstance(n, int) else n

    def _recvfrom_into(self, s, size, nbytes=0, flags=0):
        buffer = bytearray(size)
        answer = answer_of(self.socks[s].recvfrom_into, buffer, nbytes, flags)
        return answer if answer[0] is None else (answer, bytes(buffer[: answer[0]]))

    def _recvmsg(self, s, *args):
        return self._message(answer_of(self.socks[s].recvmsg, *args))

    def _recvmsg_into(self, s, sizes, *args):
        buffers = [bytearray(size) for size in sizes]
        answer = answer_of(self.socks[s].recvmsg_into, buffers, *args)
        return answer if answer[0] is None else (self._message(answer), b"".join(buffers)[: answer[0]])

    def _recv_fds(self, s, size, most):
        answer = answer_of(afunix.recv_fds, self.socks[s], size, most)
        if answer[0] is None:
            return answer
        return answer[0], [self.adopt(afunix.socket(fileno=fd)) for fd in answer[1]], answer[2], answer[3]

    def _message(self, answer):
        if answer[0] is None:
            return answer
        shown = []
        for level, type, data in answer[1]:
            if (level, type) == (SOL_SOCKET, SCM_RIGHTS):
                fds = [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data) // 4 * 4, 4)]
                data = [self.adopt(afunix.socket(fileno=fd)) for fd in fds]
            shown.append((level, type, data))
        return answer[0], shown, answer[2], answer[3]


def begin(sizes, owner, number):
    """Make a fresh kernel whose next autobound name has that number."""
    afunix.configure(**sizes)
    kernel.owner = owner
    names._next = number
    return Replay()


def record(program, *beginning):
    """The lines of a program that begins with `begin(*beginning)`."""
    replay = begin(*beginning)
    lines = [repr(beginning)]
    for name, args in program + [("close_all", ())]:
        answer = replay.perform(name, args)
        lines.append(repr((name, args, answer, replay.readiness())))
    return lines


def run(path):
    """Carry out the programs of a file. Prints every answer that is another, and how many were the same."""
    same = 0
    with open(path) as file:
        for line in file:
            line = eval(line)
            if len(line) == 3:
                replay = begin(*line)
                continue
            name, args, answer, readiness = line
            found = replay.perform(name, args), replay.readiness()
            if found == (answer, readiness):
                same += 1
            else:
                print(name, args, "answers", found, "and not", (answer, readiness))
    print(same, "answers are the same")
