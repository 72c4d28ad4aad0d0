"""What afunix has beyond Linux's sockets: MicroPython's stream methods, and the calls for interrupt handlers."""

from kit import case

TARGETS = ("cpython", "unix", "board")


# write


@case("write", each=[4, b"data"])
def _(k, kind):
    one, other = k.pair(kind)
    return k.tries((one.write, b"data"), (other.recv, 9))


@case("write(data, n)", each=[2, b"da"])
def _(k, kind):
    one, other = k.pair(kind)
    return k.tries((one.write, b"data", 2), (other.recv, 9))


@case("write(data, offset, n)", each=[2, b"at"])
def _(k, kind):
    one, other = k.pair(kind)
    return k.tries((one.write, b"data", 1, 2), (other.recv, 9))


@case("write beyond the data", each=[2, b"ta"])
def _(k, kind):
    one, other = k.pair(kind)
    return k.tries((one.write, b"data", 2, 99), (other.recv, 9))


@case("write of every buffer", each=[b"abc"] * 4)
def _(k, kind):
    one, other = k.pair(kind)
    got = []
    for data in (b"abc", bytearray(b"abc"), memoryview(b"abc"), memoryview(b"xabcx")[1:4]):
        one.write(data)
        got.append(other.recv(9))
    return got


@case("write of what has no bytes", each=["TypeError", "TypeError", "EAGAIN"])
def _(k, kind):
    one, other = k.pair(kind)
    return k.tries((one.write, "text"), (one.write, 7), (other.recv, 9))


@case("write to a full socket", each=None)
def _(k, kind):
    one, _ = k.pair(kind)
    k.fill(one)
    return k.attempt(one.write, bytes(64))


@case("write of more than fits: a part", True)
def _(k):
    one, other = k.pair("STREAM")
    big = k.too_big()
    done = one.write(big)
    return 0 < done < len(big) and len(other.recv(65536)) == done


@case("write after peer close", STREAM="EPIPE", DGRAM="ECONNREFUSED", SEQ="EPIPE")
def _(k, kind):
    one, other = k.pair(kind)
    other.close()
    return k.attempt(one.write, b"x")


# read, readinto, readline


@case("read of nothing", each=[None, None, None, None])
def _(k, kind):
    one, _ = k.pair(kind)
    return k.tries((one.read,), (one.read, 9), (one.readinto, bytearray(9)), (one.readline,))


@case("read(n)", STREAM=[b"ab", b"cd"], DGRAM=[b"ab", None], SEQ=[b"ab", None])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abcd")
    return k.tries((other.read, 2), (other.read, 2))


@case("read(n), less there", STREAM=[b"ab", None], DGRAM=[b"ab", None], SEQ=[b"ab", None])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"ab")
    return k.tries((other.read, 9), (other.read, 9))


@case("read() takes all there is", STREAM=[b"abcd", None], DGRAM=[b"ab", b"cd"], SEQ=[b"ab", b"cd"])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"ab")
    one.send(b"cd")
    return k.tries((other.read,), (other.read,))


@case("read() to the end", [b"abcd", b"", b""])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"abcd")
    one.close()
    other.setblocking(True)
    return k.tries((other.read,), (other.read,), (other.read, 9))


@case("read(n) that blocks waits for all", b"abcd")
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"ab")
    one.send(b"cd")
    k.blocking(other)
    return k.attempt(other.read, 4)


@case("readinto: all of the buffer", STREAM=[4, b"abcd"], DGRAM=[2, b"ab.."], SEQ=[2, b"ab.."])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"ab")
    one.send(b"cdef")
    buffer = bytearray(b"....")
    return [other.readinto(buffer), bytes(buffer)]


@case("readinto(buffer, n)", each=[2, b"ab.."])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abcd")
    buffer = bytearray(b"....")
    return [other.readinto(buffer, 2), bytes(buffer)]


@case("readinto: less there, then the end", STREAM=[2, None, 0], SEQ=[2, None, 0])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"ab")
    answers = k.tries((other.readinto, bytearray(4)), (other.readinto, bytearray(4)))
    one.close()
    return answers + k.tries((other.readinto, bytearray(4)))


