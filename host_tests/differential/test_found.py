"""Short programs whose answers random ones once found to differ, or that they seldom come by."""

import array
import socket
import struct
from socket import (
    MSG_DONTWAIT,
    MSG_OOB,
    MSG_PEEK,
    MSG_WAITALL,
    SHUT_RDWR,
    SHUT_WR,
    SO_OOBINLINE,
    SO_PASSCRED,
    SO_PEERCRED,
)

import pytest
from twins import DGRAM, EMPTY, SEQ, STREAM, Failure, Name

SO_PEEK_OFF = 42
SO_ERROR = socket.SO_ERROR
PACKETS = pytest.mark.parametrize("kind", [DGRAM, SEQ], ids=["datagram", "seqpacket"])
CONNECTIONS = pytest.mark.parametrize("kind", [STREAM, SEQ], ids=["stream", "seqpacket"])
ALL = pytest.mark.parametrize("kind", [STREAM, DGRAM, SEQ], ids=["stream", "datagram", "seqpacket"])


def listening(t, kind, name, backlog=3):
    s = t.socket(kind)
    t.bind(s, name)
    t.listen(s, backlog)
    return s


def connecting(t, kind, name):
    s = t.socket(kind)
    t.connect(s, name)
    return s


# addresses


@CONNECTIONS
def test_a_wrong_address_does_not_name_the_socket(t, kind):
    s = t.socket(kind)
    t.setsockopt(s, SO_PASSCRED, 1)
    t.connect(s, EMPTY)
    t.getsockname(s)


@ALL
def test_connect_names_a_socket_with_passcred_though_it_fails(t, kind):
    s = t.socket(kind)
    t.setsockopt(s, SO_PASSCRED, 1)
    t.connect(s, t.path(0))
    t.bind(s, t.path(1))


@PACKETS
def test_a_packet_names_its_sender_with_passcred(t, kind):
    one, other = t.pair(kind)
    t.setsockopt(one, SO_PASSCRED, 1)
    t.send(one, b"x")
    t.recvfrom(other, 9)
    t.bind(one, t.path(0))


def test_stream_recvfrom_tells_the_peer(t):
    listener = listening(t, STREAM, t.path(0))
    client = connecting(t, STREAM, t.path(0))
    t.bind(client, t.abstract(0))
    server = t.accept(listener)
    t.send(client, b"client")
    t.send(server, b"server")
    t.recvfrom(server, 9)
    t.recvmsg(client, 9)
    t.close(client)
    t.recvfrom(server, 9)


@ALL
def test_the_sender_has_the_name_it_has_when_the_message_is_received(t, kind):
    one, other = t.pair(kind)
    t.send(one, b"x")
    t.bind(one, t.path(0))
    t.recvfrom(other, 9)
    t.send(one, b"y")
    t.close(one)
    t.recvfrom(other, 9)


def test_a_look_without_room_tells_the_peer_before_the_end(t):
    one, other = t.pair(STREAM)
    t.bind(one, t.path(0))
    t.send(one, b"ab", MSG_OOB)
    t.close(one)
    t.recvfrom(other, 0, MSG_PEEK)


def test_the_empty_address_is_refused_after_the_control_messages(t):
    s = t.socket(DGRAM)
    t.send_rights(s, [b"x"], [[-1]], 0, EMPTY)
    t.sendto(s, b"x", MSG_OOB, EMPTY)
    t.sendto(s, b"x", 0, EMPTY)
    stream, _ = t.pair(STREAM)
    t.sendto(stream, b"x", 0, EMPTY)


def test_one_abstract_name_for_each_type(t):
    for kind in (STREAM, DGRAM, SEQ):
        t.bind(t.socket(kind), t.abstract(0))
        t.bind(t.socket(kind), t.abstract(0))


# packets


@PACKETS
def test_an_empty_packet_is_sent_once(t, kind):
    one, other = t.pair(kind)
    t.send(one, b"")
    t.recv(other, 9)
    t.recv(other, 9)


@pytest.mark.parametrize("sent", [(b"",), (b"", b""), (b"", b"x"), (b"x",)], ids=repr)
def test_close_resets_the_peer_for_unread_packets_but_a_single_empty_one(t, sent):
    one, other = t.pair(SEQ)
    for data in sent:
        t.send(one, data)
    t.close(other)
    t.recv(one, 9)
    t.recv(one, 9)


def test_seqpacket_asks_for_a_connection_before_it_looks_at_the_message(t):
    s = t.socket(SEQ)
    t.send_rights(s, [b"x"], [[-1]])
    t.send(s, b"x", MSG_OOB)


@PACKETS
def test_unconnected_and_shut_down(t, kind):
    s = t.socket(kind)
    t.send(s, b"x")
    t.shutdown(s, SHUT_WR)
    t.send(s, b"x")
    t.send(s, bytes(1 << 20))


