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
        "`connect` with a timeout to a full backlog",
        "EAGAIN at once, though the timeout is not over: a timeout makes CPython's socket non-blocking",
        "waits, and times out",
        "To wait is what the timeout asks for.",
        {
            "STREAM connect with a timeout to a full backlog": "ETIMEDOUT",
            "SEQ connect with a timeout to a full backlog": "ETIMEDOUT",
        },
    ),
    Difference(
        "Buffers",
        "sizes include the kernel's own bookkeeping; SO_SNDBUF and SO_RCVBUF change them",
        "the configured ring, in payload bytes, and `records` packets; the options tell the size and change nothing",
        "All memory is taken once.",
        {},
    ),
    Difference(
        "Credentials",
        "process, user and group id; root may claim others'",
        "`owner` for the process id, 0 for user and group; nobody claims another's",
        "A board has no processes.",
        {},
    ),
    Difference(
        "A call that waits on a socket which another thread closes",
        "goes on waiting",
        "ends with EBADF",
        "A thread on a board cannot be ended from outside.",
        {},
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
