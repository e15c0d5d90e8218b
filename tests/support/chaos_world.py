"""The whole system for a test that breaks its parts: what it is made of, and how it is started."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from .cli_client import Answer, Cli
from .lanes import Queue
from .mapping_socks5 import Behaviour, MappingSocks5
from .processes import free_port, wait_until
from .redis_server import RedisServer
from .relay_api import FAST, RelayApi
from .scripted_upstream import ScriptedUpstream
from .server import OpsServer
from .upstream_answers import File, LiveSource, live, some_bytes
from .upstream_exchange import Exchange
from .youtube_double import YoutubeDouble

PROXIES = 3
FILE_BYTES = 600_000
DISK_MIB = 24
COMMON = {
    "server_identity": "chaos",
    "redis_timeout_ms": 1000,
    "drain_grace_s": 0,
    "drain_timeout_s": 3,
}
WORK = {
    "service_role": "worker",
    "ytdlp_args": "--no-check-certificates",
    "token_timeout_s": 25,
    "lanes": 2,
    "lane_idle": "wait",
    "account_pool": "acc:20",
    "on_bannable_failure": "retry_and_ban_account_only",
    "format": "18",
    "lease_s": 6,
    # Short, so that what the blows led to is over when they are.
    "account_ban_duration_s": 4,
    "proxy_ban_duration_s": 4,
    "relay_allow_private": "true",
}
STREAM = {**FAST, "stream_retry_attempts": 1000, "stream_total_timeout": 600}


class Disk:
    """A small file system of a worker's own where that can be had, which takes root."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.is_mounted = os.geteuid() == 0 and _mount("-t", "tmpfs", "ytops-chaos", path)
        self._ballast = path / "ballast"
        if self.is_mounted:
            self._remount(f"size={DISK_MIB}m")

    def fill(self) -> None:
        """No byte is left."""
        with self._ballast.open("ab", buffering=0) as file:
            piece = bytes(1 << 20)
            while True:
                try:
                    if not file.write(piece):
                        return
                except OSError:
                    return

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def protect(self) -> None:
        """Read-only; False where somebody writes just now."""
        self._remount("ro")

    def unprotect(self) -> None:
        self._remount("rw")

    def close(self) -> None:
        if self.is_mounted:
            subprocess.run(["umount", "--lazy", self.path], check=True)

    def _remount(self, options: str) -> None:
        _mount("-o", f"remount,{options}", "ytops-chaos", self.path)


class Node:
    """A server at fixed ports, which is started again after its end."""

    def __init__(self, folder: Path, **flags: Any) -> None:
        self.folder = folder
        self.flags = flags | {"port": free_port(), "http_port": free_port()}
        self.servers: list[OpsServer] = []
        self.start()

    @property
    def server(self) -> OpsServer:
        return self.servers[-1]

    @property
    def port(self) -> int:
        return self.flags["port"]

    @property
    def api(self) -> RelayApi:
        return RelayApi(self.flags["http_port"])

    def start(self) -> None:
        self.servers.append(OpsServer(self.folder / f"{len(self.servers)}", **self.flags))

    def is_ready(self) -> bool:
        try:
            return self.api.get("/readyz").status == 200
        except OSError:
            return False

    def log_text(self) -> str:
        return "".join(each.log_text() for each in self.servers)

    def close(self) -> None:
        self.server.close()


class World:
    """
    One Redis, a management server, two workers with lanes behind three proxies, YouTube's double,
    and an upstream with a live programme and a file. The worker `steady` keeps running; `victim` is
    the one that is killed.
    """

    LANES = WORK["lanes"]

    def __init__(self, folder: Path, media: Path, dice: random.Random) -> None:
        self.folder = folder
        self.dice = dice
        """For the blows alone, whose order it makes the same again."""
        self._load_dice = random.Random(dice.random())
        self._closing: list[Callable[[], None]] = []
        self.redis = self._keep(RedisServer())
        self.queue = Queue(self.redis)
        self.youtube = self._keep(YoutubeDouble(media, folder))
        self.proxies = [
            self._keep(MappingSocks5(self.youtube.host_map)) for _ in range(PROXIES)
        ]
        self.upstream = self._keep(ScriptedUpstream())
        self.file = some_bytes(FILE_BYTES)
        self.disks = [self._keep(Disk(folder / f"media-{number}")) for number in range(2)]
        shared = COMMON | {"redis_url": self.redis.url}
        work = shared | WORK | {"proxies": ",".join(each.url for each in self.proxies)}
        self.management = self._node("management", shared | {"service_role": "management"})
        self.steady = self._node("steady", work | {"download_dir": self.disks[0].path})
        self.victim = self._node("victim", work | {"download_dir": self.disks[1].path})

    @property
    def nodes(self) -> list[Node]:
        return [self.management, self.steady, self.victim]

    def _keep(self, thing: Any) -> Any:
        self._closing.append(thing.close)
        return thing

    def _node(self, name: str, flags: dict[str, Any]) -> Node:
        return self._keep(Node(self.folder / name, **flags))

    def make_streams(self, node: Node) -> tuple[str, str]:
        """Paths of the live programme and of the file, which breaks off now and then."""
        source = LiveSource(1e6)
        first = self.upstream.script(f"/{node.port}/a.ts", live(source))
        second = self.upstream.script(f"/{node.port}/b.ts", live(source, number=1))
        file = self.upstream.script(f"/{node.port}/video.mp4", self._broken_file)
        programme = node.api.create(first, second, kind="live", settings=STREAM)
        video = node.api.create(file, kind="vod", settings=STREAM)
        return programme["stream_endpoint"], video["stream_endpoint"]

    async def _broken_file(self, exchange: Exchange) -> None:
        """Every other answer ends somewhere in the middle."""
        file = File(self.file)
        dice = self._load_dice
        if dice.random() < 0.5:
            then = dice.choice(("reset", "end", "stall"))
            file = replace(file, stop_after=dice.randrange(FILE_BYTES // 2), then=then)
        await file(exchange)

    def ask(self, node: Node, *words: str) -> Answer:
        """A call that must succeed once everybody is well, which takes a moment."""

        def call() -> Answer | None:
            answer = self.cli(node, *words, status=None)
            return answer if answer.status == 0 else None

        return wait_until(call, f"{words} succeeds")

    def cli(self, node: Node, *words: str, status: int | None = 0) -> Answer:
        return Cli(self.folder, node.port)(*words, "--timeout=10", status=status)

    def mend(self) -> None:
        """Whatever the last blows were: every part is as it was, and everybody is ready."""
        for proxy in self.proxies:
            proxy.behaviour = Behaviour.SERVE
        wait_until(lambda: all(node.is_ready() for node in self.nodes), "all are ready", 60)

    def processes(self) -> list[int]:
        """Everything that was started by a server, found by the home that they all have."""
        mark = f"HOME={self.folder}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            if any(word.startswith(mark) for word in words):
                found.append(int(path.parent.name))
        return found

    def close(self) -> None:
        errors = []
        for close in reversed(self._closing):
            try:
                close()
            except Exception as error:  # noqa: BLE001 - the others must be closed all the same
                errors.append(error)
        if errors:
            raise errors[0]


def _mount(*words: object) -> bool:
    done = subprocess.run(["mount", *map(str, words)], capture_output=True, check=False)
    return done.returncode == 0