def test_a_datagram_socket_whose_peer_is_closed_receives_from_nobody_else(t):
    one, other = t.pair(DGRAM)
    t.bind(other, t.path(0))
    t.close(one)
    third = t.socket(DGRAM)
    t.sendto(third, b"x", 0, t.path(0))
    t.connect(third, t.path(0))


def test_a_refused_datagram_takes_what_was_queued_with_it(t):
    one, other = t.pair(DGRAM)
    t.send(other, b"lost")
    t.close(other)
    t.send(one, b"x")
    t.recv(one, 9)
    t.send(one, b"x")


def test_reconnecting_resets_a_peer_whose_datagrams_are_lost(t):
    one, other = t.pair(DGRAM)
    target = t.socket(DGRAM)
    t.bind(target, t.path(0))
    t.send(other, b"lost")
    t.connect(one, t.path(0))
    t.send(other, b"x")
    t.send(other, b"x")
    t.recv(one, 9)


@PACKETS
def test_peek_offset_moves_through_the_packets(t, kind):
    one, other = t.pair(kind)
    for data in (b"abc", b"defg", b"hi"):
        t.send(one, data)
    t.setsockopt(other, SO_PEEK_OFF, 2)
    for size in (9, 2, 9, 9, 9):
        t.recvmsg(other, size, 0, MSG_PEEK)
        t.getsockopt(other, SO_PEEK_OFF)
    t.recv(other, 9)
    t.getsockopt(other, SO_PEEK_OFF)
    t.recv(other, 9, MSG_PEEK)


@PACKETS
def test_peek_offset_passes_an_empty_packet_once_it_was_looked_at(t, kind):
    one, other = t.pair(kind)
    for data in (b"", b"abc"):
        t.send(one, data)
    t.recv(other, 9, MSG_PEEK)
    t.setsockopt(other, SO_PEEK_OFF, 0)
    t.recvfrom(other, 9, MSG_PEEK)
    t.recvfrom(other, 9)
    t.recvfrom(other, 9)
    t.send(one, b"")
    t.recvfrom(other, 9, MSG_PEEK)
    t.recvfrom(other, 9, MSG_PEEK)


@PACKETS
def test_bytes_that_can_be_received(t, kind):
    one, other = t.pair(kind)
    for data in (b"abc", b"de"):
        t.send(one, data)
    t.readable_bytes(other)
    t.recv(other, 1)
    t.readable_bytes(other)


# streams


def test_a_look_goes_on_to_the_first_rights(t):
    one, other = t.pair(STREAM)
    t.send(one, b"abc")
    t.send_rights(one, [b"def"], [[one]])
    t.send_rights(one, [b"ghi"], [[other]])
    t.recvmsg(other, 1, 100, MSG_PEEK)
    t.recvmsg(other, 9, 100, MSG_PEEK)
    t.recvmsg(other, 0, 100)
    t.recvmsg(other, 9, 100)
    t.recvmsg(other, 9, 100)


def test_no_room_takes_the_rights_and_leaves_the_bytes(t):
    one, other = t.pair(STREAM)
    t.send_rights(one, [b"abc"], [[one]])
    t.recvmsg(other, 0, 100)
    t.recvmsg(other, 9, 100)


def test_wait_all_takes_the_error_with_it(t):
    one, other = t.pair(STREAM)
    t.send(one, b"unread")
    t.send(other, b"abc")
    t.close(other)
    t.recv(one, 9, MSG_WAITALL)
    t.recv(one, 9)


def test_without_wait_all_the_error_stays(t):
    one, other = t.pair(STREAM)
    t.send(one, b"unread")
    t.send(other, b"abc")
    t.close(other)
    t.recv(one, 9)
    t.recv(one, 9)


def test_wait_all_stops_at_rights(t):
    one, other = t.pair(STREAM)
    t.send(one, b"abc")
    t.send_rights(one, [b"def"], [[one]])
    t.send(one, b"ghi")
    t.recvmsg(other, 8, 100, MSG_WAITALL)
    t.recvmsg(other, 8, 100, MSG_WAITALL)


# credentials


@ALL
def test_peercred_of_who_has_no_peer(t, kind):
    t.getsockopt(t.socket(kind), SO_PEERCRED, 12)


@CONNECTIONS
def test_peercred_of_connections(t, kind):
    listener = listening(t, kind, t.path(0))
    client = connecting(t, kind, t.path(0))
    for s in (listener, client, t.accept(listener), *t.pair(kind)):
        t.getsockopt(s, SO_PEERCRED, 12)