@case("readinto a part of a buffer", [2, b".ab."])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"abcd")
    buffer = bytearray(b"....")
    return [other.readinto(memoryview(buffer)[1:3]), bytes(buffer)]


@case("readline", [b"one\n", b"\n", b"three", None])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"one\n\nthree")
    return k.tries((other.readline,), (other.readline,), (other.readline,), (other.readline,))


@case("readline(n)", [b"lo", b"ng\n"])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"long\n")
    return k.tries((other.readline, 2), (other.readline, 9))


@case("readline over several sends", [b"abcd\n", b"ef\n"])
def _(k):
    one, other = k.pair("STREAM")
    for part in (b"ab", b"cd\ne", b"f\n"):
        one.send(part)
    return k.tries((other.readline,), (other.readline,))


@case("readline at the end", [b"last", b""])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"last")
    one.close()
    other.setblocking(True)
    return k.tries((other.readline,), (other.readline,))


@case("readline of lines that wrap around the ring", 60)
def _(k):
    one, other = k.pair("STREAM")
    right = 0
    for i in range(60):
        line = k.numbered(i, 37) + b"\n"
        one.send(line)
        right += other.readline() == line
    return right


@case("reading when peer closed with unread", STREAM=["ECONNRESET", b""], SEQ=["ECONNRESET", b""])
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"unread")
    one.close()
    return k.tries((other.read, 9), (other.read, 9))


@case("ioctl of an unknown request", -22)
def _(k):
    return k.socket("STREAM").ioctl(99, 0)


@case("ioctl(MP_STREAM_CLOSE) closes", [0, -1, b""])
def _(k):
    one, other = k.pair("STREAM")
    return [one.ioctl(4, 0), one.fileno(), other.recv(9)]


@case("ioctl(MP_STREAM_POLL) of a closed socket", 32)
def _(k):
    sock = k.socket("STREAM")
    sock.close()
    return sock.ioctl(3, 5)


# for interrupt handlers


@case("try_write, try_readinto", each=[4, 4, b"data....", 0])
def _(k, kind):
    one, other = k.pair(kind)
    buffer = bytearray(b"........")
    return [one.try_write(b"data"), other.try_readinto(buffer), bytes(buffer), other.try_readinto(buffer)]


@case("try_write to a full socket", each=[0, True])
def _(k, kind):
    one, other = k.pair(kind)
    count, _ = k.fill(one)
    return [
        one.try_write(bytes(64)),
        b"".join(k.received(other)[:-1]) == b"".join([k.numbered(i, 64) for i in range(count)]),
    ]


@case("try_write of what fits", STREAM=True, DGRAM=0, SEQ=0)
def _(k, kind):
    one, _ = k.pair(kind)
    big = k.too_big()
    done = one.try_write(big)
    return done == len(big) - 1 if kind == "STREAM" else done


@case("try_write, try_readinto of unconnected and closed sockets", each=[0, 0, 0, 0])
def _(k, kind):
    sock = k.socket(kind)
    answers = [sock.try_write(b"x"), sock.try_readinto(bytearray(9))]
    sock.close()
    return answers + [sock.try_write(b"x"), sock.try_readinto(bytearray(9))]


@case("try_write, try_readinto, peer closed", each=[0, 4, 0])
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"data")
    other.close()
    return [one.try_write(b"x"), one.try_readinto(bytearray(9)), one.try_readinto(bytearray(9))]


@case("try_write after shutdown", each=[0, 0])
def _(k, kind):
    one, other = k.pair(kind)
    one.shutdown(k.net.SHUT_WR)
    other.shutdown(k.net.SHUT_WR)
    return [one.try_write(b"x"), other.try_write(b"x")]


@case("try_write, try_readinto of what is no buffer", each=[0, 0, 0])
def _(k, kind):
    one, _ = k.pair(kind)
    return [one.try_write("text"), one.try_write(7), one.try_readinto(b"bytes")]
