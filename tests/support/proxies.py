"""Real proxies from Debian packages: microsocks and tinyproxy."""

from __future__ import annotations

from pathlib import Path

from .processes import ManagedProcess, accepts, free_port

USERNAME = "proxyuser"
PASSWORD = "proxy-s3cret"
_ATTEMPTS = 5


class RunningProxy:
    """A proxy program and its URL. `kill` leaves its port refused, `revive` starts it again."""

    scheme = ""

    def __init__(self, folder: Path, password: str | None = None) -> None:
        self.folder = folder
        self.password = password
        self.port = 0
        self.process = self._start()

    @property
    def url(self) -> str:
        user = f"{USERNAME}:{self.password}@" if self.password else ""
        return f"{self.scheme}://{user}127.0.0.1:{self.port}"

    def argv(self) -> list[str]:
        raise NotImplementedError

    def kill(self) -> None:
        self.process.kill()

    def revive(self) -> None:
        self.process = self._launch()

    def close(self) -> None:
        self.process.close()

    def _start(self) -> ManagedProcess:
        """Neither program can be given port 0, so another may have taken the port meanwhile."""
        for attempt in range(_ATTEMPTS):
            self.port = free_port()
            try:
                return self._launch()
            except AssertionError:
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _launch(self) -> ManagedProcess:
        process = ManagedProcess(self.argv(), self.folder / f"{self.scheme}-{self.port}.log")
        try:
            process.wait_ready(lambda: accepts(self.port), f"{self.url} to accept")
        except AssertionError:
            process.close()
            raise
        return process


class Microsocks(RunningProxy):
    """A SOCKS5 proxy."""

    scheme = "socks5"

    def argv(self) -> list[str]:
        user = ["-u", USERNAME, "-P", self.password] if self.password else []
        return ["microsocks", "-i", "127.0.0.1", "-p", str(self.port), *user]


class Tinyproxy(RunningProxy):
    """An HTTP proxy."""

    scheme = "http"

    def argv(self) -> list[str]:
        lines = [f"Port {self.port}", "Listen 127.0.0.1", "Allow 127.0.0.1", "Timeout 60"]
        if self.password:
            lines.append(f"BasicAuth {USERNAME} {self.password}")
        config = self.folder / f"tinyproxy-{self.port}.conf"
        config.write_text("\n".join(lines) + "\n")
        return ["tinyproxy", "-d", "-c", str(config)]
