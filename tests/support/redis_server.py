"""A real redis-server of a test's own."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from .processes import ManagedProcess, free_port

PASSWORD = "redis-s3cret"


class RedisServer:
    """
    Listens on a Unix socket or, with tcp, on loopback. What it acknowledged survives kill -9: its
    append-only file is synced at every write, unless appendfsync says otherwise.
    """

    def __init__(
        self, tcp: bool = False, password: str | None = None, appendfsync: str = "always"
    ) -> None:
        # Unix sockets have short paths, pytest's folders long ones.
        self.folder = Path(tempfile.mkdtemp(prefix="ytops-redis-"))
        self.password = password
        self.appendfsync = appendfsync
        self.port = free_port() if tcp else 0
        self.socket = self.folder / "redis.sock"
        self.process = self._launch()

    @property
    def url(self) -> str:
        if not self.port:
            query = f"?password={self.password}" if self.password else ""
            return f"unix://{self.socket}{query}"
        user = f":{self.password}@" if self.password else ""
        return f"redis://{user}127.0.0.1:{self.port}/0"

    def cli(self, *words: object) -> Any:
        """What redis-cli shows for the command, as JSON values."""
        shown = subprocess.run(self._cli(*words), capture_output=True, text=True, timeout=30)
        if shown.returncode != 0:
            raise AssertionError(f"redis-cli {words}: {shown.stdout}{shown.stderr}")
        return json.loads(shown.stdout)

    def fill(self, commands: str) -> None:
        """Many commands at once: lines as redis-cli reads them."""
        done = subprocess.run(
            self._cli(), input=commands, capture_output=True, text=True, timeout=120
        )
        if done.returncode != 0 or "(error)" in done.stdout or '"error"' in done.stdout:
            raise AssertionError(f"redis-cli: {done.stdout[-400:]}{done.stderr[-400:]}")

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()

    def restart(self) -> None:
        self.process = self._launch()

    def close(self) -> None:
        self.process.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _cli(self, *words: object) -> list[str]:
        where = ["-p", str(self.port)] if self.port else ["-s", str(self.socket)]
        user = ["--no-auth-warning", "-a", self.password] if self.password else []
        return ["redis-cli", *where, *user, "--json", *(str(word) for word in words)]

    def _launch(self) -> ManagedProcess:
        argv = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1"]
        argv += ["--unixsocket", str(self.socket), "--dir", str(self.folder), "--save", ""]
        argv += ["--appendonly", "yes", "--appendfsync", self.appendfsync]
        if self.password:
            argv += ["--requirepass", self.password]
        self.socket.unlink(missing_ok=True)
        process = ManagedProcess(argv, self.folder / "redis.log")
        process.wait_ready(self._answers, "Redis to answer")
        return process

    def _answers(self) -> bool:
        try:
            return self.cli("PING") == "PONG"
        except (AssertionError, ValueError):
            return False
