"""docker/ as Docker Compose understands it, with a filled-in .env."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from .envoy import SECRETS, generate
from .paths import BUILD, ROOT

DOCKER = ROOT / "docker"
COMPOSE_FILES = (
    "docker-compose.yaml",
    "worker.yaml",
    "docker-compose.airflow.yaml",
    "docker-compose.monitoring.yaml",
)
REQUIRED = SECRETS | {"CAMOUFOX_PROXIES": "socks5://10.0.0.1:1080"}


def example() -> dict[str, str]:
    """The settings of .env.example, comments and all read as the generator reads them."""
    lines = (DOCKER / ".env.example").read_text().splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: value for name, _, value in pairs}


def used_in_compose() -> dict[str, set[str]]:
    """Each variable that a compose file names, with the defaults it has there."""
    found: dict[str, set[str]] = {}
    for name in COMPOSE_FILES:
        text = (DOCKER / name).read_text()
        for variable, default in re.findall(r"(?<!\$)\$\{(\w+)(?::-([^}]*))?\}", text):
            found.setdefault(variable, set()).add(default)
    return found


def used_in_generator() -> set[str]:
    """Each variable that the generator reads."""
    text = (DOCKER / "envoy/deployment.py").read_text()
    names = set(re.findall(r'settings\.(?:text|number|port|choice|secret)\("(\w+)"', text))
    secrets = re.findall(r'settings\.secret\("(\w+)"', text)
    return names | {f"{name}_FILE" for name in secrets}


def deploy(folder: Path, **settings: object) -> Path:
    """A copy of docker/ with .env made from the example and the generator run; its path."""
    copy = folder / "docker"
    ignored = shutil.ignore_patterns("__pycache__", ".env", "generated", "*.workers.yaml")
    shutil.copytree(DOCKER, copy, ignore=ignored)
    made = generate(copy, {**example(), **REQUIRED, **settings})
    assert made.returncode == 0, made.stderr
    return copy


def compose_config(copy: Path, *more_files: str) -> dict[str, Any]:
    """What `docker-compose config` makes of the copy: files merged, variables put in."""
    files = ["docker-compose.yaml", "docker-compose.workers.yaml", *more_files]
    argv = ["docker-compose", *(word for name in files for word in ("-f", name)), "config"]
    done = subprocess.run(
        argv,
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr.upper(), done.stderr
    return yaml.safe_load(done.stdout)


def healthcheck(service: dict[str, Any]) -> list[str]:
    """The health check's command line."""
    kind, *words = service["healthcheck"]["test"]
    words = [word.replace("$$", "$") for word in words]
    return words if kind == "CMD" else ["/bin/sh", "-c", *words]


def install(prefix: Path) -> Path:
    """`cmake --install` into the folder; its path."""
    argv = ["cmake", "--install", BUILD, "--prefix", prefix]
    subprocess.run(argv, check=True, capture_output=True)
    return prefix
