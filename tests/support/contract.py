"""The Python side of the contract, as the build generated it from thrift/, and clients of it."""

from __future__ import annotations

import sys
from enum import Enum
from typing import Any

from thrift.protocol import TBinaryProtocol, TCompactProtocol, TMultiplexedProtocol
from thrift.transport import TSocket, TTransport

from .paths import BUILD

sys.path.insert(0, str(BUILD / "python"))

from ytdlp_ops.common.ttypes import (  # noqa: E402
    ResourceState,
    ServiceException,
    ServiceRole,
    UserException,
)
from ytdlp_ops.management import ManagementService  # noqa: E402
from ytdlp_ops.relay import RelayService  # noqa: E402
from ytdlp_ops.relay.ttypes import StreamKind, StreamSpec, StreamStatus  # noqa: E402
from ytdlp_ops.tokens import TokenService  # noqa: E402
from ytdlp_ops.tokens.ttypes import OutcomeReport, TokenData, TokenRequest  # noqa: E402
from ytdlp_ops.work import WorkService  # noqa: E402
from ytdlp_ops.work.ttypes import (  # noqa: E402
    AccountPool,
    FailedAttempt,
    FailurePolicy,
    QueuePart,
    RecoveryAction,
)

__all__ = [
    "AccountPool",
    "Client",
    "Connection",
    "FailedAttempt",
    "FailurePolicy",
    "ManagementService",
    "OutcomeReport",
    "Protocol",
    "QueuePart",
    "RecoveryAction",
    "RelayService",
    "ResourceState",
    "ServiceException",
    "ServiceRole",
    "StreamKind",
    "StreamSpec",
    "StreamStatus",
    "TokenData",
    "TokenRequest",
    "TokenService",
    "Transport",
    "UserException",
    "WorkService",
    "connect",
]


class Transport(Enum):
    """How messages are divided on the wire."""

    FRAMED = TTransport.TFramedTransport
    BUFFERED = TTransport.TBufferedTransport


class Protocol(Enum):
    """How messages are written."""

    BINARY = TBinaryProtocol.TBinaryProtocol
    COMPACT = TCompactProtocol.TCompactProtocol


Client = TokenService.Client


def connect(
    port: int,
    transport: Transport = Transport.FRAMED,
    protocol: Protocol = Protocol.BINARY,
    multiplexed: str | None = None,
    timeout_s: float = 60,
    service: Any = TokenService,
) -> Any:
    """A connected client of `service`; `multiplexed` is the name it then asks for. Close it."""
    tcp = TSocket.TSocket("127.0.0.1", port)
    tcp.setTimeout(timeout_s * 1000)
    layered = transport.value(tcp)
    wire = protocol.value(layered)
    if multiplexed:
        wire = TMultiplexedProtocol.TMultiplexedProtocol(wire, multiplexed)
    layered.open()
    client = service.Client(wire)
    client.close = layered.close
    return client


class Connection:
    """A client for the length of a block."""

    def __init__(self, port: int, **how: Any) -> None:
        self._client = connect(port, **how)

    def __enter__(self) -> Any:
        return self._client

    def __exit__(self, *_: object) -> None:
        # No generator with @contextmanager: the contract's exceptions cannot be thrown into one.
        self._client.close()
