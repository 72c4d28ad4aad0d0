"""Sockets that only messages in flight refer to: closed at once on afunix, as Linux's collector closes them later."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twins import DGRAM, SEQ, STREAM, Twins

import afunix
from afunix.kernel import kernel

# (i, j): socket j is in a message that waits for socket i
SHAPES = {
    "one holds itself": [(0, 0)],
    "one holds itself twice": [(0, 0), (0, 0)],
    "two hold each other": [(0, 1), (1, 0)],
    "a triangle": [(0, 1), (1, 2), (2, 0)],
    "a triangle both ways": [(0, 1), (1, 2), (2, 0), (1, 0), (2, 1), (0, 2)],
    "a triangle with an edge across": [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2)],
    "a circle that holds one more": [(0, 1), (1, 0), (1, 2)],
    "one that holds a circle": [(0, 1), (1, 2), (2, 1)],
    "a circle that holds a circle": [(0, 1), (1, 0), (1, 2), (2, 3), (3, 2)],
    "two circles that share one": [(0, 1), (1, 0), (1, 2), (2, 1)],
    "a chain": [(0, 1), (1, 2), (2, 3)],
}
KINDS = {"stream": STREAM, "datagram": DGRAM, "seqpacket": SEQ}


def hold(t, kind, edges):
    """Pairs of sockets whose first ones hold each other: the first ones, the others."""
    pairs = [t.pair(kind) for _ in range(1 + max(map(max, edges)))]
    for i, j in edges:
        t.send_rights(pairs[i][1], [b"x"], [[pairs[j][0]]])
    return [one for one, _ in pairs], [other for _, other in pairs]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("edges", SHAPES.values(), ids=SHAPES)
def test_nobody_has_a_descriptor(t, edges, kind):
    ones, others = hold(t, kind, edges)
    for s in ones:
        t.close(s)
    for s in others:
        t.close(s)
    assert not kernel.live and not kernel.in_flight


@pytest.mark.parametrize("edges", SHAPES.values(), ids=SHAPES)
def test_the_senders_have_descriptors(t, edges):
    ones, others = hold(t, STREAM, edges)
    for s in ones:
        t.close(s)
    assert kernel.live == len(others) and not kernel.in_flight
    for s in others:
        t.send(s, b"x")
        t.recv(s, 9)


@pytest.mark.parametrize("edges", SHAPES.values(), ids=SHAPES)
def test_somebody_may_still_receive_them(t, edges):
    ones, _ = hold(t, STREAM, edges)
    first = t.dup(ones[0])
    for s in ones:
        t.close(s)
    (data, ancdata, _), received = t.recvmsg(first, 9, 200)
    assert data == b"x" and len(ancdata) == len(received) == 1


@pytest.mark.parametrize("kind", [STREAM, SEQ], ids=["stream", "seqpacket"])
@pytest.mark.parametrize("holds", ["the listener", "the client", "both", "another"])
def test_a_connection_to_accept_holds(t, kind, holds):
    listener, client, (another, other) = t.socket(kind), t.socket(kind), t.pair(kind)
    t.bind(listener, t.abstract(0))
    t.listen(listener, 3)
    t.connect(client, t.abstract(0))
    if holds != "another":
        held = {"the listener": [listener], "the client": [client], "both": [client, listener]}[holds]
        t.send_rights(client, [b"x"], [held])
    else:
        t.send_rights(client, [b"x"], [[another]])
        t.send_rights(other, [b"y"], [[listener]])
    for s in (listener, another, client, other):
        t.close(s)
    assert not kernel.live and not kernel.in_flight
    t.bind(t.socket(kind), t.abstract(0))


def test_an_accepted_connection_holds_its_listener(t):
    listener, client = t.socket(STREAM), t.socket(STREAM)
    t.bind(listener, t.path(0))
    t.listen(listener, 3)
    t.connect(client, t.path(0))
    t.send_rights(client, [b"x"], [[listener]])
    server = t.accept(listener)
    t.close(listener)
    second = t.socket(STREAM)
    t.connect(second, t.path(0))
    _, (received,) = t.recvmsg(server, 9, 100)
    t.accept(received)
    t.close(received)


def test_a_datagram_socket_that_sent_itself(t):
    s = t.socket(DGRAM)
    t.bind(s, t.abstract(0))
    t.send_rights(s, [b"x"], [[s]], 0, t.abstract(0))
    t.close(s)
    assert not kernel.live
    t.bind(t.socket(DGRAM), t.abstract(0))


def test_what_a_circle_held_is_closed_as_any_socket(t):
    one, other = t.pair(STREAM)
    left, right = t.pair(STREAM)
    t.send(right, b"unread")
    t.send_rights(other, [b"x"], [[one, left]])
    t.close(left)
    t.close(one)
    t.recv(right, 9)


def test_what_waited_in_a_circle_is_no_reason_to_reset(t):
    one, other = t.pair(STREAM)
    t.send_rights(other, [b"x"], [[one]])
    t.close(one)
    t.recv(other, 9)


def test_a_circle_that_the_collector_of_linux_misses():
    one, other = afunix.socketpair()
    left, right = afunix.socketpair()
    listener, client = afunix.socket(), afunix.socket()
    listener.bind("/x")
    listener.listen(1)
    client.connect("/x")
    for sender, *rights in (
        (other, left, right),
        (left, listener),
        (client, one, other),
        (one, right),
    ):
        afunix.send_fds(sender, [b"x"], [sock.fileno() for sock in rights])
    for sock in (one, other, left, right, listener):
        sock.close()
    assert (kernel.live, kernel.in_flight, kernel.bound) == (1, 0, 0)
    client.setblocking(False)
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    client.close()


@settings(max_examples=100, deadline=None, database=None, derandomize=True)
@given(
    edges=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8),
    order=st.permutations(range(10)),
    open_ends=st.integers(0, 3),
)
def test_any_shape(edges, order, open_ends):
    with Twins() as t:
        ones, others = hold(t, STREAM, edges)
        sockets = ones + others
        closing = [sockets[i] for i in order if i < len(sockets)]
        for s in closing[open_ends:]:
            t.close(s)
        waiting = closing[:open_ends]
        while waiting:
            result = t.recvmsg(waiting.pop(), 1, 200)
            if isinstance(result, tuple):
                waiting.extend(result[1])
