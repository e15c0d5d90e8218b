"""Real players: ffprobe, ffmpeg and curl play what the relay gives, as they play it without."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from support.hls_media import LivePlaylist, hls_dir, script_folder
from support.paths import BUILD
from support.processes import ManagedProcess
from support.relay_api import RelayServer
from support.server import base_environment
from support.upstream_answers import File, looped

pytestmark = [pytest.mark.relay]


@pytest.fixture(scope="module")
def hls_media() -> Path:
    return hls_dir(BUILD)


@pytest.fixture
def play(relay: RelayServer, folder: Path):
    """Runs a player in a folder of its own; what it prints."""

    def run(*argv: str, may_fail: bool = False) -> str:
        done = subprocess.run(
            argv,
            cwd=folder,
            env=base_environment(folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert may_fail or done.returncode == 0, f"{argv}\n{done.stderr}"
        return done.stdout

    return run


@pytest.fixture
def watchable(relay: RelayServer, api):
    """Makes a stream; the URL for a player."""

    def make(*urls: str, **spec) -> str:
        made = api.create(*urls, **spec)
        return f"http://127.0.0.1:{relay.http_port}{made['stream_endpoint']}"

    return make


def kinds(play, url: str, *options: str) -> set[str]:
    """Kinds of stream that ffprobe finds."""
    argv = ["ffprobe", "-v", "error", *options, "-show_entries", "stream=codec_type"]
    shown = play(*argv, "-of", "csv=p=0", url)
    return {line.strip(",") for line in shown.split()}


def frames(play, url: str, *options: str) -> list[str]:
    """A checksum of each picture that ffmpeg decodes."""
    argv = ["ffmpeg", "-v", "error", "-xerror", *options, "-i", url, "-map", "0:v:0"]
    shown = play(*argv, "-f", "framemd5", "-")
    lines = [line for line in shown.splitlines() if not line.startswith("#")]
    return [line.rpartition(",")[2].strip() for line in lines]


@pytest.mark.parametrize("name", ["video.mp4", "video.webm"])
def test_file(play, watchable, upstream, media, name):
    direct = upstream.script(f"/{name}", File((media / name).read_bytes()))
    url = watchable(direct)
    assert kinds(play, url) == {"video", "audio"}
    assert frames(play, url) == frames(play, str(media / name))


@pytest.mark.parametrize("offset", ["0.5", "2.0", "3.5"])
def test_file_with_seeking(play, watchable, upstream, hls_media, offset):
    """mp4 with its index at the end: a player jumps there, and from there to the offset."""
    jumpy = hls_media / "mp4/jumpy.mp4"
    url = watchable(upstream.script("/jumpy.mp4", File(jumpy.read_bytes())))
    seek = ("-ss", offset)
    assert frames(play, url, *seek) == frames(play, str(jumpy), *seek)
    ranges = [request.headers.get("range") for request in upstream.requests("/jumpy.mp4")]
    assert any(each not in (None, "bytes=0-") for each in ranges), ranges


def test_file_whose_upstream_breaks(play, watchable, upstream, media):
    body = (media / "video.mp4").read_bytes()
    breaks = [File(body, stop_after=len(body) // 5 + n) for n in range(4)]
    url = watchable(upstream.script("/v.mp4", *breaks, File(body)))
    assert frames(play, url, "-seekable", "0") == frames(play, str(media / "video.mp4"))


def test_live_transport_stream(play, watchable, upstream, hls_media):
    body = b"".join((hls_media / f"ts/seg{n}.ts").read_bytes() for n in range(4))
    url = watchable(upstream.script("/live.ts", looped(body, len(body))), kind="live")
    assert kinds(play, url) == {"video", "audio"}
    argv = ["ffmpeg", "-v", "fatal", "-i", url, "-t", "2", "-map", "0:v:0"]
    decoded = play(*argv, "-f", "framemd5", "-")
    assert len([line for line in decoded.splitlines() if not line.startswith("#")]) >= 15


@pytest.mark.parametrize("kind", ["ts", "aes", "fmp4"])
def test_hls(play, watchable, upstream, hls_media, kind):
    script_folder(upstream, "/v", hls_media)
    url = watchable(upstream.url(f"/v/{kind}/media.m3u8"))
    assert kinds(play, url) == {"video", "audio"}
    local = frames(play, upstream.url(f"/v/{kind}/media.m3u8"))
    assert len(local) == 40
    assert frames(play, url) == local


def test_hls_master(play, watchable, upstream, hls_media):
    script_folder(upstream, "/v", hls_media)
    url = watchable(upstream.url("/v/master.m3u8"))
    assert kinds(play, url) == {"video", "audio"}


def test_live_hls(play, watchable, upstream, hls_media):
    """Three segments of a live playlist, which does not end."""
    script_folder(upstream, "/v", hls_media)
    window = LivePlaylist([f"/v/ts/seg{n}.ts" for n in range(4)])
    url = watchable(upstream.script("/live.m3u8", window.answer()), kind="hls")
    assert kinds(play, url, "-live_start_index", "0") == {"video", "audio"}


def test_ffplay(watchable, upstream, hls_media, media, folder):
    """A file, encrypted HLS and a live stream: each plays for most of a second."""
    script_folder(upstream, "/v", hls_media)
    body = b"".join((hls_media / f"ts/seg{n}.ts").read_bytes() for n in range(4))
    urls = [
        watchable(upstream.script("/v.mp4", File((media / "video.mp4").read_bytes()))),
        watchable(upstream.url("/v/aes/media.m3u8")),
        watchable(upstream.script("/live.ts", looped(body, len(body))), kind="live"),
    ]
    sdl = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
    for number, url in enumerate(urls):
        argv = ["ffplay", "-v", "error", "-stats", url]
        log = folder / f"ffplay{number}.log"
        with ManagedProcess(argv, log, base_environment(folder) | sdl) as player:
            player.wait_ready(lambda: seconds_played(player.log()) > 0.7, f"{url} plays")


def seconds_played(log: str) -> float:
    """How far the player's clock got, by its status line."""
    clocks = [float(each) for each in re.findall(r"([\d.]+) (?:A-V|M-V|M-A):", log)]
    return max(clocks) - clocks[0] if clocks else 0.0


def test_curl(play, watchable, upstream, media, folder):
    body = (media / "video.mp4").read_bytes()
    url = watchable(upstream.script("/v.mp4", File(body, stop_after=3000), File(body)))
    play("curl", "-sSf", "-o", "whole", url)
    assert (folder / "whole").read_bytes() == body
    play("curl", "-sSf", "-r", "100-299", "-o", "part", url)
    assert (folder / "part").read_bytes() == body[100:300]
    (folder / "rest").write_bytes(body[:5000])
    play("curl", "-sSf", "-C", "-", "-o", "rest", url)
    assert (folder / "rest").read_bytes() == body
    head = play("curl", "-sSfI", url).lower()
    assert f"content-length: {len(body)}" in head
    assert "accept-ranges: bytes" in head
