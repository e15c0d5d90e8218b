"""nginx from Debian, as the plain proxy or the origin beside the relay."""

from __future__ import annotations

from pathlib import Path

from .processes import ManagedProcess, accepts, free_port
from .server import base_environment

_CONFIG = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    {temporary}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        {inside}
    }}
}}
"""
_KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class Nginx:
    """One process of nginx. `inside`: what stands in its server block."""

    def __init__(self, folder: Path, inside: str) -> None:
        folder.mkdir(parents=True)
        self.port = free_port()
        temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in _KINDS)
        config = folder / "nginx.conf"
        config.write_text(
            _CONFIG.format(folder=folder, port=self.port, inside=inside, temporary=temporary)
        )
        argv = ["/usr/sbin/nginx", "-p", str(folder), "-e", f"{folder}/error.log"]
        self.process = ManagedProcess(
            [*argv, "-c", str(config)], folder / "nginx.log", base_environment(folder)
        )
        self.process.wait_ready(lambda: accepts(self.port), "nginx listens")

    @property
    def pid(self) -> int:
        return self.process.pid

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        self.process.close()


def origin(folder: Path, files: Path) -> Nginx:
    """Serves a folder's files."""
    return Nginx(folder, f"root {files};")


def proxy(folder: Path, target_port: int) -> Nginx:
    """Relays every request to the port, as plainly as nginx does it."""
    return Nginx(
        folder,
        f"""
        location / {{
            proxy_pass http://127.0.0.1:{target_port};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_max_temp_file_size 0;
        }}
        """,
    )