@ALL
def test_credentials_of_what_was_sent_without_asking_for_them(t, kind):
    one, other = t.pair(kind)
    t.send(one, b"before")
    t.setsockopt(other, SO_PASSCRED, 1)
    t.send(one, b"after")
    t.recvmsg(other, 20, 100)
    t.recvmsg(other, 20, 100)


@CONNECTIONS
def test_credentials_of_what_was_sent_before_accept(t, kind):
    listener = listening(t, kind, t.path(0))
    client = connecting(t, kind, t.path(0))
    t.send(client, b"before")
    server = t.accept(listener)
    t.send(client, b"after")
    t.setsockopt(server, SO_PASSCRED, 1)
    t.recvmsg(server, 20, 100)
    t.recvmsg(server, 20, 100)


@CONNECTIONS
def test_accepted_sockets_have_their_listeners_passcred(t, kind):
    listener = listening(t, kind, t.path(0))
    t.setsockopt(listener, SO_PASSCRED, 1)
    client = connecting(t, kind, t.path(0))
    server = t.accept(listener)
    t.getsockopt(server, SO_PASSCRED)
    t.send(client, b"x")
    t.recvmsg(server, 9, 0)


@CONNECTIONS
def test_credentials_at_the_end(t, kind):
    one, other = t.pair(kind)
    t.setsockopt(one, SO_PASSCRED, 1)
    t.close(other)
    t.recvmsg(one, 9, 100)
    t.recvmsg(one, 9, 0)


@pytest.mark.parametrize("space", [0, 1, 15, 16, 17, 20, 27, 28, 31, 32, 33, 47, 48, 51, 52, 55, 56, 60])
def test_room_for_credentials_and_rights(t, space):
    one, other = t.pair(STREAM)
    t.setsockopt(other, SO_PASSCRED, 1)
    t.send_credentials(one, [b"x"], [one, other])
    t.recvmsg(other, 9, space)


# urgent bytes

TAKE = "take"
INLINE = "inline"
PROGRAMS = {
    "read up to it and past it": [b"ab", b"c!", b"de", 9, 9, 9],
    "read past one that is first": [b"c!", b"de", 9, 9],
    "only it": [b"c!", 9, TAKE],
    "taken, then read": [b"ab", b"c!", b"de", TAKE, TAKE, 9, 9, 9],
    "taken where it is first": [b"c!", b"de", TAKE, 9, 9],
    "taken where it is all": [b"c!", TAKE, 9, 9],
    "a second makes the first plain": [b"a!", b"b!", 9, TAKE, 9],
    "one after a taken one": [b"ab", b"c!", TAKE, b"de", b"f!", 9, 9, 9],
    "a taken one between plain bytes": [b"ab", b"c!", b"d!", TAKE, b"ef", 9, 9, 9],
    "two taken side by side": [b"ab", b"c!", TAKE, b"d!", TAKE, b"ef", 9, 9, 9],
    "two taken side by side, first": [b"c!", TAKE, b"d!", TAKE, b"ef", 9, 9],
    "one next to a taken one": [b"c!", TAKE, b"d!", 9, 9],
    "of several bytes the last": [b"abc!", 2, TAKE, 9],
    "inline": [INLINE, b"ab", b"c!", b"de", TAKE, 9, 9, 9],
    "inline only afterwards": [b"ab", b"c!", INLINE, b"de", 9, TAKE, 9],
    "nothing urgent": [b"ab", TAKE, 9],
}


@pytest.mark.parametrize("flags", [0, MSG_WAITALL, MSG_PEEK], ids=["read", "wait for all", "look"])
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_urgent(t, program, flags):
    one, other = t.pair(STREAM)
    for action in program:
        if isinstance(action, bytes):
            t.send(one, action.rstrip(b"!"), MSG_OOB if action.endswith(b"!") else 0)
        elif action == TAKE:
            t.recv(other, 1, MSG_OOB | flags & MSG_PEEK)
        elif action == INLINE:
            t.setsockopt(other, SO_OOBINLINE, 1)
        else:
            t.recv(other, action, flags)
        t.at_mark(other)
    t.close(other)
    t.recv(one, 9)


def test_urgent_is_for_streams(t):
    for kind in (DGRAM, SEQ):
        one, other = t.pair(kind)
        t.send(one, b"x", MSG_OOB)
        t.recv(other, 1, MSG_OOB)
        t.at_mark(one)


def test_no_urgent_byte_in_nothing(t):
    one, other = t.pair(STREAM)
    t.send(one, b"", MSG_OOB)
    t.shutdown(one, SHUT_WR)
    t.send(one, b"", MSG_OOB)
    t.send(one, b"x", MSG_OOB)


def test_an_urgent_byte_needs_no_room(t):
    one, other = t.pair(STREAM)
    t.send(one, b"a", MSG_OOB)
    t.recvfrom(other, 0, MSG_OOB | MSG_PEEK)
    t.recvmsg_into(other, [], 0, MSG_OOB)
    t.recv(other, 1, MSG_OOB)


