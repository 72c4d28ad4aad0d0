"""Where afunix answers otherwise than Linux, and why. The conformance suite sees to it that there is nothing else.

python host_tests/differences.py prints the table of the README.
"""

from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- differences -->", "<!-- /differences -->"


class Difference:
    """One deliberate difference.

    what, linux, afunix, why  the columns of the README's table
    answers                   what afunix answers instead in which case of conformance/cases: a dict from a case's
                              name, with "*" for each kind of socket, to the answer
    """

    def __init__(self, what, linux, afunix, why, answers):
        self.what = what
        self.linux = linux
        self.afunix = afunix
        self.why = why
        self._answers = answers

    def answers(self):
        """The same dict with every case named."""
        named = {}
        for name, answer in self._answers.items():
            kinds = ("STREAM", "DGRAM", "SEQ") if name.startswith("* ") else ("",)
            named.update({name.replace("*", kind, 1) if kind else name: answer for kind in kinds})
        return named


_RECEIVING = ("recv", "recv_into", "recvfrom", "recvmsg", "recvmsg_into", "recv MSG_PEEK")
_RECEIVING_ALL = ("recv MSG_WAITALL", "recv_into MSG_WAITALL", "recvmsg MSG_WAITALL")
_SENDING_TO_FULL = tuple(f"{call} to a full socket" for call in ("send", "sendall", "sendmsg", "sendmsg with rights"))
_PEER_ENDS = ("peer closes", "listener closes", "a message is dropped that held the peer's last reference")
_OWN_CLOSED = "own end is closed, all is read"
_SENDALL_RESET = [["EPIPE", None, "EPIPE", b""], ["EPIPE", None, "EPIPE", b""], ["ECONNRESET", None, "EPIPE", b""]]


def _of_calls(kind, calls, what, answer):
    """The answer to an event of the files conformance/cases/cut_*.py, for several calls."""
    return {f"{kind} {call} waits: {what}": answer for call in calls}


