"""Calls of ytdlp-ops-server: framed binary Thrift, with deadlines, over one connection."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.protocol.TProtocol import TProtocolException
from thrift.Thrift import TApplicationException
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TFramedTransport, TTransportException
from ytdlp_ops.common.ttypes import ServerInfo, ServiceException, UserException
from ytdlp_ops.management.ttypes import AccountStatus, ProxyStatus
from ytdlp_ops.tokens import TokenService
from ytdlp_ops.tokens.ttypes import OutcomeReport, TokenData, TokenRequest
from ytdlp_ops.work import WorkService
from ytdlp_ops.work.ttypes import (
    AccountPool,
    FailedAttempt,
    FailedUrl,
    QueuePart,
    QueueStatus,
    RecoveryPlan,
    WorkItem,
)

from .exceptions import (
    CONNECTION_FAILED,
    YtdlpOpsConnectionError,
    YtdlpOpsServiceError,
    YtdlpOpsUserError,
)

_FRAME_LIMIT = 64 * 1024 * 1024
"""Of an answer, in bytes: an info.json of tens of thousands of formats stays far below."""

_ATTEMPTS = 3
_PAUSE_S = 0.3
_MARGIN_S = 30
"""How much longer than the server's own deadline of a getToken its answer is waited for."""


class YtdlpOpsClient:
    """
    Connects at the first call, and again after a broken connection. A connection that cannot be
    made is tried three times; a call whose answer is lost is made again only where a second one
    does no harm. Every failure is a YtdlpOpsError. For one thread.
    """

    def __init__(
        self, host: str, port: int, timeout_s: float = 60, connect_timeout_s: float = 10
    ) -> None:
        self.host = host
        self.port = port
        self.timeout_s = timeout_s
        self.connect_timeout_s = connect_timeout_s
        self._socket: TSocket | None = None
        self._clients: dict[type, Any] = {}

    def __enter__(self) -> YtdlpOpsClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; a later call opens another."""
        connection, self._socket = self._socket, None
        self._clients = {}
        if connection:
            connection.close()

    # Every service

    def ping(self) -> None:
        """Returns when the server can take work; DRAINING or REDIS_UNAVAILABLE when it cannot."""
        self._repeatable(TokenService, "ping")

    def get_server_info(self) -> ServerInfo:
        return self._repeatable(TokenService, "getServerInfo")

    # Tokens

    def get_token(self, request: TokenRequest) -> TokenData:
        """Waits as long as the request's timeoutS says, and a little longer."""
        wait_s = request.timeoutS + _MARGIN_S if request.timeoutS else self.timeout_s
        return self._call(TokenService, "getToken", (request,), wait_s=wait_s)

    def report_outcome(self, report: OutcomeReport) -> None:
        self._call(TokenService, "reportOutcome", (report,))

    # Work

    def push_urls(self, queue: str, urls: Sequence[str]) -> int:
        return self._call(WorkService, "pushUrls", (queue, list(urls)))

    def pull_url(self, queue: str, lane_id: str, lease_s: int) -> WorkItem:
        """One URL; the one that the lane holds already, where the answer of a pull was lost."""
        try:
            return self._repeatable(WorkService, "getLaneItem", queue, lane_id, lease_s)
        except YtdlpOpsUserError as error:
            if error.error_code != "NOT_FOUND":
                raise
        return self._call(WorkService, "pullUrl", (queue, lane_id, lease_s))

    def renew_lease(self, queue: str, item_id: str, lease_s: int) -> None:
        self._repeatable(WorkService, "renewLease", queue, item_id, lease_s)

    def assign_account(
        self, pool: AccountPool, preferred: str = "", excluded: Sequence[str] = ()
    ) -> str:
        return self._repeatable(WorkService, "assignAccount", pool, preferred, list(excluded))

    def recover(self, attempt: FailedAttempt) -> RecoveryPlan:
        return self._call(WorkService, "recover", (attempt,))

    def release_url(self, queue: str, item_id: str) -> None:
        self._call(WorkService, "releaseUrl", (queue, item_id))

    def mark_success(self, queue: str, item_id: str, result_json: str) -> None:
        self._repeatable(WorkService, "markSuccess", queue, item_id, result_json)

    def mark_failure(self, queue: str, item_id: str, error_json: str) -> None:
        self._repeatable(WorkService, "markFailure", queue, item_id, error_json)

    def get_queue_status(self, queue: str) -> QueueStatus:
        return self._repeatable(WorkService, "getQueueStatus", queue)

    def list_queues(self) -> list[str]:
        return self._repeatable(WorkService, "listQueues")

    def requeue_failed(self, queue: str) -> int:
        return self._call(WorkService, "requeueFailed", (queue,))

    def get_failed_urls(self, queue: str, limit: int) -> list[FailedUrl]:
        return self._repeatable(WorkService, "getFailedUrls", queue, limit)

    def clear_queue(self, queue: str, part: int) -> int:
        """`part` is a QueuePart."""
        if part not in QueuePart._VALUES_TO_NAMES:
            raise ValueError(f"{part} is no QueuePart")
        return self._call(WorkService, "clearQueue", (queue, part))

    # Management

    def get_proxy_status(self, identity: str = "") -> list[ProxyStatus]:
        return self._repeatable(TokenService, "getProxyStatus", identity)

    def ban_proxy(self, identity: str, url: str, reason: str, duration_s: int) -> None:
        self._repeatable(TokenService, "banProxy", identity, url, reason, duration_s)

    def unban_proxy(self, identity: str, url: str) -> None:
        self._repeatable(TokenService, "unbanProxy", identity, url)

    def reset_proxy(self, identity: str, url: str) -> None:
        self._repeatable(TokenService, "resetProxy", identity, url)

    def ban_all_proxies(self, identity: str, reason: str, duration_s: int) -> int:
        return self._repeatable(TokenService, "banAllProxies", identity, reason, duration_s)

    def unban_all_proxies(self, identity: str) -> int:
        return self._repeatable(TokenService, "unbanAllProxies", identity)

    def reset_all_proxies(self, identity: str) -> int:
        return self._repeatable(TokenService, "resetAllProxies", identity)

    def delete_proxies(self, identity: str, urls: Sequence[str] = ()) -> int:
        return self._repeatable(TokenService, "deleteProxiesFromRedis", identity, list(urls))

    def get_account_status(self, prefix: str = "", limit: int = 0) -> list[AccountStatus]:
        return self._repeatable(TokenService, "getAccountStatus", prefix, limit)

    def ban_account(self, account: str, reason: str, duration_s: int) -> None:
        self._repeatable(TokenService, "banAccount", account, reason, duration_s)

    def unban_account(self, account: str) -> None:
        self._repeatable(TokenService, "unbanAccount", account)

    def reset_account(self, account: str) -> None:
        self._repeatable(TokenService, "resetAccount", account)

    def ban_all_accounts(self, prefix: str, reason: str, duration_s: int) -> int:
        return self._repeatable(TokenService, "banAllAccounts", prefix, reason, duration_s)

    def unban_all_accounts(self, prefix: str) -> int:
        return self._repeatable(TokenService, "unbanAllAccounts", prefix)

    def reset_all_accounts(self, prefix: str) -> int:
        return self._repeatable(TokenService, "resetAllAccounts", prefix)

    def delete_accounts(self, prefix: str) -> int:
        return self._repeatable(TokenService, "deleteAccountsFromRedis", prefix)

    # How

    def _repeatable(self, service: Any, method: str, *arguments: Any) -> Any:
        return self._call(service, method, arguments, attempts=_ATTEMPTS)

    def _call(
        self,
        service: Any,
        method: str,
        arguments: tuple[Any, ...],
        attempts: int = 1,
        wait_s: float = 0,
    ) -> Any:
        while True:
            attempts -= 1
            try:
                return self._call_once(service, method, arguments, wait_s or self.timeout_s)
            except YtdlpOpsConnectionError:
                if attempts <= 0:
                    raise
            time.sleep(_PAUSE_S)

    def _call_once(
        self, service: Any, method: str, arguments: tuple[Any, ...], wait_s: float
    ) -> Any:
        client = self._connected(service)
        self._socket.setTimeout(wait_s * 1000)
        try:
            return getattr(client, method)(*arguments)
        except ServiceException as fault:
            raise YtdlpOpsServiceError(fault.errorCode, fault.message, fault.context) from None
        except UserException as refusal:
            raise YtdlpOpsUserError(refusal.errorCode, refusal.message, refusal.context) from None
        except TApplicationException as error:  # what a balancer answers whose server is gone
            self.close()
            raise self._failure(method, error) from None
        except (TTransportException, TProtocolException, OSError, EOFError) as error:
            self.close()
            raise self._failure(method, error) from None

    def _connected(self, service: Any) -> Any:
        if not self._socket:
            self._open()
        if service not in self._clients:
            self._clients[service] = service.Client(self._protocol)
        return self._clients[service]

    def _open(self) -> None:
        connection = TSocket(self.host, self.port, socket_keepalive=True)
        for attempt in range(_ATTEMPTS):
            connection.setTimeout(self.connect_timeout_s * 1000)
            try:
                connection.open()
                break
            except (TTransportException, OSError) as error:
                connection.close()
                if attempt == _ATTEMPTS - 1:
                    raise self._failure("connecting", error) from None
            time.sleep(_PAUSE_S)
        framed = TFramedTransport(connection, max_frame_size=_FRAME_LIMIT)
        self._protocol = TBinaryProtocol(framed, string_length_limit=_FRAME_LIMIT)
        self._socket = connection

    def _failure(self, doing: str, error: Exception) -> YtdlpOpsConnectionError:
        reason = getattr(error, "message", None) or str(error) or type(error).__name__
        return YtdlpOpsConnectionError(
            CONNECTION_FAILED,
            f"{doing}: ytdlp-ops-server at {self.host}:{self.port}: {reason}; "
            "check that it runs, and the host and port of the connection",
        )


# The library logs each refused connection with a traceback; the error above says the same.
logging.getLogger("thrift.transport.TSocket").setLevel(logging.CRITICAL)
