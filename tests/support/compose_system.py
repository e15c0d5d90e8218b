"""The services of docker-compose.yaml as processes in namespaces, and what is around them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .container_net import Container, ContainerNet
from .deploy_files import DOCKER, compose_config, deploy, healthcheck
from .envoy import need_envoy
from .paths import ROOT
from .processes import wait_until


class ComposeSystem:
    """Two workers, and outside of them a web server with media, a SOCKS5 proxy and a client."""

    def __init__(self, net: ContainerNet, prefix: Path, media: Path) -> None:
        self.net = net
        self.folder = folder = net.folder
        self.prefix = prefix
        self.outside = self.net.add(Container("outside", "outside", {"/media": media}))
        self.proxy = self.net.add(Container("proxy", "proxy", {}))
        self.files = deploy(
            folder,
            YTDLP_WORKERS=2,
            CAMOUFOX_PROXIES=f"socks5://{self.proxy.address}:1080",
            LANES=1,
            ACCOUNT_POOL="lane:3",
        )
        self.config = compose_config(self.files)
        self.containers = {
            name: [self._container(name, number) for number in range(self.replicas(name))]
            for name in self.config["services"]
        }
        self.client = self.net.add(Container("client", "client", self._image()))

    def replicas(self, name: str) -> int:
        return self.config["services"][name].get("deploy", {}).get("replicas", 1)

    def up(self) -> None:
        """In the order of depends_on: who is waited for is healthy before the next one starts."""
        self.net.start(self.outside, ["python3", "-m", "http.server", "8000", "-d", "/media"])
        self.net.start(self.proxy, ["microsocks", "-p", "1080"])
        for name in ("redis", "ytdlp-ops-management", "ytdlp-ops-worker", "envoy"):
            service = self.config["services"][name]
            for needed in service.get("depends_on", {}):
                for container in self.containers[needed]:
                    self.net.wait_healthy(container, healthcheck(self.config["services"][needed]))
            for container in self.containers[name]:
                self.net.start(container, self._command(name, service))
        for name, service in self.config["services"].items():
            for container in self.containers[name]:
                self.net.wait_healthy(container, healthcheck(service))

    def ask(self, *words: str) -> str:
        """What the command says, on a machine beside the services."""
        done = self.net.run(self.client, [*words])
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}{self.logs()}"
        return done.stdout

    def wait(self, probe: Callable[[], bool], what: str) -> None:
        """Until the probe holds; what is said otherwise has the logs with it."""
        try:
            wait_until(probe, what, 60)
        except AssertionError as error:
            raise AssertionError(f"{error}{self.logs()}") from None

    def logs(self) -> str:
        """The end of each log."""
        shown = [f"\n== {path.name}\n{path.read_text()[-1500:]}" for path in self._logs()]
        return "".join(shown)

    def _logs(self) -> list[Path]:
        return sorted(self.folder.glob("*.log"))

    def _image(self) -> dict[str, Path]:
        return {
            "/opt/ytdlp-ops": self.prefix,
            "/opt/ytdlp": ROOT / ".venv",
            "/opt/ytdlp/bin/yt-dlp": self._launcher(),
        }

    def _launcher(self) -> Path:
        """What pip writes where the virtual environment is made at that path."""
        path = self.folder / "yt-dlp"
        path.write_text("#!/opt/ytdlp/bin/python3\nimport yt_dlp\nyt_dlp.main()\n")
        path.chmod(0o755)
        return path

    def _container(self, name: str, number: int) -> Container:
        service = self.config["services"][name]
        mounts = self._image()
        if name == "envoy":
            mounts["/opt/envoy/envoy"] = need_envoy()
            mounts["/opt/envoy/envoy-healthcheck"] = DOCKER / "envoy/healthcheck"
        for volume in service.get("volumes", []):
            source, inside = volume.split(":")[:2]
            path = Path(source) if source.startswith("/") else self.folder / source
            if not path.exists():
                path.mkdir()
                path.chmod(0o777)
            mounts[inside] = path
        for secret in service.get("secrets", []):
            given = {"source": secret} if isinstance(secret, str) else secret
            inside = f"/run/secrets/{given.get('target', given['source'])}"
            mounts[inside] = Path(self.config["secrets"][given["source"]]["file"])
        short = {"ytdlp-ops-management": "mgmt", "ytdlp-ops-worker": "worker"}.get(name, name)
        return self.net.add(
            Container(
                f"{short}{number}",
                name,
                mounts,
                service.get("user", "10001:10001" if name == "envoy" else ""),
                self._environment(service),
            )
        )

    @staticmethod
    def _environment(service: dict[str, Any]) -> dict[str, str]:
        """The image's, as the Dockerfile sets it, under the service's own."""
        text = (DOCKER / "Dockerfile").read_text()
        block = re.search(r"^ENV ((?:.*\\\n)*.*)$", text, re.M)
        image = dict(re.findall(r"(\w+)=(\S+)", block[1]))
        image["HOME"] = "/home"
        image["PATH"] = f"/opt/envoy:{image['PATH']}"
        return image | {name: str(value) for name, value in service.get("environment", {}).items()}

    @staticmethod
    def _command(name: str, service: dict[str, Any]) -> list[str]:
        entry = {"envoy": ["envoy"], "redis": []}.get(name, ["ytdlp-ops-server"])
        words = [*entry, *service["command"]]
        # Hot restart needs a name that no other Envoy on the machine has; a container is alone.
        return [*words, "--disable-hot-restart"] if name == "envoy" else words
