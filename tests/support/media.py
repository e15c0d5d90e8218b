"""Real media, made by ffmpeg once and kept beside the build."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

SECONDS = 1

_SOURCES = (
    *("-f", "lavfi", "-i", f"testsrc=size=160x120:rate=10:duration={SECONDS}"),
    *("-f", "lavfi", "-i", f"sine=frequency=440:duration={SECONDS}"),
)
_H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
_OUTPUTS = {
    "video.mp4": (*_H264, "-movflags", "+faststart"),
    "video.webm": ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"),
    "stream.m3u8": (*_H264, "-g", "5", "-f", "hls", "-hls_time", "0.5", "-hls_list_size", "0"),
}


def media_dir(parent: Path) -> Path:
    """The folder with video.mp4, video.webm and stream.m3u8; made by whoever needs it first."""
    target = parent / "test-media"
    if not target.is_dir():
        _make(parent, target)
    return target


def _make(parent: Path, target: Path) -> None:
    parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="test-media-", dir=parent))
    for name, options in _OUTPUTS.items():
        subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin", *_SOURCES, *options, name],
            cwd=scratch,
            check=True,
        )
    try:
        os.rename(scratch, target)
    except OSError:  # another test process was first
        shutil.rmtree(scratch)


def probe_streams(path: Path) -> set[str]:
    """Kinds of stream ("video", "audio") that ffprobe finds in the file."""
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", path],
        check=True,
        capture_output=True,
        text=True,
    )
    return {line.strip(",") for line in shown.stdout.split()}
