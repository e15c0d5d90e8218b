"""
A web server for another network namespace, as a program: `redirecting_server.py PORT`.

/file, /secret    a text that names the path
/to/HOST          redirects to http://HOST:PORT/secret
/list/HOST        an HLS playlist that names http://HOST:PORT/secret
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ThreadingHTTPServer

    def do_GET(self) -> None:
        _, what, *rest = self.path.split("/")
        secret = f"http://{rest[0] if rest else ''}:{self.server.server_port}/secret"
        body = f"this is {self.path}".encode()
        self.send_response(302 if what == "to" else 200)
        if what == "to":
            self.send_header("Location", secret)
            body = b""
        elif what == "list":
            body = f"#EXTM3U\n#EXTINF:1,\n{secret}\n".encode()
        kind = "application/vnd.apple.mpegurl" if what == "list" else "video/mp4"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """One line a request on standard output, for the test to look at."""
        print(self.path, flush=True)


def main() -> None:
    server = ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), _Handler)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
