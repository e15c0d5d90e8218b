"""A double of the bgutil PO token server: POST /get_pot and GET /ping over HTTP."""

from __future__ import annotations

import base64
import json
import time
from enum import Enum, auto
from typing import Any

from .http_double import HttpDouble, HttpDoubleHandler

LIFE_S = 21600


class Answer(Enum):
    """What the provider answers."""

    CURRENT = auto()
    OLD = auto()
    """In the words of versions before 1.0."""
    ERROR = auto()
    HANG = auto()


class PotProvider(HttpDouble):
    """`questions` keeps the bodies that were posted; the token names what it is bound to."""

    def __init__(self) -> None:
        self.answer = Answer.CURRENT
        self.questions: list[dict[str, Any]] = []
        super().__init__(_Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def token_for(binding: str) -> str:
    """A token as yt-dlp takes it: text in base64url."""
    return base64.urlsafe_b64encode(f"po token for {binding}".encode()).decode()


class _Handler(HttpDoubleHandler):
    server: PotProvider

    def do_GET(self) -> None:
        if self.url_path == "/ping":
            self._json({"server_uptime": 12.5, "version": "1.2.2"})
        else:
            self.send_failure(404)

    def do_POST(self) -> None:
        question = json.loads(self.read_body())
        self.server.count(self.url_path)
        self.server.questions.append(question)
        binding = str(question.get("content_binding") or "")
        if self.url_path != "/get_pot":
            self.send_failure(404)
        elif self.server.answer is Answer.HANG:
            self.hang()
        elif self.server.answer is Answer.ERROR:
            self._json({"error": "BotGuard would not run"}, 500)
        elif self.server.answer is Answer.OLD:
            self._json({"po_token": token_for(binding), "visit_identifier": binding})
        else:
            self._json(_current(binding))

    def _json(self, value: dict[str, Any], status: int = 200) -> None:
        self.send_body(json.dumps(value).encode(), "application/json", status)


def _current(binding: str) -> dict[str, Any]:
    end = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + LIFE_S))
    return {"poToken": token_for(binding), "contentBinding": binding, "expiresAt": end}
