"""What a ScriptedUpstream can answer. Each function makes one answer for its script."""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from .numbered_ts import PACKET, packets
from .scripted_upstream import Answer, Gate
from .upstream_exchange import Exchange

_TS = {"Content-Type": "video/mp2t", "Connection": "close"}
_TICK_S = 0.02


def silence() -> Answer:
    """The request is taken and nothing is ever answered."""
    return lambda exchange: exchange.stall()


def reset() -> Answer:
    """The connection is reset before a byte of an answer."""
    return lambda exchange: exchange.reset()


def status(code: int, body: bytes = b"no\n", **headers: Any) -> Answer:
    """A whole response; retry_after=2 is a header Retry-After: 2."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return lambda exchange: exchange.respond(code, body, named)


def redirect(target: str, code: int = 302) -> Answer:
    return status(code, b"", location=target)


def text(body: str | bytes, content_type: str = "application/vnd.apple.mpegurl") -> Answer:
    data = body.encode() if isinstance(body, str) else body
    return status(200, data, content_type=content_type)


def head_then(then: str = "stall", **headers: Any) -> Answer:
    """200 with a head and not a byte of a body; then "stall", "reset" or "end"."""

    async def answer(exchange: Exchange) -> None:
        await exchange.start(200, _TS | headers)
        await getattr(exchange, then)()

    return answer


def gated(gate: Gate, answer: Answer) -> Answer:
    """The answer, but not before the test opens the gate."""

    async def wait_and_answer(exchange: Exchange) -> None:
        await gate.wait()
        await answer(exchange)

    return wait_and_answer


def drip(body: bytes, piece: int, interval_s: float) -> Answer:
    """The whole body, a few bytes at a time."""

    async def answer(exchange: Exchange) -> None:
        await exchange.start(200, {"Content-Length": len(body)})
        for first in range(0, len(body), piece):
            await exchange.send(body[first : first + piece])
            await asyncio.sleep(interval_s)
        exchange.complete = True

    return answer


@dataclass
class LiveSource:
    """
    A live programme: every upstream that shows it is, at any time, at the same packet, so a client
    that is moved from one to another hears no packet twice.
    """

    bits_per_s: float = 4e6
    started_at: float = field(default_factory=monotonic)

    def position(self) -> int:
        """The number of the packet that is on air now."""
        return int((monotonic() - self.started_at) * self.bits_per_s / 8 / PACKET)


def live(
    source: LiveSource,
    *,
    number: int = 0,
    stop_after: int | None = None,
    then: str = "stall",
    gate: Gate | None = None,
    real_time: bool = True,
) -> Answer:
    """
    The programme from now on, marked as sent by upstream `number`. After stop_after bytes, or when
    the gate opens: "stall", "reset" or "end". A stop within a packet tears it. real_time=False:
    from packet 0 on whenever a client comes.
    """

    async def answer(exchange: Exchange) -> None:
        await exchange.start(200, _TS)
        begun = source.position() if real_time else 0
        origin = monotonic() - begun * PACKET * 8 / source.bits_per_s
        stopping = asyncio.ensure_future(gate.wait()) if gate else None
        try:
            await _send_live(exchange, source, origin, begun, number, stop_after, stopping)
        finally:
            if stopping:
                stopping.cancel()
        await getattr(exchange, then)()

    return answer


async def _send_live(
    exchange: Exchange,
    source: LiveSource,
    origin: float,
    begun: int,
    number: int,
    stop_after: int | None,
    stopping: asyncio.Future[None] | None,
) -> None:
    sent, at = 0, begun
    while not (stopping and stopping.done()):
        due = int((monotonic() - origin) * source.bits_per_s / 8 / PACKET) + 1
        block = packets(at, max(due - at, 0), number)
        at = max(due, at)
        if stop_after is not None and sent + len(block) >= stop_after:
            await exchange.send(block[: stop_after - sent])
            return
        if block:
            await exchange.send(block)
        sent += len(block)
        await asyncio.sleep(_TICK_S)


def looped(body: bytes, bytes_per_s: float) -> Answer:
    """A real transport stream over and over as a live one: for players, which want to decode it."""

    async def answer(exchange: Exchange) -> None:
        await exchange.start(200, _TS)
        begun, sent = monotonic(), 0
        while True:
            due = int((monotonic() - begun + 1.0) * bytes_per_s)
            while sent < due:
                first = sent % len(body)
                piece = body[first : first + due - sent]
                await exchange.send(piece)
                sent += len(piece)
            await asyncio.sleep(_TICK_S)

    return answer


@dataclass(frozen=True)
class File:
    """
    A file with Range, If-Range, ETag and Last-Modified.

    stop_after: bytes of the body after which `then` happens: "stall", "reset" or "end".
    piece: the most bytes that are sent at once. extra_length: Content-Length tells so many more (or
    fewer) than there are. ranges: whether Range is heeded. etag, last_modified: None leaves it out.
    """

    body: bytes
    etag: str | None = '"v1"'
    last_modified: str | None = "Sat, 03 Jan 2026 10:00:00 GMT"
    content_type: str = "video/mp4"
    ranges: bool = True
    stop_after: int | None = None
    then: str = "reset"
    piece: int = 64 * 1024
    extra_length: int = 0

    async def __call__(self, exchange: Exchange) -> None:
        wanted = self._wanted(exchange.request.headers)
        if wanted is None:
            await exchange.respond(416, b"", {"Content-Range": f"bytes */{len(self.body)}"})
            return
        first, end, code = wanted
        await exchange.start(code, self._headers(first, end, code))
        if not exchange.is_head:
            await self._send(exchange, memoryview(self.body)[first:end])
        exchange.complete = True

    def _wanted(self, headers: dict[str, str]) -> tuple[int, int, int] | None:
        """(first, end, status), or None where the range cannot be had."""
        total = len(self.body)
        match = re.fullmatch(r"bytes=(\d*)-(\d*)", headers.get("range", ""))
        if not (self.ranges and match and any(match.groups()) and self._same_file(headers)):
            return 0, total, 200
        if not match[1]:
            return max(total - int(match[2]), 0), total, 206
        first, end = int(match[1]), min(int(match[2] or total), total - 1) + 1
        return (first, end, 206) if first < end else None

    def _same_file(self, headers: dict[str, str]) -> bool:
        return headers.get("if-range") in (None, self.etag, self.last_modified)

    def _headers(self, first: int, end: int, code: int) -> dict[str, Any]:
        total = len(self.body)
        return {
            "Content-Type": self.content_type,
            "Content-Length": end - first + self.extra_length,
            "Content-Range": f"bytes {first}-{end - 1}/{total}" if code == 206 else None,
            "Accept-Ranges": "bytes" if self.ranges else None,
            "ETag": self.etag,
            "Last-Modified": self.last_modified,
        }

    async def _send(self, exchange: Exchange, body: memoryview) -> None:
        limit = len(body) if self.stop_after is None else min(self.stop_after, len(body))
        for first in range(0, limit, self.piece):
            await exchange.send(body[first : min(first + self.piece, limit)])
        if limit < len(body) or self.extra_length > 0:
            await getattr(exchange, self.then)()


def some_bytes(count: int, seed: int = 1) -> bytes:
    """A body in which no part is like another."""
    return random.Random(seed).randbytes(count)
