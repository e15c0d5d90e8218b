"""Where the build and the programs under test are."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = (ROOT / os.environ.get("YTOPS_BUILD_DIR", "build/release")).resolve()


def server_program() -> Path:
    """The daemon that is tested: YTOPS_BUILD_DIR says of which build."""
    return _built("ytdlp-ops-server")


def client_program() -> Path:
    return _built("ytdlp-ops")


def worker_script() -> Path:
    """The warm workers' program, which the build does not copy."""
    return ROOT / "src/tokens/libexec/ytdlp_worker.py"


def ytdlp_program() -> str:
    """YTOPS_YTDLP, or the one of scripts/bootstrap's virtual environment, or the system's."""
    return os.environ.get("YTOPS_YTDLP") or _tool("yt-dlp")


def ytdlp_python() -> str:
    """An interpreter that has that yt-dlp: YTOPS_PYTHON, or the one that stands beside it."""
    beside = Path(ytdlp_program()).parent / "python3"
    return os.environ.get("YTOPS_PYTHON") or (
        str(beside) if beside.exists() else "/usr/bin/python3"
    )


def envoy_program() -> Path | None:
    """YTOPS_ENVOY, or the one that scripts/bootstrap installed; None: there is none."""
    given = os.environ.get("YTOPS_ENVOY")
    if given:
        return Path(given)
    found = sorted(ROOT.glob(".venv-envoy/lib/python3*/site-packages/envoy/_bin/envoy"))
    return found[0] if found else None


def _built(name: str) -> Path:
    path = BUILD / "bin" / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: build it, or set YTOPS_BUILD_DIR")
    return path


def _tool(name: str) -> str:
    local = ROOT / ".venv" / "bin" / name
    found = str(local) if local.exists() else shutil.which(name)
    if not found:
        raise FileNotFoundError(f"{name} is nowhere: run scripts/bootstrap")
    return found
