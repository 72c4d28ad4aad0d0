"""What every socket needs: Linux's error numbers and constants of socket(7), and the kernel's own."""

# Endpoint.state: Linux's TCP_CLOSE, TCP_LISTEN, TCP_ESTABLISHED
IDLE = 0
LISTENING = 1
CONNECTED = 2

# Endpoint.shut: which directions are shut down
RECEIVE = 1
SEND = 2
BOTH = 3

# why readers must not take the plain way: see Endpoint.attend
ANCILLARY = 1
OPTION = 2
ERROR = 4
NOT_OPEN = 8
URGENT = 16

LINE = -1  # for Endpoint.fetch: up to the end of the first line

NOBODY = -1  # the owner of a message that never came

EPERM = 1
ENOENT = 2
EBADF = 9
EAGAIN = 11
EBUSY = 16
EINVAL = 22
ENFILE = 23
EMFILE = 24
ENOSPC = 28
EPIPE = 32
EDEADLK = 35
ENOTSOCK = 88
EMSGSIZE = 90
EPROTOTYPE = 91
EPROTONOSUPPORT = 93
ESOCKTNOSUPPORT = 94
EOPNOTSUPP = 95
EAFNOSUPPORT = 97
EADDRINUSE = 98
ECONNRESET = 104
ENOBUFS = 105
EISCONN = 106
ENOTCONN = 107
ETOOMANYREFS = 109
ECONNREFUSED = 111

AF_UNIX = AF_LOCAL = 1
SOCK_STREAM = 1
SOCK_DGRAM = 2
SOCK_RAW = 3
SOCK_SEQPACKET = 5
SOCK_NONBLOCK = 0o4000
SOCK_CLOEXEC = 0o2000000
SOMAXCONN = 128

MSG_OOB = 1
MSG_PEEK = 2
MSG_TRUNC = 0x20
MSG_DONTWAIT = 0x40
MSG_WAITALL = 0x100
