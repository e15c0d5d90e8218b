"""
An HTTP server that does per path what a test scripts.

    upstream = ScriptedUpstream()
    upstream.script("/a.ts", reset_after(5000), status(503), live())

The first request for /a.ts gets the first answer, and so on; the last answer is for all that
follow. The answers are made by upstream_answers.py. Everything is counted: connections, requests,
and what goes on at a time.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from .processes import wait_until
from .upstream_exchange import Exchange, Gone

Answer = Callable[[Exchange], Awaitable[None]]

_HEAD_LIMIT = 64 * 1024


@dataclass(frozen=True)
class Request:
    """A request as it came. Header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int
    """The how-manieth connection it came on, from 1."""
    at: float
    """When, on the monotonic clock."""


class Gate:
    """A step that waits until the test opens it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._event = asyncio.Event()

    def open(self) -> None:
        self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self) -> None:
        await self._event.wait()


class ScriptedUpstream:
    """Serves on 127.0.0.1, in a thread of its own, on a port of the kernel's choice."""

    def __init__(self) -> None:
        self.connections = 0
        """Connections that were ever accepted."""
        self.open_connections = 0
        self.peak: Counter[str] = Counter()
        """By path: the most requests that were in work at a time."""
        self._active: Counter[str] = Counter()
        self._requests: dict[str, list[Request]] = defaultdict(list)
        self._scripts: dict[str, tuple[Answer, ...]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._closed_port: socket.socket | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = 0
        self.port = self._call(self._listen())

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def script(self, path: str, *answers: Answer) -> str:
        """What the path answers from now on; its URL. Requests are counted from 0 again."""
        self._requests.pop(path, None)
        self._scripts[path] = answers
        return self.url(path)

    def gate(self) -> Gate:
        return Gate(self._loop)

    def requests(self, path: str) -> list[Request]:
        """Requests for the path since it was scripted, the oldest first."""
        return list(self._requests[path])

    def active(self, path: str) -> int:
        """Requests for the path that are in work now."""
        return self._active[path]

    def wait_requests(self, path: str, count: int) -> list[Request]:
        wait_until(lambda: len(self._requests[path]) >= count, f"{count} requests for {path}")
        return self.requests(path)

    def wait_inactive(self, path: str) -> None:
        wait_until(lambda: not self._active[path], f"{path} is left alone")

    def refuse(self) -> None:
        """From now on connections are refused. Those that are open stay."""
        self._call(self._stop_listening())

    def accept_again(self) -> None:
        self._call(self._listen())

    def drop_connections(self) -> None:
        """Breaks everything that is in work now."""
        self._call(self._cancel_all())

    def close(self) -> None:
        self._call(self._stop_listening())
        self._call(self._cancel_all())
        if self._closed_port:
            self._closed_port.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Any) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(30)

    async def _listen(self) -> int:
        if self._closed_port:
            self._closed_port.close()
            self._closed_port = None
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", self.port, limit=_HEAD_LIMIT, backlog=4096
        )
        return self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
            self._closed_port = bound_socket(self.port)

    async def _cancel_all(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        self.open_connections += 1
        with suppress(Gone, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._serve(reader, writer, self.connections)
        self.open_connections -= 1
        self._tasks.discard(task)
        writer.transport.abort() if task.cancelled() else writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        while True:
            request = await _read_request(reader, connection)
            if not await self._answer(request, Exchange(request, reader, writer)):
                return

    async def _answer(self, request: Request, exchange: Exchange) -> bool:
        """Whether the connection can take another request."""
        path = request.target.partition("?")[0]
        answers = self._scripts.get(path)
        seen = self._requests[path]
        exchange.number = len(seen)
        seen.append(request)
        self._active[path] += 1
        self.peak[path] = max(self.peak[path], self._active[path])
        try:
            if answers:
                await answers[min(exchange.number, len(answers) - 1)](exchange)
            else:
                await exchange.respond(404, b"not scripted\n")
        finally:
            self._active[path] -= 1
        return exchange.complete


def bound_socket(port: int = 0) -> socket.socket:
    """A port that refuses connections as long as the socket is open: bound, and nobody listens."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


async def _read_request(reader: asyncio.StreamReader, connection: int) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *lines = head.rstrip().split("\r\n")
    method, target, _ = line.split(" ", 2)
    headers = {}
    for each in lines:
        name, _, value = each.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, target, headers, body, connection, monotonic())
