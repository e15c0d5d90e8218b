"""A SOCKS5 proxy for tests: maps host names to local servers, and fails on command."""

from __future__ import annotations

import ipaddress
import select
import socket
import struct
import threading
from collections import Counter
from contextlib import suppress
from enum import Enum, auto

Address = tuple[str, int]


class Behaviour(Enum):
    """What the proxy does with a connection it has accepted."""

    SERVE = auto()
    HANG = auto()
    """Reads and answers nothing."""
    CLOSE = auto()
    """Closes at once."""
    GARBAGE = auto()
    """Speaks HTTP."""
    REFUSE_METHODS = auto()
    """Accepts no authentication method."""
    REFUSE_TARGETS = auto()
    """Greets well, and answers every target with `refusal`."""


class ProtocolError(Exception):
    """The client did not speak SOCKS5, or went away."""


class MappingSocks5:
    """
    Listens on a port of the kernel's choice. `hosts` maps "name" or "name:port" to a local address;
    what is in no map must be on loopback. `targets` counts the connections by "host:port".
    """

    def __init__(
        self,
        hosts: dict[str, Address] | None = None,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        self.hosts = hosts or {}
        self.credentials = (username, password) if username is not None else None
        self.behaviour = Behaviour.SERVE
        self.refusal = 5
        """Reply code of REFUSE_TARGETS: 1 general, 3 network, 4 host, 5 refused, 6 TTL."""
        self.targets: Counter[str] = Counter()
        self.accepted = 0
        self.open_tunnels = 0
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._port = 0
        self._listener: socket.socket | None = None
        self.revive()

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        """Its URL, with the credentials. yt-dlp lets a socks5:// proxy resolve the names."""
        user = ""
        if self.credentials:
            user = f"{self.credentials[0]}:{self.credentials[1]}@"
        return f"socks5://{user}127.0.0.1:{self._port}"

    def die(self) -> None:
        """From now on connections are refused, and those that were open are gone."""
        listener, self._listener = self._listener, None
        if listener:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            self._thread.join()
        with self._lock:
            sockets = list(self._sockets)
        for each in sockets:
            _shut(each)

    def revive(self) -> None:
        """Listens (again) on the same port."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen(512)
        self._port = listener.getsockname()[1]
        self._listener = listener
        self._thread = threading.Thread(target=self._accept, args=(listener,), daemon=True)
        self._thread.start()

    close = die

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self.accepted += 1
                self._sockets.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            self._converse(client)
        except (OSError, ProtocolError):
            pass
        finally:
            with self._lock:
                self._sockets.discard(client)
            client.close()

    def _converse(self, client: socket.socket) -> None:
        if self.behaviour is Behaviour.HANG:
            while client.recv(4096):
                pass
        elif self.behaviour is Behaviour.GARBAGE:
            client.recv(4096)  # unread bytes would turn the close into a reset
            client.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        elif self.behaviour is not Behaviour.CLOSE:
            self._greet(client)
            self._tunnel(client, *_read_target(client))

    def _greet(self, client: socket.socket) -> None:
        if _read(client, 1) != b"\x05":
            raise ProtocolError
        methods = _read(client, _read(client, 1)[0])
        wanted = 2 if self.credentials else 0
        if wanted not in methods or self.behaviour is Behaviour.REFUSE_METHODS:
            client.sendall(b"\x05\xff")
            raise ProtocolError
        client.sendall(bytes([5, wanted]))
        if self.credentials:
            self._authenticate(client)

    def _authenticate(self, client: socket.socket) -> None:
        _, length = _read(client, 2)
        username = _read(client, length).decode()
        password = _read(client, _read(client, 1)[0]).decode()
        good = (username, password) == self.credentials
        client.sendall(b"\x01\x00" if good else b"\x01\x01")
        if not good:
            raise ProtocolError

    def _tunnel(self, client: socket.socket, host: str, port: int) -> None:
        with self._lock:
            self.targets[f"{host}:{port}"] += 1
        if self.behaviour is Behaviour.REFUSE_TARGETS:
            client.sendall(_reply(self.refusal))
            return
        address = self._resolve(host, port)
        if not address:
            client.sendall(_reply(2))
            return
        try:
            target = socket.create_connection(address, timeout=10)
        except OSError:
            client.sendall(_reply(5))
            return
        with target:
            target.settimeout(None)
            client.sendall(_reply(0))
            self._relay(client, target)

    def _resolve(self, host: str, port: int) -> Address | None:
        mapped = self.hosts.get(f"{host}:{port}") or self.hosts.get(host)
        if mapped:
            return mapped
        if host == "localhost":
            return ("127.0.0.1", port)
        try:
            return (host, port) if ipaddress.ip_address(host).is_loopback else None
        except ValueError:
            return None

    def _relay(self, client: socket.socket, target: socket.socket) -> None:
        with self._lock:
            self._sockets.add(target)
            self.open_tunnels += 1
        try:
            _pump(client, target)
        finally:
            with self._lock:
                self._sockets.discard(target)
                self.open_tunnels -= 1


def _pump(one: socket.socket, other: socket.socket) -> None:
    peer = {one: other, other: one}
    while True:
        readable, _, _ = select.select([one, other], [], [])
        for source in readable:
            data = source.recv(65536)
            if not data:
                return
            peer[source].sendall(data)


def _read(client: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = client.recv(count - len(data))
        if not part:
            raise ProtocolError
        data += part
    return data


def _read_target(client: socket.socket) -> Address:
    version, command, _, kind = _read(client, 4)
    if version != 5 or command != 1:
        raise ProtocolError
    if kind == 1:
        host = str(ipaddress.IPv4Address(_read(client, 4)))
    elif kind == 4:
        host = str(ipaddress.IPv6Address(_read(client, 16)))
    else:
        host = _read(client, _read(client, 1)[0]).decode()
    return host, struct.unpack(">H", _read(client, 2))[0]


def _reply(code: int) -> bytes:
    return bytes([5, code, 0, 1, 0, 0, 0, 0, 0, 0])


def _shut(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
