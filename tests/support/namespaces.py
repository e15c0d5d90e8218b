"""Two machines with a cable between them, as network namespaces. Needs root."""

from __future__ import annotations

import subprocess
import uuid

HERE, THERE = "5.6.7.8", "5.6.7.9"
"""Addresses that look public; nothing outside the namespaces knows them."""
PRIVATE_THERE = "10.77.0.1"


class Cable:
    """
    Namespaces `here` and `there`. Each has a loopback of its own; `here` reaches THERE and
    PRIVATE_THERE, which are both the other machine.
    """

    def __init__(self) -> None:
        name = f"ytops-{uuid.uuid4().hex[:8]}"
        self.here, self.there = f"{name}-a", f"{name}-b"
        self._made: list[str] = []
        try:
            for each in (self.here, self.there):
                _ip("netns", "add", each)
                self._made.append(each)
            self._connect()
        except BaseException:
            self.close()
            raise

    @property
    def run_here(self) -> tuple[str, ...]:
        """What a command begins with to run there."""
        return ("ip", "netns", "exec", self.here)

    @property
    def run_there(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.there)

    def close(self) -> None:
        """The cable goes with its ends."""
        for each in self._made:
            _ip("netns", "delete", each)
        self._made = []

    def _connect(self) -> None:
        ends = ("peer", "name", "cable", "netns", self.there)
        _ip("-n", self.here, "link", "add", "cable", "type", "veth", *ends)
        for namespace, addresses in (
            (self.here, (HERE, "10.77.0.2")),
            (self.there, (THERE, PRIVATE_THERE)),
        ):
            for address in addresses:
                _ip("-n", namespace, "address", "add", f"{address}/24", "dev", "cable")
            for device in ("lo", "cable"):
                _ip("-n", namespace, "link", "set", device, "up")


def make_cable() -> Cable | None:
    """None where the machine does not let us."""
    try:
        return Cable()
    except (subprocess.CalledProcessError, FileNotFoundError):
        return None


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=30)
