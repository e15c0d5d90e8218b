"""What Redis holds of proxies."""

from __future__ import annotations

import json
from typing import Any

from .processes import wait_until
from .redis_server import RedisServer


class PoolRecords:
    """The records of some proxies of one server identity."""

    def __init__(self, redis: RedisServer, urls: list[str], identity: str = "ytdlp-ops") -> None:
        self.redis = redis
        self.urls = urls
        self.identity = identity

    def state(self, url: str) -> dict[str, Any]:
        """Empty: nothing is known of it."""
        return json.loads(self.redis.cli("HGET", f"proxies:{self.identity}", url) or "{}")

    def failures(self, *urls: str) -> list[str]:
        """The failure history of these proxies, or of all."""
        keys = [f"proxy_failures:{self.identity}:{url}" for url in urls or self.urls]
        return [entry for key in keys for entry in self.redis.cli("ZRANGE", key, 0, -1)]

    def wait_failure(self) -> str:
        """The one failure there is, when it has come."""
        wait_until(self.failures, "a failure is recorded")
        (failure,) = self.failures()
        return failure
