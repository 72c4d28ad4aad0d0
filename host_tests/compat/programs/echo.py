"""Sockets as one uses them on a PC, in one thread: what this prints is the same wherever it runs."""

import os
import socket
import struct

PATH = "echo.sock"


def attempt(function, *args):
    try:
        return function(*args)
    except BlockingIOError:
        return "BlockingIOError"
    except FileNotFoundError:
        return "FileNotFoundError"
    except BrokenPipeError:
        return "BrokenPipeError"
    except ConnectionRefusedError:
        return "ConnectionRefusedError"
    except socket.timeout:  # noqa: UP041 - programs call it that, too
        return "timeout"
    except OSError as failure:
        return failure.errno


def streams():
    print(attempt(socket.socket(socket.AF_UNIX).connect, "nowhere.sock"))
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(PATH)
    server.listen(1)
    server.settimeout(0.01)
    print(attempt(server.accept), server.gettimeout(), server.getsockname())
    server.settimeout(None)

    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    print(client.family == socket.AF_UNIX, client.type == socket.SOCK_STREAM, client.proto)
    client.connect(PATH)
    connection, address = server.accept()
    print(repr(address), client.getpeername(), connection.getblocking())

    client.sendall(b"ping")
    print(connection.recv(64))
    connection.sendall(b"pong" * 8)
    buffer = bytearray(12)
    print(client.recv_into(buffer), buffer, client.recv(64))
    client.setblocking(False)
    print(attempt(client.recv, 1))
    client.setblocking(True)
    connection.shutdown(socket.SHUT_WR)
    print(client.recv(1), client.send(b"still"), connection.recv(64))
    connection.close()
    print(attempt(client.send, b"x"), connection.fileno())
    client.close()
    server.close()
    if PATH in os.listdir("."):
        os.unlink(PATH)


def files():
    one, other = socket.socketpair()
    with one, other:
        text = one.makefile("rw")
        binary = other.makefile("rwb")
        text.write("first\nsecond: \u00e4\u20ac\n")
        text.flush()
        print(binary.readline(), binary.readline())
        binary.write("eins\r\nzwei\n\u20ac dr".encode())
        binary.flush()
        print(repr(text.readline()), repr(text.readline(3)), repr(text.readline()))
        print(text.read(2) == "\u20ac ", text.readable(), text.writable(), text.mode)
        one.close()
        print(text.closed, other.send(b"ei\n"))
        other.shutdown(socket.SHUT_WR)
        print(list(text))
        text.close()
        print(text.closed, binary.read())
        binary.close()
        print(attempt(other.send, b"x"))


def datagrams():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind("\0receiver")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.bind(b"\0sender")
            sender.sendto(b"one", "\0receiver")
            sender.connect(b"\0receiver")
            sender.send(b"three")
            print(receiver.recvfrom(64), receiver.recvfrom(2))
            print(sender.getpeername(), attempt(sender.connect, "\0nobody"))


def descriptors():
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    again = socket.socket(fileno=one.detach())
    copy = again.dup()
    again.close()
    print(one.fileno(), again.fileno(), copy.type == socket.SOCK_SEQPACKET)
    payload, payload_end = socket.socketpair()
    socket.send_fds(copy, [b"here"], [payload.fileno()])
    payload.close()
    data, fds, flags, address = socket.recv_fds(other, 64, 4)
    received = socket.socket(fileno=fds[0])
    received.send(b"through")
    print(data, len(fds), flags, payload_end.recv(64))
    other.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    copy.send(b"who")
    data, ancdata, flags, address = other.recvmsg(64, socket.CMSG_SPACE(12))
    level, kind, credentials = ancdata[0]
    print(data, level == socket.SOL_SOCKET, kind == socket.SCM_CREDENTIALS, len(struct.unpack("3i", credentials)))
    for sock in (copy, other, payload_end, received):
        sock.close()


streams()
files()
datagrams()
descriptors()
