"""afunix: Unix domain sockets inside one MicroPython board, or one CPython process."""

from .constants import (
    AF_LOCAL,
    AF_UNIX,
    SHUT_RD,
    SHUT_RDWR,
    SHUT_WR,
    SOCK_CLOEXEC,
    SOCK_DGRAM,
    SOCK_NONBLOCK,
    SOCK_SEQPACKET,
    SOCK_STREAM,
    SOMAXCONN,
)
from .kernel import kernel
from .names import unlink
from .socket import close, socket, socketpair

configure = kernel.configure
