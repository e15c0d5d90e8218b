"""A web server with real media, and with the misbehaviour that a web server can show."""

from __future__ import annotations

import json
from pathlib import Path

from .http_double import HttpDouble, HttpDoubleHandler

HUGE_BYTES = 5 * 1024 * 1024


class MediaServer(HttpDouble):
    """
    /video.mp4, /video.webm, /stream.m3u8   media, with Range
    /page, /huge                            pages with a video; huge: its description is 5 MB
    /text                                   a page without one
    /hang                                   never answers
    /status/NNN                             answers with that status
    /reset                                  closes the connection without an answer
    """

    def __init__(self, media: Path) -> None:
        self.media = media
        super().__init__(_Handler)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path.lstrip('/')}"


class _Handler(HttpDoubleHandler):
    server: MediaServer

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.url_path
        self.server.count(path)
        if path in ("/page", "/huge"):
            self.send_body(self._page("x" * (HUGE_BYTES if path == "/huge" else 20)))
        elif path == "/text":
            self.send_body(b"<html><head><title>words</title></head><body>No media.</body></html>")
        elif path == "/hang":
            self.hang()
        elif path == "/reset":
            self.close_connection = True
        elif path.startswith("/status/"):
            self.send_failure(int(path.rpartition("/")[2]))
        else:
            self._file(path)

    def _file(self, path: str) -> None:
        file = self.server.media / Path(path).name
        if file.is_file():
            self.send_media(file)
        else:
            self.send_failure(404)

    def _page(self, description: str) -> bytes:
        """A page whose video yt-dlp's generic extractor finds by its JSON-LD."""
        video = {
            "@context": "https://schema.org",
            "@type": "VideoObject",
            "name": "A page with a video",
            "description": description,
            "contentUrl": self.server.url("video.mp4"),
        }
        script = f'<script type="application/ld+json">{json.dumps(video)}</script>'
        return f"<html><head><title>page</title>{script}</head></html>".encode()
