"""HLS made by ffmpeg: encrypted, in fragmented MP4, with variants; and live playlists."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .scripted_upstream import Answer, ScriptedUpstream
from .upstream_answers import File
from .upstream_exchange import Exchange

SECONDS = 4

_SOURCES = (
    *("-f", "lavfi", "-i", f"testsrc=size=160x120:rate=10:duration={SECONDS}"),
    *("-f", "lavfi", "-i", f"sine=frequency=440:duration={SECONDS}"),
)
_CODECS = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
_HLS = (*_CODECS, "-g", "10", "-f", "hls", "-hls_time", "1", "-hls_list_size", "0")
_VOD = (*_HLS, "-hls_playlist_type", "vod")
_KEY = bytes(range(16))
_OUTPUTS = {
    "ts": (*_VOD, "-hls_segment_filename", "seg%d.ts", "media.m3u8"),
    "aes": (*_VOD, "-hls_key_info_file", "key.info", "media.m3u8"),
    "fmp4": (*_VOD, "-hls_segment_type", "fmp4", "media.m3u8"),
    # Its index is at its end, and far enough away that a player must seek to it.
    "mp4": (*_CODECS, "-vf", "noise=alls=100:allf=t", "-g", "10", "jumpy.mp4"),
}
_MASTER = """#EXTM3U
#EXT-X-VERSION:6
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="main, loud",DEFAULT=YES,URI="ts/media.m3u8?audio=1"
#EXT-X-STREAM-INF:BANDWIDTH=300000,CODECS="avc1.42c00a,mp4a.40.2"
ts/media.m3u8?token=a%2Fb&x=1
#EXT-X-STREAM-INF:BANDWIDTH=200000
fmp4/media.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=100000,URI="aes/media.m3u8"
"""
_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".key": "application/octet-stream",
}


def hls_dir(parent: Path) -> Path:
    """Folder with master.m3u8, ts/, aes/, fmp4/ and mp4/jumpy.mp4; made by who needs it first."""
    target = parent / "test-hls"
    if not target.is_dir():
        _make(parent, target)
    return target


def _make(parent: Path, target: Path) -> None:
    parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="test-hls-", dir=parent))
    for name, options in _OUTPUTS.items():
        place = scratch / name
        place.mkdir()
        if name == "aes":
            (place / "secret.key").write_bytes(_KEY)
            (place / "key.info").write_text("secret.key\nsecret.key\n")
        subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin", *_SOURCES, *options], cwd=place, check=True
        )
    (scratch / "master.m3u8").write_text(_MASTER)
    try:
        os.rename(scratch, target)
    except OSError:  # another test process was first
        shutil.rmtree(scratch)


def script_folder(upstream: ScriptedUpstream, prefix: str, folder: Path) -> None:
    """Serves every file of the folder below the prefix."""
    for path in folder.rglob("*"):
        if path.is_file():
            kind = _TYPES.get(path.suffix, "text/plain")
            name = path.relative_to(folder).as_posix()
            upstream.script(f"{prefix}/{name}", File(path.read_bytes(), content_type=kind))


class LivePlaylist:
    """A window that moves over the segments: `at` is its first one, and only the test moves it."""

    def __init__(self, segments: list[str], duration_s: float = 1.0, window: int = 3) -> None:
        self.at = 0
        self._segments = segments
        self._duration_s = duration_s
        self._window = window

    def text(self) -> str:
        count = len(self._segments)
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:3",
            f"#EXT-X-TARGETDURATION:{round(self._duration_s)}",
            f"#EXT-X-MEDIA-SEQUENCE:{self.at}",
        ]
        for number in range(self.at, self.at + self._window):
            lines += [f"#EXTINF:{self._duration_s:.3f},", self._segments[number % count]]
        return "\n".join(lines) + "\n"

    def answer(self) -> Answer:
        async def respond(exchange: Exchange) -> None:
            headers = {"Content-Type": _TYPES[".m3u8"], "Cache-Control": "no-cache"}
            await exchange.respond(200, self.text().encode(), headers)

        return respond
