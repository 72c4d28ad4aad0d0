"""Where a hostile argument has another answer than CPython's socket gives, and why.

SAME       answers that mean the same: (ours, CPython's)
DIFFERENT  (where, cases, ours, CPython's, why): "cpython", "micropython" or "" for both; patterns as of a shell, in
           which a bracket is written "[[]"
"""

SAME = {
    "cpython": (),
    "micropython": (),
}

_ROOM = "The ring of a test holds 256 bytes; Linux's buffers hold more."
_RIGHTS = "16 descriptors go in one message, where Linux takes 253."

DIFFERENT = (
    ("", "*'abcdefghijklmnop'?60*", "*", "*", _ROOM),
    ("", "*scene.right?20*", "raises EINVAL", "?*", _RIGHTS),
    ("", "*?scene.fd]?17*", "raises EINVAL", "?*", _RIGHTS),
    ("", "*?scene.other]?17*", "raises EINVAL", "?*", _RIGHTS),
    ("", "*(1,1,lying(bytes,400)*", "raises E*", "?*", _RIGHTS),
    (
        "",
        "*(1,2,bytes(12))*",
        "raises EPERM",
        "raises errno 3",
        "Nobody claims another's credentials: no process is looked for.",
    ),
    (
        "",
        "recv*",
        "?*",
        "raises MemoryError",
        "CPython takes the memory that it is asked for, afunix no more than can come.",
    ),
    ("", "afunix.socket *", "raises EAFNOSUPPORT", "done", "A board knows of no family but its own."),
    (
        "cpython",
        "afunix.socket *Refuses(*",
        "?*",
        "raises ZeroDivisionError",
        "CPython's socket compares its arguments with -1 first, and this class refuses that.",
    ),
    ("", "afunix.send_fds*[[]True]*", "raises EBADF", "?", "Descriptor 1 is a PC's standard output."),
    ("", "afunix.socketpair*", "raises EOPNOTSUPP", "raises EAFNOSUPPORT", "A board knows of no family but its own."),
    ("", "getsockopt/*", "256", "*", _ROOM),
    ("", "afunix.recv_fds*", "?*", "raises MemoryError", "CPython takes the memory that it is asked for."),
    (
        "cpython",
        "makefile/2*",
        "done",
        "raises MemoryError",
        "A buffer of 4 GiB: whether it can be had depends on the machine, and may differ from one call to the next.",
    ),
    (
        "micropython",
        "*Refuses(*",
        "raises *",
        "*",
        "MicroPython has no way to an int's value but its methods, which this class overrides.",
    ),
    (
        "micropython",
        "*memoryview(b'')*",
        "*",
        "raises TypeError",
        "MicroPython does not say whether an empty view may be written.",
    ),
    ("micropython", "makefile/*", "done", "raises *", "A board's files have no buffers: their size is not looked at."),
    (
        "",
        "afunix.socket fileno*Index(2?*",
        "raises OverflowError",
        "raises ValueError",
        "CPython takes the object for a negative number, since it looks at the error alone.",
    ),
)
