"""Downloads and probes with the real programs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from airflow_provider_ytdlp_ops import media
from support.http_double import HttpDouble, HttpDoubleHandler
from support.media import media_dir
from support.media_server import MediaServer
from support.paths import BUILD
from support.processes import children_of, command_line, is_running, wait_until
from support.proxies import Tinyproxy

PASSWORD = "dl-s3cret"


@pytest.fixture(scope="module")
def files() -> Path:
    return media_dir(BUILD)


@pytest.fixture
def web(files):
    server = MediaServer(files)
    yield server
    server.close()


def token_for(folder: Path, url: str, proxy: str = "", *more: str) -> dict:
    """A token as JobFolder gives it, for a plain file."""
    info = folder / "given.json"
    described = {
        "id": "clip", "title": "Clip", "extractor": "generic", "extractor_key": "Generic",
        "webpage_url": url, "url": url, "ext": "mp4", "format_id": "0", "formats": [
            {"url": url, "ext": "mp4", "format_id": "0", "protocol": "http"}
        ],
    }
    info.write_text(json.dumps(described))
    command = ["yt-dlp", "--load-info-json=info.json", f"--proxy={proxy}", *more]
    return {"infoJson": str(info), "ytdlpCommand": command, "proxyUrl": proxy}


def test_download_and_probe(folder, web, caplog):
    caplog.set_level("INFO")
    proxy = Tinyproxy(folder, PASSWORD)
    try:
        token = token_for(folder, web.url("video.mp4"), proxy.url)
        path = media.download(token, folder / "out", "Generic-clip", 60)
        again = media.download(token, folder / "out", "Generic-clip", 60)
    finally:
        proxy.close()

    assert path == again == [folder / "out/Generic-clip.mp4"]
    assert [file.name for file in (folder / "out").iterdir()] == ["Generic-clip.mp4"]
    found = media.probe_all(path)
    assert found["files"] == [str(folder / "out/Generic-clip.mp4")]
    assert found["streams"] == ["audio", "video"]
    assert found["bytes"] == path[0].stat().st_size and 0.9 < found["durationS"] < 1.5
    assert PASSWORD not in caplog.text


def test_refused_download_is_media_403(folder, web):
    with pytest.raises(media.MediaError) as caught:
        media.download(token_for(folder, web.url("status/403")), folder / "out", "x", 60)
    assert caught.value.error_code == "MEDIA_403"
    assert list((folder / "out").iterdir()) == []


def test_download_says_what_ytdlp_said(folder):
    proxy = f"http://u:{PASSWORD}@127.0.0.1:1"
    with pytest.raises(media.MediaError) as caught:
        media.download(
            token_for(folder, "http://127.0.0.1:1/x.mp4", proxy, "--retries=0"), folder, "x", 60
        )
    assert caught.value.error_code == "DOWNLOAD_FAILED"
    assert "yt-dlp ended with" in str(caught.value) and PASSWORD not in str(caught.value)


class _Hanging(HttpDoubleHandler):
    def do_GET(self) -> None:
        self.server.released.wait()


@pytest.fixture
def hanging():
    server = HttpDouble(_Hanging)
    yield server
    server.close()


def test_download_has_a_deadline(folder, hanging):
    url = f"http://127.0.0.1:{hanging.port}/x.mp4"
    with pytest.raises(media.MediaError, match="not done within 1.5 s"):
        media.download(token_for(folder, url), folder / "out", "x", 1.5)
    assert not [pid for pid in children_of(os.getpid()) if "yt-dlp" in command_line(pid)]


def test_download_ends_with_the_lease_and_hides_the_password_from_ps(folder, hanging):
    url = f"http://127.0.0.1:{hanging.port}/x.mp4"
    token = token_for(folder, url, f"http://u:{PASSWORD}@127.0.0.1:{hanging.port}")
    cancelled = threading.Event()
    errors: list[Exception] = []

    def run() -> None:
        try:
            media.download(token, folder / "out", "x", 60, cancelled.is_set)
        except media.MediaError as error:
            errors.append(error)

    def downloader() -> int:
        mine = [pid for pid in children_of(os.getpid()) if "config-loc" in command_line(pid)]
        return mine[0] if mine else 0

    thread = threading.Thread(target=run)
    thread.start()
    pid = wait_until(downloader, "yt-dlp runs")
    assert PASSWORD not in command_line(pid)
    cancelled.set()
    thread.join(30)
    assert not is_running(pid)
    assert "lease is over" in str(errors[0])


_TASK = """
import json, pathlib, sys
from airflow_provider_ytdlp_ops import media
media.download(json.loads(sys.argv[1]), pathlib.Path(sys.argv[2]), "x", 60)
"""


def test_killed_task_leaves_no_download_behind(folder, hanging):
    token = token_for(folder, f"http://127.0.0.1:{hanging.port}/x.mp4")
    argv = [sys.executable, "-c", _TASK, json.dumps(token), str(folder / "out")]
    with subprocess.Popen(argv) as task:

        def downloader() -> int:
            below = [pid for pid in children_of(task.pid) if "config-loc" in command_line(pid)]
            return below[0] if below else 0

        pid = wait_until(downloader, "yt-dlp runs", 60)
        task.kill()
    wait_until(lambda: not is_running(pid), "yt-dlp ends with its task")


def test_missing_ytdlp_says_what_to_do(folder, web, monkeypatch):
    monkeypatch.delenv("YTDLP_OPS_YTDLP")
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(media.MediaError, match="install it on the Airflow workers"):
        media.download(token_for(folder, web.url("video.mp4")), folder / "out", "x", 60)


@pytest.mark.parametrize("damage", ["cut", "noise", "text"])
def test_probe_finds_damage(folder, files, damage):
    path = folder / "damaged.mp4"
    whole = (files / "video.mp4").read_bytes()
    if damage == "cut":
        path.write_bytes(whole[: len(whole) * 2 // 3])
    elif damage == "noise":
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + b"\xa5" * (len(whole) - middle))
    else:
        path.write_text("<html>not a video</html>")
    with pytest.raises(media.MediaError) as caught:
        media.probe(path)
    assert caught.value.error_code == "PROBE_FAILED"


def test_probe_wants_sound_or_picture(folder):
    path = folder / "subtitles.srt"
    path.write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    with pytest.raises(media.MediaError, match="neither sound nor picture"):
        media.probe(path)


def test_probe_takes_what_ffmpeg_makes(folder, files):
    copy = folder / "copy.webm"
    shutil.copy(files / "video.webm", copy)
    assert media.probe(copy)["streams"] == ["audio", "video"]
    subprocess.run(
        [sys.executable, "-c", "import airflow_provider_ytdlp_ops.media"], check=True
    )
