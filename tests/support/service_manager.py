"""What systemd hears from a service that it supervises."""

from __future__ import annotations

import select
import socket
from pathlib import Path
from time import monotonic

from .processes import wait_until


class ServiceManager:
    """Its socket; give `environment` to the service."""

    def __init__(self, folder: Path, watchdog_s: float = 0) -> None:
        path = folder / "notify.sock"
        self.environment = {"NOTIFY_SOCKET": str(path)}
        if watchdog_s:
            self.environment["WATCHDOG_USEC"] = str(int(watchdog_s * 1e6))
        self.heard: list[str] = []
        """Lines, in the order in which they came."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)

    def listen(self) -> list[str]:
        """What came since the last call."""
        before = len(self.heard)
        while True:
            try:
                self.heard += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.heard[before:]

    def wait_for(self, line: str, timeout_s: float = 60) -> None:
        wait_until(lambda: line in self.listen(), f"the service says {line}", timeout_s)

    def misses(self, line: str, seconds: float) -> bool:
        """Whether, from now on, that line does not come for so long."""
        self.listen()
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0:
            if select.select([self._socket], [], [], left)[0] and line in self.listen():
                return False
        return True

    def close(self) -> None:
        self._socket.close()
