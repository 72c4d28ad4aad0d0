"""A server with a thread for each client, and clients that wait for it."""

import _thread
import socket
import time

CLIENTS = 3
ROUNDS = 50

server = socket.create_server("\0threads", family=socket.AF_UNIX, backlog=1)
totals = []


def serve(connection):
    with connection:
        while True:
            data = connection.recv(256)
            if not data:
                break
            connection.sendall(data.upper())


def accept():
    for _ in range(CLIENTS):
        _thread.start_new_thread(serve, (server.accept()[0],))


def talk(number):
    total = 0
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0threads")
        for i in range(ROUNDS):
            message = b"client %d round %d" % (number, i)
            client.sendall(message)
            answer = b""
            while len(answer) < len(message):
                answer += client.recv(256)
            total += answer == message.upper()
    totals.append(total)


_thread.start_new_thread(accept, ())
for number in range(CLIENTS):
    _thread.start_new_thread(talk, (number,))
while len(totals) < CLIENTS:
    time.sleep(0.01)
server.close()
print(totals)
