"""
Many clients of one live stream in a process of its own, on epoll.

    python3 -m support.crowd PORT PATH CLIENTS PACKETS STALLED

Each client reads chunked HTTP of numbered packets (source 0) until it has PACKETS of them, and
compares every byte with what must come. STALLED more never read. Prints JSON: {"complete", "wrong",
"bytes"}.
"""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import numbered_ts
from .numbered_ts import PACKET

_NUMBER = slice(10, 18)
_READ = 256 * 1024
_KNOWN = 60_000  # packets, which are a minute and a half of 1 Mbit/s


class Body:
    """A response's body as it comes: the head is cut off, and the chunks are put together."""

    def __init__(self) -> None:
        self._head = b""
        self._started = False
        self._line = b""
        self._left = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not self._started:
            self._head += data
            head, end, data = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 200 ") or b"chunked" not in head.lower():
                raise ValueError(head)
            self._started = True
        yield from self._chunks(data)

    def _chunks(self, data: bytes) -> Iterator[bytes]:
        at = 0
        while at < len(data):
            if self._left:
                piece = data[at : at + self._left]
                self._left -= len(piece)
                at += len(piece)
                yield piece
                continue
            end = data.find(b"\n", at)
            self._line += data[at : end + 1 if end >= 0 else len(data)]
            at = end + 1 if end >= 0 else len(data)
            if self._line.endswith(b"\n"):
                size, self._line = self._line.strip(), b""
                self._left = int(size.partition(b";")[0], 16) if size else 0


class Client:
    """One of the crowd."""

    def __init__(self, port: int, path: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: relay\r\n\r\n".encode())
        self.socket.setblocking(False)
        self.received = 0
        self._body = Body()
        self._at = -1
        self._first = b""

    def read(self, known: bytes) -> None:
        """Takes what is there. ValueError: it is not what must come, or it ended."""
        data = self.socket.recv(_READ)
        if not data:
            raise ValueError("it ended")
        for piece in self._body.feed(data):
            self._compare(piece, known)

    def _compare(self, piece: bytes, known: bytes) -> None:
        if self._at < 0:
            self._first += piece
            if len(self._first) < PACKET:
                return
            self._at = int.from_bytes(self._first[_NUMBER], "big") * PACKET
            piece = self._first
        if not known.startswith(piece, self._at):
            raise ValueError(f"wrong after {self.received} bytes")
        self._at += len(piece)
        self.received += len(piece)


def watch(port: int, path: str, clients: int, packets: int, stalled: int) -> dict[str, Any]:
    known = numbered_ts.packets(0, _KNOWN)
    idle = [Client(port, path) for _ in range(stalled)]
    made = [Client(port, path) for _ in range(clients)]
    crowd = {client.socket.fileno(): client for client in made}
    poll = select.epoll()
    for descriptor in crowd:
        poll.register(descriptor, select.EPOLLIN)
    complete, wrong, total = 0, [], 0
    while crowd:
        for descriptor, _ in poll.poll():
            client = crowd[descriptor]
            try:
                client.read(known)
            except (ValueError, OSError) as error:
                wrong.append(repr(error))
            if wrong or client.received >= packets * PACKET:
                complete += not wrong
                total += client.received
                poll.unregister(descriptor)
                crowd.pop(descriptor).socket.close()
    for client in idle:
        client.socket.close()
    return {"complete": complete, "wrong": wrong[:5], "bytes": total}


@contextmanager
def crowd(
    port: int, path: str, clients: int, packets: int, stalled: int = 0
) -> Iterator[subprocess.Popen[str]]:
    """The crowd as a process, for the length of a block."""
    numbers = [str(number) for number in (clients, packets, stalled)]
    process = subprocess.Popen(
        [sys.executable, "-m", "support.crowd", str(port), path, *numbers],
        cwd=Path(__file__).resolve().parents[1],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def result(process: subprocess.Popen[str], timeout_s: float = 120) -> dict[str, Any]:
    out, _ = process.communicate(timeout=timeout_s)
    assert process.returncode == 0, out
    return json.loads(out)


if __name__ == "__main__":
    print(json.dumps(watch(int(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:6]))))