DIFFERENCES = (
    Difference(
        "A path bound to a socket that is closed",
        "stays in the filesystem: `connect` is ECONNREFUSED and `bind` EADDRINUSE until it is unlinked",
        "is free: `connect` is ENOENT, `bind` works",
        "A service that restarts needs no clean-up. `afunix.unlink(path)` frees a path before that.",
        {"* bind path of closed socket": None, "* connect to stale path": "ENOENT"},
    ),
    Difference(
        "Directories and files",
        "a path's directories must exist; a file is in the way",
        "a path is only a name: any may be bound, and files have nothing to do with it",
        "Names live in the kernel's registry, so they need no filesystem and wear out no flash.",
        {
            "* bind missing dir": None,
            "* bind ENOTDIR": None,
            "* connect to regular file": "ENOENT",
            "* bind to existing regular file": None,
        },
    ),
    Difference(
        "Descriptors in one message",
        "up to 253, EINVAL beyond",
        "up to 16, EINVAL beyond",
        "The descriptor table of a board is smaller than that; `rights` limits how many are in flight.",
        {"* rights 253 received": "EINVAL"},
    ),
    Difference(
        "Calls that wait with `settimeout`",
        "CPython's socket does not block then, it asks again: MSG_WAITALL returns the first piece, `connect` to a full "
        "backlog fails with EAGAIN at once, `accept` and a datagram socket's `recv` on what is shut down time out, "
        "who sends to a peer that closes is told EPIPE and ECONNRESET is left for `recv`",
        "wait and end as without a timeout, or time out",
        "To wait is what the timeout asks for.",
        {
            "STREAM connect with a timeout to a full backlog": "ETIMEDOUT",
            "SEQ connect with a timeout to a full backlog": "ETIMEDOUT",
            "STREAM time is up: connect to a full backlog": [["EAGAIN", None, 1, b"x"], ["ETIMEDOUT", None, 1, b"x"]],
            "SEQ time is up: connect to a full backlog": [["EAGAIN", None, 1, b"x"], ["ETIMEDOUT", None, 1, b"x"]],
            "STREAM time is up: accept on what is shut down": ["EINVAL", "EINVAL"],
            "SEQ time is up: accept on what is shut down": ["EINVAL", "EINVAL"],
            "DGRAM time is up: recv on what is shut down RD": [b"", b""],
        }
        | _of_calls("STREAM", _RECEIVING_ALL, "all in pieces", [b"abcdef", b"gh", 1])
        | _of_calls("STREAM", _RECEIVING_ALL, "a part, peer closes with unread", [b"ab", b"", "EPIPE"])
        | {
            name: answer
            for what in _PEER_ENDS
            for name, answer in (
                _of_calls("STREAM", _SENDING_TO_FULL, what, ["ECONNRESET", 0, "EPIPE", b""])
                | _of_calls("STREAM", ("sendall of more than fits",), what, _SENDALL_RESET)
            ).items()
        }
        | _of_calls("STREAM", ("sendall of more than fits",), "most is read, peer closes", _SENDALL_RESET),
    ),
    Difference(
        "Buffers",
        "sizes include the kernel's own bookkeeping; SO_SNDBUF and SO_RCVBUF change them",
        "the configured ring, in payload bytes, and `records` packets; the options tell the size and change nothing",
        "All memory is taken once.",
        {},
    ),
    Difference(
        "Pipes",
        "16 pages, of which one is full with less than 4096 bytes; PIPE_BUF is 4096",
        "the configured ring, whose every free byte can be written; PIPE_BUF is half of it, 4096 at most",
        "A page is four rings.",
        {"pipe: one more byte when one is read": 1},
    ),
    Difference(
        "`dup2` onto 0, 1 and 2",
        "lets standard input or output be something else",
        "EBADF: the numbers of afunix begin with 3",
        "0, 1 and 2 are a board's console, which is none of its descriptors.",
        {"dup2: onto standard input": "EBADF"},
    ),
    Difference(
        "Credentials",
        "process, user and group id; root may claim others'",
        "`owner` for the process id, 0 for user and group; nobody claims another's",
        "A board has no processes.",
        {},
    ),
    Difference(
        "A call that waits on a socket or a pipe which another thread closes; one that waits to send to a name, and "
        "its own end is shut down",
        "goes on waiting",
        "ends with EBADF; with EPIPE",
        "A thread on a board cannot be ended from outside.",
        _of_calls("*", _RECEIVING, "own end is closed, peer writes", ["EBADF"])
        | _of_calls("STREAM", _RECEIVING_ALL, "a part, own end is closed, peer writes", [b"ab"])
        | _of_calls("STREAM", ("send of more than fits", "sendmsg of more than fits"), _OWN_CLOSED, ["part", True])
        | _of_calls("STREAM", ("sendall of more than fits",), _OWN_CLOSED, ["EBADF", True])
        | _of_calls("*", _SENDING_TO_FULL, _OWN_CLOSED, ["EBADF", 0])
        | {
            "sendto a full name waits: own end is closed, all is read": ["EBADF", 0],
            "sendto a full name waits: own end is shut down WR, all is read": ["EPIPE", 0],
            "pipe: its end is closed in another thread while read waits, and a byte comes": "EBADF",
            "STREAM accept waits: listener is closed, a client": ["EBADF"],
            "SEQ accept waits: listener is closed, a client": ["EBADF"],
            "STREAM connect waits: own end is closed, accept makes room": ["EBADF"],
            "SEQ connect waits: own end is closed, accept makes room": ["EBADF"],
        },
    ),
    Difference(
        "FIONREAD on a stream",
        "counts a message until it is read to its end, and an urgent byte that was passed over",
        "counts what can be received",
        "That is what the number is for.",
        {},
    ),
    Difference(
        "Sockets that only messages in flight refer to",
        "collected some time later; some circles never are",
        "all collected, at the close that made them unreachable",
        "A board has few sockets.",
        {},
    ),
    Difference(
        "`recv` with MSG_TRUNC or MSG_OOB and too little room",
        "CPython pads the result with memory that nobody wrote",
        "only what fits",
        "Nobody can want the padding.",
        {},
    ),
    Difference(
        "Options beyond socket(7) and unix(7)",
        "SO_LINGER, SO_RCVLOWAT, SO_PRIORITY and more are stored",
        "ENOPROTOOPT",
        "They would do nothing.",
        {},
    ),
)


def declared():
    """Every declared answer: a dict from the case's name."""
    merged = {}
    for difference in DIFFERENCES:
        for name, answer in difference.answers().items():
            if name in merged:
                raise ValueError(f"{name} is declared twice")
            merged[name] = answer
    return merged


def table():
    """The differences as a Markdown table."""
    rows = [("", "Linux", "afunix", "Why"), ("---",) * 4]
    rows += [(each.what, each.linux, each.afunix, each.why) for each in DIFFERENCES]
    return "".join("| " + " | ".join(row).replace("|  |", "| |") + " |\n" for row in rows)


if __name__ == "__main__":
    print(table(), end="")
