"""Connections that send the head of a request a byte a second and never end it.

    slow_clients.py PORT COUNT

prints `open N` once they are there, and at the end of its input how many the server has not closed.
"""

import resource
import select
import socket
import sys

port, count = map(int, sys.argv[1:])
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most if most != resource.RLIM_INFINITY else 65536, most))

clients = []
for _ in range(count):
    try:
        client = socket.create_connection(("127.0.0.1", port), timeout=10)
        client.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Slow: ".encode())
        client.setblocking(False)
        clients.append(client)
    except OSError:
        pass
print("open", len(clients), flush=True)


def there(client):
    try:
        client.send(b"x")
        return client.recv(4096) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


while not select.select([sys.stdin], [], [], 1.0)[0]:
    clients = [client for client in clients if there(client)]
clients = [client for client in clients if there(client)]
print("left", len(clients), flush=True)
