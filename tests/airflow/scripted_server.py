"""A Thrift server whose methods a test scripts, and whose connections it can break."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TMessageType
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TFramedTransport, TTransportException

from ytdlp_ops.tokens import TokenService
from ytdlp_ops.work import WorkService


class Hangup(Exception):
    """Raised by a method: the connection closes, and no answer comes."""


class ScriptedServer:
    """`calls` counts the calls by method, `accepted` the connections."""

    def __init__(self, methods: dict[str, Callable[..., Any]]) -> None:
        self.methods = methods
        self.calls: Counter[str] = Counter()
        self.accepted = 0
        self._server = _Server(("127.0.0.1", 0), _Connection)
        self._server.script = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """The handler of the generated processors."""
        if name.startswith("_") or name not in self.methods:
            raise AttributeError(name)

        def call(*arguments: Any) -> Any:
            self.calls[name] += 1
            return self.methods[name](*arguments)

        return call


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    script: ScriptedServer


class _Connection(socketserver.BaseRequestHandler):
    server: _Server
    request: socket.socket

    def handle(self) -> None:
        script = self.server.script
        script.accepted += 1
        stream = TSocket()
        stream.setHandle(self.request)
        protocol = TBinaryProtocol(TFramedTransport(stream))
        tokens, work = TokenService.Processor(script), WorkService.Processor(script)
        try:
            while True:
                name, kind, sequence = protocol.readMessageBegin()
                assert kind == TMessageType.CALL
                processor = tokens if name in tokens._processMap else work
                processor._processMap[name](processor, sequence, protocol, protocol)
        except (TTransportException, Hangup, OSError):
            return
