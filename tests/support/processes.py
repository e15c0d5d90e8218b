"""A child process of a test: started, watched, ended by its pid."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

# Sanitizer builds and loaded machines are slow; a state that comes, comes well inside this.
PATIENCE_S = 30.0


def wait_until(probe: Callable[[], T], what: str, timeout_s: float = PATIENCE_S) -> T:
    """Polls until probe() is true, gives that value; AssertionError that says `what` otherwise."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise AssertionError(f"after {timeout_s:g} s still not: {what}")
        time.sleep(0.02)


def free_port() -> int:
    """A TCP port that nobody listens on now, for programs that cannot be given port 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a TCP connection to the port is accepted."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def children_of(pid: int) -> list[int]:
    """Pids of the process' own children, whichever of its threads started them."""
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += [int(child) for child in task.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return children


def descendants_of(pid: int) -> list[int]:
    """Pids of everything below the process."""
    found: list[int] = []
    for child in children_of(pid):
        found += [child, *descendants_of(child)]
    return found


def command_line(pid: int) -> str:
    """The arguments of a running process as `ps` would show them; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def listening_ports(pid: int) -> list[int]:
    """TCP ports (IPv4) that the process listens on."""
    inodes = {_socket_inode(link) for link in _descriptors(pid)}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A" and row[9] in inodes]


def _descriptors(pid: int) -> list[str]:
    links = []
    try:
        for entry in os.scandir(f"/proc/{pid}/fd"):
            links.append(os.readlink(entry.path))
    except FileNotFoundError:
        pass
    return links


def _socket_inode(link: str) -> str:
    return link.removeprefix("socket:[").removesuffix("]") if link.startswith("socket:") else ""


class ManagedProcess:
    """A process with its log in a file. It dies with the thread that started it."""

    def __init__(
        self, argv: Sequence[str], log_path: Path, env: dict[str, str] | None = None
    ) -> None:
        self.argv = [str(arg) for arg in argv]
        self.log_path = log_path
        with log_path.open("ab") as log:
            self.popen = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *self.argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=env,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.popen.pid

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def is_running(self) -> bool:
        return self.popen.poll() is None

    def wait_ready(self, probe: Callable[[], T], what: str, timeout_s: float = PATIENCE_S) -> T:
        """Waits for the probe; a process that ends before is an error that shows its log."""

        def watch() -> T:
            value = probe()
            if not value and not self.is_running():
                raise AssertionError(
                    f"{self.argv[0]} ended with {self.popen.returncode} before {what}:\n"
                    f"{self.log()[-4000:]}"
                )
            return value

        try:
            return wait_until(watch, what, timeout_s)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.argv}\n{self.log()[-4000:]}") from None

    def signal(self, number: int) -> None:
        self.popen.send_signal(number)

    def wait(self, timeout_s: float = PATIENCE_S) -> int:
        """The exit status; an end that does not come is an error that shows the log."""
        try:
            return self.popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"{self.argv[0]} did not end in {timeout_s:g} s:\n{self.log()[-4000:]}"
            ) from None

    def terminate(self, timeout_s: float = PATIENCE_S) -> int:
        """SIGTERM, and the exit status it leads to."""
        if self.is_running():
            self.signal(signal.SIGTERM)
        return self.wait(timeout_s)

    def kill(self) -> None:
        """SIGKILL to this process alone: what it leaves behind is for the test to see."""
        if self.is_running():
            self.popen.kill()
        self.popen.wait()

    def close(self) -> None:
        """Ends it whatever it does, with what it left in its process group."""
        if self.is_running():
            self.popen.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.popen.wait(5)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()

    def __enter__(self) -> ManagedProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
