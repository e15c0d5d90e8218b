"""A real ytdlp-ops-server whose proxies lead to the double of YouTube, as the DAGs see it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from airflow_provider_ytdlp_ops.client import YtdlpOpsClient
from support.mapping_socks5 import MappingSocks5
from support.redis_server import RedisServer
from support.server import OpsServer
from support.youtube_double import YoutubeDouble

PASSWORD = "tunnel-s3cret"
SERVER_IDENTITY = "ytdlp-ops"


class OpsSite:
    """Closes what it started. Nobody is banned by numbers, only by policies."""

    def __init__(self, media: Path, folder: Path, n_proxies: int = 2) -> None:
        self.youtube = YoutubeDouble(media, folder)
        self.tunnels = [
            MappingSocks5(self.youtube.host_map, "user", PASSWORD) for _ in range(n_proxies)
        ]
        self.redis = RedisServer()
        self.server = OpsServer(
            folder / "ops",
            redis_url=self.redis.url,
            proxies=",".join(tunnel.url for tunnel in self.tunnels),
            ytdlp_args="--no-check-certificates",
            account_failure_threshold=0,
            failure_threshold_count=1000,
            token_workers=2,
        )

    def connection(self) -> str:
        """As AIRFLOW_CONN_... takes it."""
        return json.dumps(
            {"conn_type": "ytdlp_ops", "host": "127.0.0.1", "port": self.server.port}
        )

    def client(self) -> YtdlpOpsClient:
        return YtdlpOpsClient("127.0.0.1", self.server.port)

    def entries(self, queue: str, part: str) -> dict[str, dict[str, Any]]:
        """Of <queue>_result or <queue>_fail: JSON by URL."""
        found = self.redis.cli("HGETALL", f"{queue}_{part}")
        return {url: json.loads(text) for url, text in found.items()}

    def inbox(self, queue: str) -> list[str]:
        return self.redis.cli("LRANGE", f"{queue}_inbox", 0, -1)

    def in_progress(self, queue: str) -> list[str]:
        return self.redis.cli("HVALS", f"{queue}_progress")

    def banned_accounts(self, prefix: str) -> set[str]:
        with self.client() as client:
            accounts = client.get_account_status(prefix)
        return {each.accountId for each in accounts if each.stateText.startswith("BANNED")}

    def banned_proxies(self) -> set[str]:
        with self.client() as client:
            proxies = client.get_proxy_status()
        return {each.proxyUrl for each in proxies if each.stateText.startswith("BANNED")}

    def refresh(self) -> None:
        """Every proxy serves and is ACTIVE again."""
        with self.client() as client:
            client.reset_all_proxies("")

    def close(self) -> None:
        for thing in (self.server, self.redis, *self.tunnels, self.youtube):
            thing.close()
