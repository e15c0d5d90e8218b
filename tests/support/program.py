"""One run of a program to its end."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .server import base_environment


@dataclass(frozen=True)
class Run:
    """How it ended and what it said."""

    status: int
    out: str
    err: str


def run(
    argv: Sequence[Any], home: Path, env: dict[str, str] | None = None, timeout_s: float = 60
) -> Run:
    done = subprocess.run(
        [str(word) for word in argv],
        env=base_environment(home) | (env or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
    return Run(done.returncode, done.stdout, done.stderr)
