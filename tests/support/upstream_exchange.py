"""One request to a ScriptedUpstream, and the means to answer it well or badly."""

from __future__ import annotations

import array
import asyncio
import fcntl
import socket
import struct
import termios
from http import HTTPStatus
from typing import Any

_POLL_S = 0.002


class Gone(Exception):
    """The connection is over, by the client's will or by the script's."""


class Exchange:
    """What an answer has in its hands. complete: the connection can take another request."""

    def __init__(
        self, request: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.request = request
        self.number = 0
        """How many requests for the path came before this one."""
        self.complete = False
        self._reader = reader
        self._writer = writer

    @property
    def is_head(self) -> bool:
        return self.request.method == "HEAD"

    async def start(self, status: int = 200, headers: dict[str, Any] | None = None) -> None:
        """Sends the head of the response as it is given: nothing is added to it."""
        lines = [f"HTTP/1.1 {status} {_phrase(status)}"]
        told = {name: value for name, value in (headers or {}).items() if value is not None}
        lines += [f"{name}: {value}" for name, value in told.items()]
        await self.send("\r\n".join([*lines, "", ""]).encode("latin-1"))

    async def send(self, data: bytes | memoryview) -> None:
        if self._writer.is_closing() or self._reader.at_eof():
            raise Gone
        self._writer.write(data)
        await self._writer.drain()

    async def respond(
        self, status: int, body: bytes = b"", headers: dict[str, Any] | None = None
    ) -> None:
        """A whole response, after which the connection stays."""
        await self.start(status, {"Content-Length": len(body), **(headers or {})})
        if not self.is_head:
            await self.send(body)
        self.complete = True

    async def sent(self) -> None:
        """Waits until the client's kernel has everything."""
        connection = self._socket()
        unsent = array.array("i", [1])
        while self._writer.transport.get_write_buffer_size() or unsent[0]:
            if self._writer.is_closing():
                raise Gone
            fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, unsent)
            await asyncio.sleep(_POLL_S if unsent[0] else 0)

    async def reset(self) -> None:
        """Ends the connection by an RST, once everything before it has arrived."""
        await self.sent()
        self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()
        raise Gone

    async def end(self) -> None:
        """Closes the connection cleanly, whatever length was promised."""
        await self.sent()
        raise Gone

    async def stall(self) -> None:
        """Stays silent until the client goes."""
        while await self._reader.read(4096):
            pass
        raise Gone

    def _socket(self) -> socket.socket:
        return self._writer.get_extra_info("socket")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
