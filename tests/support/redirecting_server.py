"""
A web server for another network namespace, as a program: `redirecting_server.py PORT`.

/file, /secret    a text that names the path
/to/HOST          redirects to http://HOST:PORT/secret
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ThreadingHTTPServer

    def do_GET(self) -> None:
        body = f"this is {self.path}".encode()
        target = self.path.removeprefix("/to/")
        self.send_response(200 if target == self.path else 302)
        if target != self.path:
            self.send_header("Location", f"http://{target}:{self.server.server_port}/secret")
            body = b""
        self.send_header("Content-Type", "video/mp4")
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
