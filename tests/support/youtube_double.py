"""
A double of www.youtube.com over TLS, good enough for yt-dlp's real YouTube extractor.

It serves the watch page, the player API and the media URLs for videos whose id says how they
behave (youtube_cases.py). yt-dlp reaches it through a SOCKS5 proxy that maps the names to it.
"""

from __future__ import annotations

import json
import socket
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .certificate import server_context
from .http_double import HttpDouble, HttpDoubleHandler
from .youtube_cases import Case, case_now, player_response

HOSTS = (
    "www.youtube.com",
    "m.youtube.com",
    "youtubei.googleapis.com",
    "rr1---sn-test.googlevideo.com",
)

_MEDIA = {"18": "video.mp4", "43": "video.webm"}
_PLAYER_JS = "/s/player/0004de42/player_ias.vflset/en_US/base.js"


class YoutubeDouble(HttpDouble):
    """`requests` counts "page ID", "player ID" and "media ID"; cookies and tokens are kept."""

    def __init__(self, media: Path, folder: Path) -> None:
        self.media = media
        self.sizes = {name: (media / name).stat().st_size for name in _MEDIA.values()}
        self.cookies: list[str] = []
        """The Cookie headers of the pages that were asked for."""
        self.po_tokens: list[str] = []
        """The PO tokens that came with media and player requests."""
        self._tls = server_context(folder, *HOSTS)
        super().__init__(_Handler)

    @property
    def host_map(self) -> dict[str, tuple[str, int]]:
        """For MappingSocks5."""
        return {f"{host}:443": ("127.0.0.1", self.port) for host in HOSTS}

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        # The handshake happens at the first read, in the connection's own thread.
        wrapped = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return wrapped, address

    def shutdown_request(self, request: socket.socket) -> None:
        with suppress(OSError, ssl.SSLError):
            super().shutdown_request(request)


class _Handler(HttpDoubleHandler):
    server: YoutubeDouble

    def do_GET(self) -> None:
        path = self.url_path
        query = {key: values[-1] for key, values in parse_qs(urlsplit(self.path).query).items()}
        if path == "/watch":
            self._page(query.get("v", ""))
        elif path.startswith("/embed/"):
            self._page(path.removeprefix("/embed/"))
        elif path == "/videoplayback":
            self._media(query)
        elif path == _PLAYER_JS:
            self.send_body(b"var player={signatureTimestamp:20000};", "text/javascript")
        elif path in ("/", "/tv", "/iframe_api"):
            self.send_body(_script(f"ytcfg.set({json.dumps(_config())});"))
        else:
            self.send_failure(404)

    def do_POST(self) -> None:
        body = json.loads(self.read_body() or b"{}")
        if self.url_path == "/youtubei/v1/player":
            self._player(body)
        elif self.url_path == "/youtubei/v1/next":
            self._json(_INITIAL_DATA)
        else:
            self.send_failure(404)

    def _page(self, video: str) -> None:
        self.server.count(f"page {video}")
        self.server.cookies.append(self.headers.get("Cookie", ""))
        case = self._case(video)
        if case.http_status != 200:
            self.send_failure(case.http_status)
            return
        response = player_response(video, case, self.server.sizes)
        page = _script(
            f"ytcfg.set({json.dumps(_config())});",
            f"var ytInitialPlayerResponse = {json.dumps(response)};",
            f"var ytInitialData = {json.dumps(_INITIAL_DATA)};",
        )
        self._send_with_cookies(page, case.set_cookies)

    def _case(self, video: str) -> Case:
        """An extraction asks for the page first, and once."""
        return case_now(video, self.server.requests[f"page {video}"])

    def _send_with_cookies(self, page: bytes, cookies: tuple[str, ...]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        for cookie in cookies:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(page)

    def _player(self, body: dict[str, Any]) -> None:
        video = str(body.get("videoId", ""))
        self.server.count(f"player {video}")
        token = body.get("serviceIntegrityDimensions", {}).get("poToken")
        if token:
            self.server.po_tokens.append(token)
        case = self._case(video)
        if case.hangs:
            self.server.released.wait()
        if case.http_status != 200:
            self.send_failure(case.http_status)
        else:
            self._json(player_response(video, case, self.server.sizes))

    def _media(self, query: dict[str, str]) -> None:
        video = query.get("id", "")
        self.server.count(f"media {video}")
        if "pot" in query:
            self.server.po_tokens.append(query["pot"])
        name = _MEDIA.get(query.get("itag", ""))
        case = self._case(video)
        if case.media_status != 200 or not name or "expire" not in query:
            self.send_failure(403)
        else:
            self.send_media(self.server.media / name, case.media_part)

    def _json(self, value: dict[str, Any]) -> None:
        self.send_body(json.dumps(value).encode(), "application/json; charset=utf-8")


_INITIAL_DATA = {"contents": {"twoColumnWatchNextResults": {"results": {"results": {}}}}}


def _config() -> dict[str, Any]:
    return {
        "INNERTUBE_CONTEXT": {
            "client": {
                "clientName": "WEB",
                "clientVersion": "2.20240101.00.00",
                "visitorData": "CgtURVNUVklTSVRPUg%3D%3D",
            }
        },
        "INNERTUBE_CONTEXT_CLIENT_NAME": 1,
        "PLAYER_JS_URL": _PLAYER_JS,
        "STS": 20000,
    }


def _script(*lines: str) -> bytes:
    body = "".join(f"<script>{line}</script>" for line in lines)
    return f"<!DOCTYPE html><html><head>{body}</head><body></body></html>".encode()
