"""Servers with lanes, the queues they work on, and what came of it."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from time import sleep
from typing import Any

from .contract import Connection, WorkService
from .processes import wait_until
from .redis_server import RedisServer
from .server import OpsServer

PATIENCE_S = 60.0


def lane_flags(redis: RedisServer, proxy_url: str, folder: Path) -> dict[str, Any]:
    """Of a server with two lanes on acc_01 to acc_03 and no other account."""
    return {
        "redis_url": redis.url,
        "proxies": proxy_url,
        "ytdlp_args": "--no-check-certificates",
        "lanes": 2,
        "account_pool": "acc:3",
        "auto_create_new_accounts_on_exhaustion": "false",
        "download_dir": folder / "media",
        "format": "18",
        "drain_timeout_s": 1,
    }


class Queue:
    """A queue as Redis holds it."""

    def __init__(self, redis: RedisServer, name: str = "video_queue") -> None:
        self.redis = redis
        self.name = name

    def push(self, urls: Iterable[str]) -> None:
        self.redis.cli("RPUSH", f"{self.name}_inbox", *urls)

    @property
    def inbox(self) -> list[str]:
        return self.redis.cli("LRANGE", f"{self.name}_inbox", 0, -1)

    @property
    def progress(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self._hash("progress").values()]

    @property
    def results(self) -> dict[str, dict[str, Any]]:
        return {url: json.loads(text) for url, text in self._hash("result").items()}

    @property
    def failures(self) -> dict[str, dict[str, Any]]:
        return {url: json.loads(text) for url, text in self._hash("fail").items()}

    def codes(self) -> dict[str, str]:
        """The errorCode of each failed URL."""
        return {url: error["errorCode"] for url, error in self.failures.items()}

    def is_drained(self) -> bool:
        script = "return redis.call('LLEN', KEYS[1]) + redis.call('HLEN', KEYS[2])"
        keys = (f"{self.name}_inbox", f"{self.name}_progress")
        return self.redis.cli("EVAL", script, 2, *keys) == 0

    def wait_drained(self, timeout_s: float = PATIENCE_S) -> None:
        """Looks now and then only: the lanes need the machine."""
        wait_until(lambda: self.is_drained() or sleep(0.3), f"{self.name} is drained", timeout_s)

    def count_marks(self) -> dict[str, int]:
        """How often each URL was written into results or failures, by Redis' own journal."""
        ends = (f"{self.name}_result", f"{self.name}_fail")
        writes = [words for words in journal(self.redis) if words[0].upper() == "HSET"]
        return Counter(url for words in writes if words[1] in ends for url in words[2::2])

    def _hash(self, part: str) -> dict[str, str]:
        return self.redis.cli("HGETALL", f"{self.name}_{part}")


def journal(redis: RedisServer) -> list[list[str]]:
    """Every command that changed something, from the append-only file."""
    commands = []
    for path in sorted((redis.folder / "appendonlydir").glob("*.incr.aof")):
        data = path.read_bytes()
        at = 0
        while at < len(data):
            count, at = _number(data, at)
            words = []
            for _ in range(count):
                length, at = _number(data, at)
                words.append(data[at : at + length].decode(errors="replace"))
                at += length + 2
            commands.append(words)
    return commands


def _number(data: bytes, at: int) -> tuple[int, int]:
    """The number of a line such as *3 or $12, and where the next one begins."""
    end = data.index(b"\r\n", at)
    return int(data[at + 1 : end]), end + 2


def work_client(server: OpsServer) -> Connection:
    return server.client(service=WorkService)


def lane_states(server: OpsServer, queue: str = "") -> list[Any]:
    """LaneStatus of every lane that is known."""
    with work_client(server) as client:
        return client.getLaneStatus(queue)


def wait_lanes(server: OpsServer, probe: Callable[[Any], bool], what: str) -> list[Any]:
    """Waits until every lane passes the probe, and there is one."""

    def look() -> list[Any] | None:
        lanes = lane_states(server)
        return lanes if lanes and all(probe(lane) for lane in lanes) else None

    return wait_until(look, what, PATIENCE_S)


def files_in(folder: Path) -> set[str]:
    """Finished media, by path."""
    return {str(path) for path in folder.iterdir() if path.is_file()}


def unfinished_in(folder: Path) -> list[Path]:
    """What downloads that did not end have left."""
    incoming = folder / ".incoming"
    return list(incoming.iterdir()) if incoming.is_dir() else []


def decodes(path: str) -> bool:
    """Whether all of the file can be decoded, as ffmpeg says, without a word."""
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-xerror", "-nostdin", "-i", path, "-f", "null", "-"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode == 0 and not done.stderr


_GATED_YTDLP = """\
#!/usr/bin/python3
import os, pathlib, shlex, shutil, sys, time
options = dict(shlex.split(line)[0].split("=", 1) for line in sys.stdin if "=" in line)
gate = pathlib.Path({gate!r})
(gate / f"started-{{os.getpid()}}").touch()
while not (gate / "open").exists():
    print("ytops-progress 25 100 NA", flush=True)
    time.sleep(0.05)
shutil.copy({media!r}, pathlib.Path(options["--paths"].removeprefix("home:")) / "media.mp4")
"""


class GatedYtdlp:
    """A stand-in for yt-dlp that downloads when its gate is opened. `started` counts its runs."""

    def __init__(self, folder: Path, media: Path) -> None:
        self.gate = folder / "gate"
        self.gate.mkdir()
        self.program = folder / "gated-yt-dlp"
        text = _GATED_YTDLP.format(gate=str(self.gate), media=str(media / "video.mp4"))
        self.program.write_text(text)
        self.program.chmod(0o755)

    @property
    def pids(self) -> list[int]:
        return [int(path.name.removeprefix("started-")) for path in self.gate.glob("started-*")]

    def wait_started(self, count: int = 1) -> None:
        wait_until(lambda: len(self.pids) >= count, f"{count} downloads have started", PATIENCE_S)

    def open(self) -> None:
        (self.gate / "open").touch()
