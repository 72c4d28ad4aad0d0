"""What the control plane costs: sockets that come and go, descriptors that are passed."""

import timing

ROUNDS = 5


def pairs(n, socketpair):
    for _ in range(n):
        a, b = socketpair()
        a.close()
        b.close()


def connections(n, make, address, accept):
    for _ in range(n):
        client = make()
        client.connect(address)
        server = accept()[0]
        client.close()
        server.close()


def descriptors(n, afunix, a, b, fds, data):
    for _ in range(n):
        afunix.send_fds(a, data, fds)
        afunix.close(afunix.recv_fds(b, 8, 1)[1][0])


def sockets():
    import afunix

    listener = afunix.socket()
    listener.bind("/bench")
    listener.listen(1)
    a, b = afunix.socketpair()
    make, accept = afunix.socket, listener.accept
    timing.rounds("socketpair, close", timing.name, ROUNDS, pairs, afunix.socketpair)
    timing.rounds("connect, accept, close", timing.name, ROUNDS, connections, make, "/bench", accept)
    timing.rounds(
        "send_fds, recv_fds of one", timing.name, ROUNDS, descriptors, afunix, a, b, [a.fileno()], [b"message"]
    )


def system():
    import socket

    import system

    listener, address = system.bound(1)
    listener.listen(1)

    def make():
        return socket.socket(socket.AF_UNIX, 1)

    timing.rounds("connect, accept, close", "Linux", ROUNDS, connections, make, address, listener.accept)
