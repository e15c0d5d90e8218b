"""The hook of the connection type ytdlp_ops."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseHook

from ..client import YtdlpOpsClient
from ..exceptions import YtdlpOpsError
from ytdlp_ops.common.ttypes import ServiceRole

DEFAULT_PORT = 9090


class YtdlpOpsHook(BaseHook):
    """
    Makes clients of the server that a connection names. Host and port given here win over those of
    the connection; with a host the connection need not exist.

    Extra of the connection: timeout_s (60) and connect_timeout_s (10).
    """

    conn_name_attr = "ytdlp_ops_conn_id"
    default_conn_name = "ytdlp_ops_default"
    conn_type = "ytdlp_ops"
    hook_name = "ytdlp-ops-server"

    def __init__(
        self,
        ytdlp_ops_conn_id: str = default_conn_name,
        host: str | None = None,
        port: int | None = None,
    ) -> None:
        super().__init__()
        self.ytdlp_ops_conn_id = ytdlp_ops_conn_id
        self._host = host
        self._port = port
        self._client: YtdlpOpsClient | None = None

    def get_conn(self) -> YtdlpOpsClient:
        """The hook's own client, connected at its first call."""
        if not self._client:
            self._client = self.new_client()
        return self._client

    def new_client(self) -> YtdlpOpsClient:
        """A client of the caller's own, for a thread of its own."""
        if self._host:
            return YtdlpOpsClient(self._host, self._port or DEFAULT_PORT)
        found = self.get_connection(self.ytdlp_ops_conn_id)
        extra = found.extra_dejson
        return YtdlpOpsClient(
            found.host or "127.0.0.1",
            self._port or found.port or DEFAULT_PORT,
            timeout_s=_seconds(extra, "timeout_s", 60),
            connect_timeout_s=_seconds(extra, "connect_timeout_s", 10),
        )

    def close(self) -> None:
        if self._client:
            self._client.close()

    def __enter__(self) -> YtdlpOpsClient:
        return self.get_conn()

    def __exit__(self, *_: object) -> None:
        self.close()

    def test_connection(self) -> tuple[bool, str]:
        """Whether the server can take work, and what it says of itself."""
        try:
            with self.new_client() as client:
                info = client.get_server_info()
                client.ping()
        except (YtdlpOpsError, ValueError) as error:
            return False, str(error)
        role = ServiceRole._VALUES_TO_NAMES[info.serviceRole].lower().replace("_", "-")
        return True, (
            f"ytdlp-ops-server {info.version}, {role}, "
            f"server identity {info.serverIdentity}, instance {info.instanceId}"
        )


def _seconds(extra: dict[str, Any], name: str, default: float) -> float:
    value = extra.get(name)
    if value in (None, ""):
        return default
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = 0
    if seconds <= 0:
        raise ValueError(f"extra {name} is {value!r}: it takes a number of seconds above 0")
    return seconds
