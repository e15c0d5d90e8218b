"""The relay's HTTP API, as a program that controls it and as a player that watches."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from .processes import wait_until
from .server import OpsServer

# Fractions of a second, and yet enough for a sanitizer build on a loaded machine.
FAST = {
    "stream_retry_attempts": 2,
    "stream_retry_delay": 0.05,
    "stream_total_timeout": 20,
    "live_chunk_timeout_seconds": 0.8,
    "vod_chunk_timeout_seconds": 0.8,
}


@dataclass(frozen=True)
class Reply:
    """A whole response. broken: the connection ended before the body did."""

    status: int
    headers: dict[str, str]
    body: bytes
    broken: bool = False

    def json(self) -> Any:
        return json.loads(self.body)

    def error(self) -> dict[str, Any]:
        """The error that a refusal's JSON body tells."""
        assert self.headers["content-type"].startswith("application/json"), self
        error = self.json()["error"]
        assert error["code"] and error["message"], self
        return error


class RelayApi:
    """Calls to one server. token: sent with each as X-API-Token."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self.port = port
        self.token = token

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        timeout_s: float = 30,
    ) -> Reply:
        """body: bytes go as they are, anything else as JSON."""
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        every = {"Content-Type": "application/json"} if sent is not None else {}
        if self.token:
            every["X-API-Token"] = self.token
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request(method, path, sent, every | (headers or {}))
            return read_reply(connection.getresponse())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.call("GET", path, headers=_header_names(headers))

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """A call that must succeed; the JSON it answers."""
        reply = self.call(method, f"{path}?{urlencode(query)}" if query else path, body)
        assert 200 <= reply.status < 300, reply
        return reply.json() if reply.body else None

    def create(self, url: str, *failover_urls: str, **spec: Any) -> dict[str, Any]:
        """POST /streams; what it answers."""
        return self.ask("POST", "/streams", {"url": url, "failover_urls": failover_urls, **spec})

    def stream(self, stream_id: str) -> dict[str, Any]:
        return self.ask("GET", f"/streams/{stream_id}")

    def watch(self, path: str, **headers: str) -> Player:
        """A player that goes on reading by itself."""
        return Player(self.port, path, _header_names(headers))


class RelayServer(OpsServer):
    """A server whose settings are FAST unless told otherwise, and that may fetch from loopback."""

    def __init__(self, folder: Any, **flags: Any) -> None:
        # The token workers are no business of the relay's.
        relay = {"http_port": 0, "relay_allow_private": "true", "token_runner": "command"}
        super().__init__(folder, **relay | FAST | flags)
        self.api = RelayApi(self.http_port, flags.get("api_token"))

    def log_entries(self) -> list[dict[str, Any]]:
        """The log's lines so far."""
        lines = self.log_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]


class Player:
    """Reads one response in a thread of its own, to the end or until it is closed."""

    def __init__(self, port: int, path: str, headers: dict[str, str] | None = None) -> None:
        self.body = bytearray()
        self.status = 0
        """0 until the head of the response is there."""
        self.headers: dict[str, str] = {}
        self.broken = False
        self.ended = threading.Event()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._connection.connect()
        self._socket = self._connection.sock  # http.client lets go of it where the reply has no end
        self._connection.request("GET", path, headers=headers or {})
        self._closing = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            response = self._connection.getresponse()
            self.headers = _headers_of(response)
            self.status = response.status
            with response:
                while not self._closing and (piece := response.read1(65536)):
                    self.body += piece
                self.broken = bool(response.length)
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            self.broken = not self._closing
        self.ended.set()

    def wait_head(self) -> int:
        wait_until(lambda: self.status or self.ended.is_set(), "the head of the response")
        return self.status

    def wait_bytes(self, count: int) -> None:
        wait_until(
            lambda: len(self.body) >= count or self.ended.is_set(), f"{count} bytes of the body"
        )
        assert len(self.body) >= count, f"it ended after {len(self.body)} bytes of {count}"

    def wait_more(self, count: int) -> None:
        """Waits for so many bytes more than there are now."""
        self.wait_bytes(len(self.body) + count)

    def wait_end(self, timeout_s: float = 30) -> bytes:
        assert self.ended.wait(timeout_s), f"still open after {timeout_s:g} s"
        return bytes(self.body)

    def is_watching(self) -> bool:
        return not self.ended.is_set()

    def close(self) -> None:
        self._closing = True
        with suppress(OSError):
            self._socket.shutdown(2)
        self._thread.join(10)
        self._connection.close()


def read_reply(response: http.client.HTTPResponse) -> Reply:
    try:
        body, broken = response.read(), False
    except http.client.IncompleteRead as error:
        body, broken = error.partial, True
    except OSError:
        body, broken = b"", True
    return Reply(response.status, _headers_of(response), body, broken)


def _headers_of(response: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}


def _header_names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
