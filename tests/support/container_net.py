"""
Plain processes as an engine would run them as containers: each in a network namespace of its own
on one bridge, with a root of its own in which secrets and volumes are mounted, as the user given.

The bridge is in a namespace too, so nothing of it is seen, or in anyone's way, outside.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .processes import ManagedProcess

_SHARED = ("usr", "dev", "proc", "sys")
_OF_ETC = ("alternatives", "group", "host.conf", "ld.so.cache", "nsswitch.conf", "passwd", "ssl")
_LINKS = ("bin", "lib", "lib64", "sbin")


def need_namespaces() -> None:
    """Skips the test where none can be made."""
    name = f"ytops-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"network namespaces cannot be made here: {made.stderr.strip()}")
    subprocess.run(["ip", "netns", "del", name], check=True)


@dataclass
class Container:
    """What one runs in. mounts: path inside to path outside. user: "uid:gid"; empty: root."""

    name: str
    host: str
    mounts: dict[str, Path]
    user: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    address: str = ""
    process: ManagedProcess | None = None


class ContainerNet:
    """A bridge and the containers on it; they find each other by host name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.containers: list[Container] = []
        self._prefix = f"ytops-{os.getpid()}"
        self._hub = f"{self._prefix}-hub"
        _ip("netns", "add", self._hub)
        _ip("-n", self._hub, "link", "add", "bridge", "type", "bridge")
        _ip("-n", self._hub, "link", "set", "bridge", "up")

    def add(self, container: Container) -> Container:
        """A namespace for it. Containers of one host name are found by all their addresses."""
        number = len(self.containers) + 1
        namespace = self._namespace(container)
        container.address = f"10.77.0.{number}"
        _ip("netns", "add", namespace)
        self.containers.append(container)
        peer = ("peer", "name", "eth0", "netns", namespace)
        _ip("-n", self._hub, "link", "add", f"port{number}", "type", "veth", *peer)
        _ip("-n", self._hub, "link", "set", f"port{number}", "master", "bridge", "up")
        _ip("-n", namespace, "address", "add", f"{container.address}/24", "dev", "eth0")
        _ip("-n", namespace, "link", "set", "eth0", "up")
        _ip("-n", namespace, "link", "set", "lo", "up")
        return container

    def start(self, container: Container, command: list[str]) -> ManagedProcess:
        """To be called when all are added, since it is then told of all."""
        log = self.folder / f"{container.name}.log"
        container.process = ManagedProcess(self._argv(container, command), log)
        return container.process

    def run(self, container: Container, command: list[str]) -> subprocess.CompletedProcess[str]:
        """A command beside what runs there, as `docker exec` does it."""
        argv = self._argv(container, command)
        return subprocess.run(argv, capture_output=True, text=True, timeout=100)

    def wait_healthy(self, container: Container, check: list[str]) -> None:
        assert container.process
        container.process.wait_ready(
            lambda: self.run(container, check).returncode == 0, f"{container.name} is healthy", 60
        )

    def close(self) -> None:
        for container in reversed(self.containers):
            try:
                if container.process:
                    container.process.close()
            finally:
                _ip("netns", "del", self._namespace(container))
        _ip("netns", "del", self._hub)

    def __enter__(self) -> ContainerNet:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _namespace(self, container: Container) -> str:
        return f"{self._prefix}-{container.name}"

    def _argv(self, container: Container, command: list[str]) -> list[str]:
        script = self.folder / f"{container.name}.sh"
        if not script.exists():
            script.write_text(self._script(container))
        namespace = self._namespace(container)
        return ["ip", "netns", "exec", namespace, "sh", str(script), *command]

    def _script(self, container: Container) -> str:
        """Makes the root on a mount point that only this process sees, and goes there."""
        hosts = self.folder / "hosts"
        lines = [f"{each.address} {each.host}" for each in self.containers]
        hosts.write_text("127.0.0.1 localhost\n" + "\n".join(lines) + "\n")
        root = self.folder / "root"
        root.mkdir(exist_ok=True)
        quoted = {inside: shlex.quote(str(path)) for inside, path in container.mounts.items()}
        steps = ["set -e", f"root={shlex.quote(str(root))}", 'mount -t tmpfs tmpfs "$root"']
        steps += [f'cp -a /{name} "$root/"' for name in _LINKS if Path(f"/{name}").is_symlink()]
        for name in _SHARED:
            steps.append(f'mkdir "$root/{name}" && mount --rbind /{name} "$root/{name}"')
        steps.append('mkdir -m 1777 "$root/tmp" "$root/home"')
        copied = " ".join(f"/etc/{name}" for name in _OF_ETC if Path(f"/etc/{name}").exists())
        steps.append(f'mkdir "$root/etc" && cp -a {copied} {shlex.quote(str(hosts))} "$root/etc/"')
        for inside, path in container.mounts.items():
            place = f'"$root{inside}"'
            make = "mkdir -p" if path.is_dir() else "install -D /dev/null"
            steps.append(f"[ -e {place} ] || {make} {place}")
            steps.append(f"mount --bind {quoted[inside]} {place}")
        user = f"--userspec={container.user} " if container.user else ""
        variables = {"HOME": "/home", "LANG": "C.UTF-8"} | container.environment
        assigned = " ".join(shlex.quote(f"{name}={value}") for name, value in variables.items())
        steps.append(f'exec chroot {user}"$root" env -i {assigned} "$@"')
        return "\n".join(steps) + "\n"


def stop(container: Container) -> int:
    """SIGTERM, as `docker stop` begins; the exit status."""
    assert container.process
    return container.process.terminate(60)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
