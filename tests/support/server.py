"""The server under test, as a process."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from .contract import Connection, connect
from .paths import server_program, worker_script, ytdlp_program, ytdlp_python
from .processes import ManagedProcess, listening_ports

_KEPT = ("PATH", "LANG", "TZ", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")
_SANITIZER = re.compile(r"(ERROR|WARNING): \w+Sanitizer|runtime error: ")


def base_environment(home: Path) -> dict[str, str]:
    """An environment without the machine's own proxies, settings and yt-dlp configuration."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {"LANG": "C.UTF-8", **kept, "HOME": str(home)}


def flags_to_argv(flags: dict[str, Any]) -> list[str]:
    """{"token_workers": 2} becomes --token-workers=2; a value of None leaves the flag out."""
    return [
        f"--{name.replace('_', '-')}={value}" for name, value in flags.items() if value is not None
    ]


class OpsServer:
    """
    A running ytdlp-ops-server on a port of the kernel's choice. Flags are given as keywords;
    `data_dir`, where the embedded Redis lives, and the current yt-dlp are already set. quiet: its
    log level hides what it says when it is ready. launcher: words before the command, such as those
    that put it into a network namespace.
    """

    def __init__(
        self,
        folder: Path,
        *,
        env: dict[str, str] | None = None,
        quiet: bool = False,
        launcher: tuple[str, ...] = (),
        **flags: Any,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        defaults = {
            "port": 0,
            "http_port": 0,
            "data_dir": folder / "data",
            "log_format": "json",
            "log_level": "debug",
            "ytdlp": ytdlp_program(),
            "python": ytdlp_python(),
            "worker_script": worker_script(),
            "token_workers": 1,
            "drain_grace_s": 0,
        }
        if quiet:
            defaults["http_listen"] = ""  # so that the one port it listens on is the RPC's
        self.argv = [*launcher, str(server_program()), *flags_to_argv(defaults | flags)]
        self.process = ManagedProcess(
            self.argv, folder / "server.log", base_environment(folder) | (env or {})
        )
        self.http_port = 0
        """0 where there is no HTTP port, or where the log does not tell it."""
        self.port = self._wait_for_port() if quiet else self._wait_for_log()

    def _wait_for_log(self) -> int:
        ready = self.process.wait_ready(lambda: self.find_entry("ready"), "the server is ready")
        self.http_port = int(ready.get("http_port") or 0)
        return int(ready["port"])

    def _wait_for_port(self) -> int:
        """Where the log level hides the entry that names the port, the kernel knows it."""
        self.process.wait_ready(lambda: listening_ports(self.pid), "the server listens")
        return listening_ports(self.pid)[0]

    @property
    def pid(self) -> int:
        return self.process.pid

    def log_text(self) -> str:
        return self.process.log()

    def find_entry(self, message: str) -> dict[str, Any] | None:
        """The first log entry with that message."""
        for line in self.log_text().splitlines(keepends=True):
            if line.endswith("\n") and f'"{message}"' in line:
                entry = json.loads(line)
                if entry.get("message") == message:
                    return entry
        return None

    def connect(self, **how: Any) -> Any:
        """A client; close it."""
        return connect(self.port, **how)

    def client(self, **how: Any) -> Connection:
        """A client for the length of a block."""
        return Connection(self.port, **how)

    def stop(self, timeout_s: float = 60) -> None:
        """SIGTERM; it must lead to exit status 0, and no sanitizer may have complained."""
        status = self.process.terminate(timeout_s)
        assert status == 0, f"exit status {status}:\n{self.log_text()[-4000:]}"
        self.check_log()

    def check_log(self) -> None:
        complaint = _SANITIZER.search(self.log_text())
        if complaint:
            first = complaint.start()
            raise AssertionError(self.log_text()[first:][:6000])

    def close(self) -> None:
        """Ends it, whatever state the test left it in."""
        try:
            if self.process.is_running():
                self.process.terminate(20)
        finally:
            self.process.close()
        self.check_log()
