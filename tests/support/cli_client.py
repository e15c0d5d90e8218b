"""ytdlp-ops as a process: run by scripts, and by people on a terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import termios
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .paths import client_program
from .processes import free_port
from .server import base_environment

DONE, FAILED, USAGE, UNREACHABLE = 0, 1, 64, 69
SECRET = "s3cret"


@dataclass
class Answer:
    """How a run of the client ended."""

    status: int
    out: str
    err: str = ""

    @property
    def json(self) -> Any:
        """Its standard output, which has to be one JSON document on one line."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    def row(self, start: str) -> str:
        """The one line that begins with that text."""
        (found,) = [line for line in self.out.splitlines() if line.startswith(start)]
        return found


class Cli:
    """The client, set to talk to one server."""

    def __init__(self, folder: Path, port: int) -> None:
        self.env = base_environment(folder) | {"YTDLP_OPS_SERVER": f"127.0.0.1:{port}"}
        self.folder = folder

    def __call__(self, *words: str, status: int | None = DONE, **env: str) -> Answer:
        """Runs it without a terminal; `status` None: any will do."""
        run = subprocess.run(
            [str(client_program()), *words],
            env=self.env | env,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert "Sanitizer" not in run.stderr, run.stderr
        if status is not None:
            assert run.returncode == status, (run.returncode, run.stdout, run.stderr)
        return Answer(run.returncode, run.stdout, run.stderr)

    def on_terminal(self, *words: str, width: int = 200, answer: str = "", **env: str) -> Answer:
        """Runs it on a terminal of that width; what it prints comes as one text."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
        process = subprocess.Popen(
            [str(client_program()), *words],
            env=self.env | {"TERM": "xterm"} | env,
            cwd=self.folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        if answer:
            os.write(ours, answer.encode() + b"\n")
        out = b"".join(iter(lambda: _read_terminal(ours), b""))
        os.close(ours)
        return Answer(process.wait(timeout=100), out.decode().replace("\r\n", "\n"))


def _read_terminal(fd: int) -> bytes:
    """b"" at the end, which Linux reports as an error."""
    try:
        return os.read(fd, 65536)
    except OSError:
        return b""


def dead_proxies() -> list[str]:
    """Two proxies with passwords, on ports where nobody listens."""
    return [f"socks5://user{i}:{SECRET}@127.0.0.1:{free_port()}" for i in range(2)]


def redacted(url: str) -> str:
    """The URL as people see it."""
    return url.replace(SECRET, "***")
