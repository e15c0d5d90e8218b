"""What GET /events tells, gathered while the test goes on."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import suppress
from typing import Any

from .processes import wait_until


class EventListener:
    """Listens from when it is made; every event in its order."""

    def __init__(self, port: int, token: str | None = None, last_id: int | None = None) -> None:
        self.events: list[dict[str, Any]] = []
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._connection.connect()
        self._socket = self._connection.sock  # http.client lets go of it where the reply has no end
        headers = {"X-API-Token": token} if token else {}
        if last_id is not None:
            headers["Last-Event-ID"] = str(last_id)
        self._connection.request("GET", "/events", headers=headers)
        self._response = self._connection.getresponse()
        assert self._response.status == 200, self._response.read()
        self.content_type = self._response.getheader("Content-Type", "")
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def of(self, stream_id: str, kind: str | None = None) -> list[dict[str, Any]]:
        """The events of one stream; of one type where it is given."""
        return [
            event
            for event in list(self.events)
            if event["stream_id"] == stream_id and kind in (None, event["event_type"])
        ]

    def wait_for(self, stream_id: str, kind: str, count: int = 1) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.of(stream_id, kind)) >= count, f"{count} {kind}")
        return self.of(stream_id, kind)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(2)
        self._thread.join(10)
        self._connection.close()

    def _listen(self) -> None:
        name, data = "", []
        with suppress(OSError, http.client.HTTPException, ValueError, AttributeError):
            while line := self._response.readline():
                field, _, value = line.decode().rstrip("\r\n").partition(":")
                if field == "event":
                    name = value.strip()
                elif field == "data":
                    data.append(value.removeprefix(" "))
                elif not field and not value and data:
                    self._take(name, "\n".join(data))
                    name, data = "", []

    def _take(self, name: str, data: str) -> None:
        event = json.loads(data)
        assert event["event_type"] == name, event
        self.events.append(event)
