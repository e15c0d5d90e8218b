"""One who watches the state of the system: the stream of server-sent events, and orders."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .processes import wait_until
from .relay_api import RelayApi

LISTS = ("accounts", "proxies", "turns", "instances", "streams", "queues", "lanes")


class StatusFeed:
    """Keeps the state as the page does. Close it."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self.lists: dict[str, dict[str, dict]] = {}
        self.events: list[dict] = []
        self.redis: dict = {}
        self.messages: list[tuple[str, dict]] = []
        self.ended = threading.Event()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {"X-API-Token": token} if token else {}
        self._connection.request("GET", "/api/status/events", headers=headers)
        self._socket = self._connection.sock.dup()
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200, self._answer.read()
        assert self._answer.getheader("Content-Type") == "text/event-stream"
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.wait(lambda: self.messages, "the state comes")

    def wait(self, probe: Callable[[], Any], what: str) -> Any:
        return wait_until(probe, what)

    def row(self, name: str, row_id: str) -> dict:
        """The row; {} where there is none."""
        return self.lists[name].get(row_id, {})

    def proxy(self, shown_url: str) -> dict:
        return next((row for row in self.lists["proxies"].values() if row["url"] == shown_url), {})

    def costs_ms(self) -> list[float]:
        """What each update cost the server."""
        return [message["cost_us"] / 1000 for kind, message in self.messages if kind == "update"]

    def close(self) -> None:
        """Resets the connection, which is seen at once: who only closes it might still read."""
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._socket.shutdown(socket.SHUT_RD)
        self._thread.join(30)
        self._answer.close()
        self._connection.close()
        self._socket.close()

    def _read(self) -> None:
        kind = ""
        with suppress(OSError, http.client.HTTPException, ValueError, AttributeError):
            while line := self._answer.readline():
                text = line.decode().rstrip("\n")
                if text.startswith("event: "):
                    kind = text[7:]
                elif text.startswith("data: "):
                    self._take(kind, json.loads(text[6:]))
        self.ended.set()

    def _take(self, kind: str, message: dict) -> None:
        if kind == "state":
            self.lists = {n: {row["id"]: row for row in message.get(n, [])} for n in LISTS}
            self.events = message["events"]
        else:
            for name in LISTS:
                change = message.get(name, {"set": [], "remove": []})
                rows = {row["id"]: row for row in change["set"]}
                kept = self.lists[name] | rows
                self.lists[name] = {i: r for i, r in kept.items() if i not in change["remove"]}
            self.events = self.events + message.get("events", [])
        self.redis = message.get("redis", self.redis)
        self.messages.append((kind, message))


def give_order(api: RelayApi, kind: str, row_id: str, action: str, **body: Any) -> Any:
    """POST /api/KIND/ID/ACTION; the reply."""
    return api.call("POST", f"/api/{kind}/{row_id}/{action}", body)
