"""sendmsg(2) and recvmsg(2): addresses, scattered buffers and ancillary data, with CPython's signatures."""

import struct

from . import numbers as c
from . import names
from . import rights
from . import socket_numbers as so
from ..host import blank, bytes_of, copy, error, seal, writable_bytes_of
from .ancillary import Message
from .tables import kernel, passes_credentials
from .options import credentials

# struct cmsghdr as on 64-bit Linux, on every board
_HEADER = 16
_ALIGN = 8


def CMSG_LEN(length):
    """The size of a control message with `length` bytes of data, without trailing padding; cmsg(3).

    Raises OverflowError for a length that is negative or too large.
    """
    if not 0 <= length <= 0x7FFFFFFF - _HEADER:
        raise OverflowError("CMSG_LEN() argument out of range")
    return _HEADER + length


def CMSG_SPACE(length):
    """The size of a control message with `length` bytes of data, with trailing padding; cmsg(3). Raises as CMSG_LEN."""
    if not 0 <= length <= 0x7FFFFFFF - _HEADER - _ALIGN:
        raise OverflowError("CMSG_SPACE() argument out of range")
    return _HEADER + (length + _ALIGN - 1) // _ALIGN * _ALIGN


def send(sock, buffers, ancdata, flags, address):
    """Send the joined `buffers`. Returns how many bytes were sent, -1 for "not now"."""
    data = _joined(buffers)
    message = _outgoing(sock, ancdata, address)
    try:
        return sock._ep.protocol.send(sock, data, 0, len(data), flags, message, sock._until(flags, True))
    finally:
        if message.rights:
            with kernel.lock:
                rights.drop(message.rights)


def _joined(buffers):
    buffers = [bytes_of(buffer) for buffer in buffers]
    if len(buffers) == 1:
        return buffers[0]
    data = bytearray(sum([len(buffer) for buffer in buffers]))
    at = 0
    for buffer in buffers:
        copy(data, at, buffer, 0, len(buffer))
        at += len(buffer)
    return data


def _outgoing(sock, ancdata, address):
    message = Message()
    if address is not None:
        name = names.parse(address)
        message.address = names.EMPTY if name is None else name
    with kernel.lock:
        endpoint = sock._opened()
        if endpoint.kind == c.SOCK_SEQPACKET:
            endpoint.protocol.check_connected(endpoint)
        try:
            for item in ancdata:
                if len(item) != 3:
                    raise TypeError("a control message must be (level, type, data)")
                level, type, data = item
                _add(message, endpoint, level, type, bytes_of(data))
        except BaseException:
            rights.drop(message.rights)
            raise
    return message


def _add(message, endpoint, level, type, data):
    """One control message, as Linux's __scm_send takes it."""
    if not isinstance(level, int) or not isinstance(type, int):
        raise TypeError("an integer is required")
    if level != so.SOL_SOCKET:
        return
    if type == so.SCM_RIGHTS:
        count = len(data) // 4
        if count + len(message.rights) > rights.LIMIT:
            raise error(c.EINVAL)
        message.rights += rights.hold(struct.unpack("<%di" % count, bytes(data[: 4 * count])))
    elif type == so.SCM_CREDENTIALS:
        if len(data) != 12:
            raise error(c.EINVAL)
        if bytes(data) != credentials(endpoint.owner):
            raise error(c.EPERM)
        message.owner = endpoint.owner
    else:
        raise error(c.EINVAL)


def receive_into(sock, buffers, ancbufsize, flags):
    """Receive into `buffers`, one after the other. Returns (nbytes, ancdata, msg_flags, address)."""
    buffers = [writable_bytes_of(buffer) for buffer in buffers]
    if len(buffers) == 1:
        return _receive(sock, buffers[0], ancbufsize, flags)
    whole = bytearray(sum([len(buffer) for buffer in buffers]))
    n, ancdata, msg_flags, address = _receive(sock, whole, ancbufsize, flags)
    at = 0
    for buffer in buffers:
        size = min(len(buffer), n - at)
        if size > 0:
            copy(buffer, 0, whole, at, size)
            at += size
    return n, ancdata, msg_flags, address


def receive(sock, bufsize, ancbufsize, flags):
    """Receive up to `bufsize` bytes. Returns (data, ancdata, msg_flags, address)."""
    if bufsize < 0:
        raise ValueError("negative buffer size in recvmsg()")
    if not flags & c.MSG_WAITALL:
        bufsize = min(bufsize, len(sock._ep.memory))
    buffer = blank(bufsize)
    n, ancdata, msg_flags, address = _receive(sock, buffer, ancbufsize, flags)
    return seal(buffer, min(n, bufsize)), ancdata, msg_flags, address


def _receive(sock, buffer, ancbufsize, flags):
    if ancbufsize < 0:
        raise ValueError("invalid ancillary data buffer length")
    message = Message()
    n = sock._ep.protocol.receive(sock, buffer, 0, len(buffer), flags, message, sock._until(flags))
    if n < 0:
        raise error(c.EAGAIN)
    with kernel.lock:
        ancdata = _incoming(sock._ep, message, ancbufsize)
    return n, ancdata, message.flags | flags & so.MSG_CMSG_CLOEXEC, message.address


def _incoming(endpoint, message, space):
    """The control messages of a received `message` in `space` bytes, as Linux's scm_recv lays them out."""
    ancdata = []
    if message.owner is None:
        return ancdata
    if passes_credentials(endpoint):
        space = _put(ancdata, message, space, so.SCM_CREDENTIALS, credentials(message.owner))
    if message.rights:
        descriptors = _install(message.rights, max(0, (space - _HEADER) // 4))
        if descriptors:
            _put(ancdata, message, space, so.SCM_RIGHTS, struct.pack("<%di" % len(descriptors), *descriptors))
        if len(descriptors) < len(message.rights):
            message.flags |= so.MSG_CTRUNC
        rights.drop(message.rights)
        message.rights = ()
    return ancdata


def _install(descriptions, most):
    descriptors = []
    for description in descriptions[:most]:
        try:
            descriptors.append(kernel.descriptor(description))
        except OSError:
            break
    return descriptors


def _put(ancdata, message, space, type, data):
    """Append a control message, cut to `space`. Returns the space that is left."""
    if space < _HEADER:
        message.flags |= so.MSG_CTRUNC
        return space
    if space < _HEADER + len(data):
        message.flags |= so.MSG_CTRUNC
        data = data[: space - _HEADER]
    ancdata.append((so.SOL_SOCKET, type, data))
    return max(0, space - CMSG_SPACE(len(data)))


def send_fds(sock, buffers, fds, flags=0, address=None):
    """Send `buffers` and the descriptors `fds` over `sock`, as CPython's socket.send_fds."""
    data = struct.pack("<%di" % len(fds), *fds)
    return sock.sendmsg(buffers, [(so.SOL_SOCKET, so.SCM_RIGHTS, data)], flags, address)


def recv_fds(sock, bufsize, maxfds, flags=0):
    """Receive up to `bufsize` bytes and `maxfds` descriptors. Returns (data, descriptors, msg_flags, address)."""
    data, ancdata, msg_flags, address = sock.recvmsg(bufsize, CMSG_LEN(4 * maxfds), flags)
    fds = []
    for level, type, body in ancdata:
        if level == so.SOL_SOCKET and type == so.SCM_RIGHTS:
            count = len(body) // 4
            fds.extend(struct.unpack("<%di" % count, body[: 4 * count]))
    return data, fds, msg_flags, address