def test_a_connection_to_accept_is_at_the_mark(t):
    listener = listening(t, STREAM, t.path(0))
    t.at_mark(listener)
    connecting(t, STREAM, t.path(0))
    t.at_mark(listener)


def test_rights_with_an_urgent_byte(t):
    one, other = t.pair(STREAM)
    t.send_rights(one, [b"a"], [[one]], MSG_OOB)
    t.send_rights(one, [b"bc"], [[other]], MSG_OOB)
    t.recvmsg(other, 1, 100, MSG_OOB)
    t.recvmsg(other, 9, 100)
    t.recvmsg(other, 9, 100)


@pytest.mark.parametrize("offset", range(6))
def test_peek_offset_and_an_urgent_byte(t, offset):
    one, other = t.pair(STREAM)
    for data, flags in ((b"ab", 0), (b"c", MSG_OOB), (b"de", 0)):
        t.send(one, data, flags)
    t.setsockopt(other, SO_PEEK_OFF, offset)
    for _ in range(3):
        t.recv(other, 9, MSG_PEEK)
        t.getsockopt(other, SO_PEEK_OFF)


# descriptors


@CONNECTIONS
def test_accept_asks_for_a_descriptor_first(t, kind):
    listener = listening(t, kind, t.path(0))
    plain = t.socket(DGRAM)
    with t.no_descriptor_left():
        for s in (listener, plain):
            assert t.accept(s) == Failure(OSError(24, ""))
    connecting(t, kind, t.path(0))
    with t.no_descriptor_left():
        assert t.accept(listener) == Failure(OSError(24, ""))
    t.accept(listener)


@ALL
def test_rights_for_which_no_descriptor_is_left(t, kind):
    one, other = t.pair(kind)
    t.send_rights(one, [b"x"], [[one, other]])
    with t.no_descriptor_left():
        message, received = t.recvmsg(other, 9, 100)
    assert message == (b"x", [], socket.MSG_CTRUNC) and received == []


# requests and options


def test_requests_that_there_are_not(t):
    one, _ = t.pair(STREAM)
    for request in (0, 0x8906, 0x1234):
        t.request(one, request)


@ALL
def test_reuse_of_ports_is_for_those_who_have_ports(t, kind):
    s = t.socket(kind)
    for value in (1, 0):
        t.setsockopt(s, socket.SO_REUSEPORT, value)
        t.getsockopt(s, socket.SO_REUSEPORT)


def test_an_option_is_no_shorter_than_an_integer(t):
    s = t.socket(STREAM)
    for option in (socket.SO_TYPE, socket.SO_PASSCRED, socket.SO_RCVTIMEO, 9999):
        t.setsockopt(s, option, b"\1")


@pytest.mark.parametrize("offset", [-1, -5, 0, 3])
def test_peek_offset_is_given_back(t, offset):
    s = t.socket(STREAM)
    t.setsockopt(s, SO_PEEK_OFF, offset)
    t.getsockopt(s, SO_PEEK_OFF)


@CONNECTIONS
def test_requests_of_a_listener(t, kind):
    listener = listening(t, kind, t.path(0))
    t.readable_bytes(listener)
    t.unsent(listener)


def test_an_option_of_other_levels(t):
    one, _ = t.pair(STREAM)
    for level in (0, 6, 41, 99):
        t.getsockopt_at(one, level, 1)


@CONNECTIONS
def test_shutdown_before_connect_stays(t, kind):
    listening(t, kind, t.path(0))
    client = t.socket(kind)
    t.shutdown(client, SHUT_RDWR)
    t.connect(client, t.path(0))
    t.send(client, b"x")
    t.recv(client, 9)


def test_the_peer_is_refused_what_both_were_told_of_a_pending_error(t):
    one, other = t.pair(DGRAM)
    target = t.socket(DGRAM)
    t.bind(target, t.path(0))
    t.send(other, b"lost")
    t.connect(one, t.path(0))
    t.getsockopt(other, SO_ERROR)
    t.getsockopt(other, SO_ERROR)
    t.send(other, b"x", MSG_DONTWAIT)


def test_control_messages_in_one_call(t):
    one, other = t.pair(STREAM)
    t.send_rights(one, [b"x"], [[one], [other, one]])
    t.recvmsg(other, 9, 100)
    credentials = struct.pack("3i", 1, 2, 3)[:11]
    t.sendmsg(one, [b"x"], [(socket.SOL_SOCKET, 2, credentials)])
    t.sendmsg(one, [b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [-1]))])


def test_names_of_the_longest_length(t):
    for length in (107, 108):
        t.bind(t.socket(STREAM), Name(b"\0" + b"x" * (length - 1)))
