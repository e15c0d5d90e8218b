"""Downloads with the command that a token came with."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from .media import probe_streams
from .server import base_environment


def download(token: Any, folder: Path) -> Path:
    """Runs token.ytdlpCommand beside its info.json; the media file, which has sound and picture."""
    place = folder / f"download-{token.jobId}"
    place.mkdir()
    (place / "info.json").write_text(token.infoJson)
    done = subprocess.run(
        token.ytdlpCommand,
        cwd=place,
        env=base_environment(place),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{token.ytdlpCommand}\n{done.stdout}{done.stderr}"
    (media,) = [file for file in place.iterdir() if file.name != "info.json"]
    assert probe_streams(media) == {"video", "audio"}
    return media
