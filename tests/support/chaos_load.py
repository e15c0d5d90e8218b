"""Those who use the system while it is broken: operators, players, clients that talk rubbish."""

from __future__ import annotations

import random
import socket
import threading
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress

from .chaos_world import Node, World
from .numbered_ts import read_packets
from .processes import wait_until
from .relay_api import Player
from .youtube_cases import watch_url

COMMANDS = (
    ("info",),
    ("proxies", "list"),
    ("accounts", "list"),
    ("queue", "status"),
    ("queue", "failed", "video_queue"),
    ("lane", "status"),
    ("events", "--limit", "20"),
    ("proxies", "unban", "--all", "--identity=chaos", "--yes"),
    ("accounts", "ban", "acc_07", "--reason=chaos", "--duration=2s"),
    ("accounts", "delete", "acc_11", "--yes"),
)


class Busy(threading.Thread):
    """Does a thing over and over until it is told to end. What it raises is kept."""

    def __init__(self, step: Callable[[], None], pause_s: float = 0.1) -> None:
        super().__init__(daemon=True)
        self.steps = 0
        self.error: BaseException | None = None
        self.over = threading.Event()
        self._step = step
        self._pause_s = pause_s
        self.start()

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self._step()
                self.steps += 1
                self.over.wait(self._pause_s)
        except BaseException as error:  # noqa: BLE001 - told by finish()
            self.error = error

    def finish(self) -> None:
        """Ends it; raises what it met."""
        self.over.set()
        self.join(120)
        assert not self.is_alive(), "it still waits for an answer"
        if self.error:
            raise self.error


def ask_something(world: World, dice: random.Random) -> None:
    """One call of the client. It may fail, and then says why."""
    node = dice.choice(world.nodes)
    words = list(dice.choice(COMMANDS))
    if node is not world.management and dice.random() < 0.15:
        words = ["token", watch_url("playable", dice.randrange(90, 99)), "--account=cli_01"]
    answer = world.cli(node, *words, status=None)
    assert answer.status in (0, 1, 69), (words, answer)
    assert answer.out if answer.status == 0 else answer.err.startswith("ytdlp-ops: "), answer


def revive_lanes(world: World) -> None:
    """What an operator does: where lanes have stopped for a reason, others are started."""
    for node in (world.steady, world.victim):
        with suppress(AssertionError):  # it is away, or Redis is
            lanes = world.cli(node, "lane", "status", "--json").json["lanes"]
            instance = world.cli(node, "info", "--json").json["instanceId"]
            ours = [lane["state"] for lane in lanes if lane["instanceId"] == instance]
            n_missing = world.LANES - len([state for state in ours if state != "STOPPED"])
            if n_missing > 0:
                world.cli(node, "lane", "start", f"--count={n_missing}")


def drain(world: World) -> None:
    """Until every URL has its end, with an operator who looks after the lanes."""

    def look() -> bool:
        if world.queue.is_drained():
            return True
        revive_lanes(world)
        return False

    wait_until(look, "the queue is drained", 200)


def play_file(world: World, path: str) -> None:
    """The whole file, whatever its upstream does."""
    reply = world.steady.api.get(path)
    whole = reply.status == 200 and not reply.broken and reply.body == world.file
    assert whole, f"{reply.status}, {len(reply.body)} bytes\n{world.steady.log_text()[-6000:]}"


def check_programme(player: Player) -> None:
    """It has stayed connected, and heard no packet twice or torn."""
    assert player.is_watching(), "a player was disconnected"
    assert player.status == 200
    read_packets(bytes(player.body))


def _rubbish(dice: random.Random) -> bytes:
    noise = dice.randbytes(dice.randrange(1, 3000))
    return dice.choice(
        (
            noise,
            b"\x00\x00\x00\x00" + noise,
            b"\x7f\xff\xff\xff" + noise,
            b"\x80\x01\x00\x01\x00\x00\x00\x04ping\x00\x00\x00\x01" + noise,
            b"\x82\x21\x01\x04ping" + noise,
            b"GET /" + noise.hex().encode() + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            b"POST /streams HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999999\r\n\r\n" + noise,
            b"POST /streams HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
            b"GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\n" * 3,
            b"OPTIONS * HTTP/1.1\r\n\r\n" * 40,
        )
    )


def talk_rubbish(node: Node, dice: random.Random) -> None:
    """One client; half of them do not wait for what it leads to."""
    port = dice.choice((node.port, node.api.port))
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as client:
        client.sendall(_rubbish(dice))
        if dice.random() < 0.5:
            client.recv(65536)


class SlowClients:
    """Many who begin a request and go no further, or who ask for much and never read."""

    BEGUN = (b"GET /api/status", b"POST /streams HTTP/1.1\r\nContent-Length: 10\r\n\r\n", b"\0\0")
    ASKED = b"GET /api/status/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    def __init__(self, node: Node, count: int) -> None:
        self._sockets: list[socket.socket] = []
        for number in range(count):
            port = node.port if number % 4 == 3 else node.api.port
            text = self.ASKED if number % 4 == 0 else self.BEGUN[number % len(self.BEGUN)]
            with suppress(OSError):
                client = socket.create_connection(("127.0.0.1", port), timeout=2)
                self._sockets.append(client)
                client.sendall(text)

    def close(self) -> None:
        for client in self._sockets:
            client.close()


class Feeder:
    """
    Keeps URLs in the queue, the first again after the last. A push without an answer is made again.
    """

    def __init__(self, world: World, urls: list[str], plenty: int = 8) -> None:
        self.tries: Counter[str] = Counter()
        """How often each was pushed, or may have been."""
        self.pushed: list[str] = []
        self._world = world
        self._urls = deque(urls)
        self._plenty = plenty

    def __call__(self) -> None:
        with suppress(AssertionError, OSError):
            if self._n_waiting() < self._plenty:
                self._push(self._urls[0])

    def _n_waiting(self) -> int:
        (queue,) = self._world.cli(
            self._world.management, "queue", "status", "video_queue", "--json"
        ).json["queues"] or [{"inbox": 0}]
        return queue["inbox"]

    def _push(self, url: str) -> None:
        node = (self._world.steady, self._world.victim)[len(self.pushed) % 2]
        self.tries[url] += 1
        self._world.cli(node, "queue", "push", "video_queue", url)
        self.pushed.append(url)
        self._urls.rotate(-1)
