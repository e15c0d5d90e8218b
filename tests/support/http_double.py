"""The base of every HTTP server that the tests run inside themselves."""

from __future__ import annotations

import re
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

_TYPES = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".html": "text/html; charset=utf-8",
}


class HttpDouble(ThreadingHTTPServer):
    """Serves in threads on a port of the kernel's choice, and counts requests by path."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, handler: type[HttpDoubleHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.requests: Counter[str] = Counter()
        self.released = threading.Event()
        """Set: requests that hang go on and are cut off."""
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    def count(self, key: str) -> None:
        with self._lock:
            self.requests[key] += 1

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no event here."""

    def close(self) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()
        self._thread.join()


class HttpDoubleHandler(BaseHTTPRequestHandler):
    """One connection to an HttpDouble."""

    protocol_version = "HTTP/1.1"
    server: HttpDouble
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """The tests look at what was counted, not at a log."""

    @property
    def url_path(self) -> str:
        return urlsplit(self.path).path

    def send_body(
        self,
        body: bytes,
        content_type: str = "text/html; charset=utf-8",
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_failure(self, status: int) -> None:
        self.send_body(
            f"<!DOCTYPE html><html><title>Error {status}</title></html>".encode(), status=status
        )

    def send_media(self, path: Path, part: float = 1.0) -> None:
        """The file, or what a Range header asks for; `part`: as if it ended there."""
        body = path.read_bytes()
        body = body[: int(len(body) * part)]
        kind = _TYPES.get(path.suffix, "application/octet-stream")
        headers = {"Accept-Ranges": "bytes"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not wanted:
            self.send_body(body, kind, headers=headers)
            return
        first = int(wanted[1])
        end = min(int(wanted[2] or len(body)), len(body) - 1) + 1
        if first >= end:
            self.send_body(b"", kind, 416, {"Content-Range": f"bytes */{len(body)}"})
            return
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{len(body)}"
        self.send_body(body[first:end], kind, 206, headers)

    def hang(self) -> None:
        """Answers nothing until the double is released or closed."""
        self.server.released.wait()
        self.close_connection = True

    def read_body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))
