"""Workers on one Redis behind one Envoy, and callers that never stop calling."""

from __future__ import annotations

import itertools
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .contract import connect
from .envoy import SECRETS, Envoy
from .processes import free_port, wait_until
from .proxies import Microsocks
from .redis_server import RedisServer
from .server import OpsServer


class Worker:
    """A worker at fixed ports, with a proxy of its own that tells who made a token."""

    def __init__(self, folder: Path, redis_url: str, number: int) -> None:
        self.folder = folder
        self.ports = (free_port(), free_port())
        self.proxy = Microsocks(folder)
        self._redis_url = redis_url
        self._number = number
        self._starts = itertools.count()
        self.server = self.start()

    def start(self) -> OpsServer:
        """With the drain settings that the server has by default."""
        self.server = OpsServer(
            self.folder / f"w{self._number}-{next(self._starts)}",
            service_role="worker",
            server_identity="fleet",
            redis_url=self._redis_url,
            port=self.ports[0],
            http_port=self.ports[1],
            api_token=SECRETS["YTDLP_OPS_API_TOKEN"],
            relay_allow_private="true",
            proxies=self.proxy.url,
            drain_grace_s=None,
            token_workers=2,
            token_timeout_s=60,
        )
        return self.server

    @property
    def is_stopped(self) -> bool:
        return not self.server.process.is_running()

    def close(self) -> None:
        self.server.process.signal(signal.SIGCONT)
        self.server.process.kill()  # the tests have seen it stop in good order
        self.server.close()
        self.proxy.close()


class Fleet:
    """Three workers, their Redis and their Envoy."""

    def __init__(self, folder: Path, size: int = 3) -> None:
        self.redis = RedisServer()
        self.workers = [Worker(folder, self.redis.url, number) for number in range(size)]
        self.envoy = Envoy(folder / "envoy", [each.ports for each in self.workers])
        self.heal()

    @property
    def rpc_ports(self) -> set[int]:
        return {each.ports[0] for each in self.workers}

    def heal(self) -> None:
        """Everybody runs, and Envoy knows."""
        for worker in self.workers:
            if worker.is_stopped:
                worker.start()
        self.envoy.wait_healthy(self.rpc_ports)
        self.envoy.wait_healthy({each.ports[1] for each in self.workers}, "relay")

    def close(self) -> None:
        self.envoy.close()
        for worker in self.workers:
            worker.close()
        self.redis.close()


class Load:
    """
    Callers with a connection each that make one call after the other until the block ends, and go
    on over a new connection after a failure. `failures` holds (start, end, error).
    """

    def __init__(self, port: int, calls: list[Callable[[Any], Any]]) -> None:
        self.answers: list[Any] = []
        self.failures: list[tuple[float, float, Exception]] = []
        self.in_flight = 0
        self._port = port
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(call,)) for call in calls]

    def _run(self, call: Callable[[Any], Any]) -> None:
        client = connect(self._port)
        while not self._over.is_set():
            start = time.monotonic()
            with self._lock:
                self.in_flight += 1
            try:
                answer, error = call(client), None
            except Exception as caught:  # noqa: BLE001 - whatever it is, it is a failed call
                answer, error = None, caught
            with self._lock:
                self.in_flight -= 1
                if error is None:
                    self.answers.append(answer)
                else:
                    self.failures.append((start, time.monotonic(), error))
            if error is not None:
                client.close()
                client = connect(self._port)
        client.close()

    def wait_answers(self, more: int) -> None:
        """Until so many calls more have been answered."""
        goal = len(self.answers) + more
        wait_until(lambda: len(self.answers) >= goal, f"{more} answers more", 60)

    def wait_seen(self, names: list[str]) -> None:
        """Until each of those has been in an answer."""
        wait_until(lambda: self.count().keys() >= set(names), f"answers of {names}", 60)

    def count(self) -> Counter[Any]:
        return Counter(self.answers)

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(90)
