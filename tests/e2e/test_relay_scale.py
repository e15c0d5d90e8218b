"""A thousand clients on one stream, two thousand streams, and millions of pieces."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.crowd import crowd, result
from support.numbered_ts import PACKET, packets
from support.processes import wait_until
from support.relay_api import RelayServer
from support.upstream_answers import File, LiveSource, live
from support.upstream_exchange import Exchange

pytestmark = [pytest.mark.relay, pytest.mark.timeout(300)]

CLIENTS = 1000
RATE = 4e6
SECONDS = 5
STREAMS = 2000


def resident_kib(server: RelayServer) -> int:
    for line in Path(f"/proc/{server.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ValueError("no VmRSS")


def test_a_thousand_clients_on_one_stream(make_relay, upstream):
    """One upstream connection, every client complete; those that stall disturb nobody."""
    server = make_relay(log_level="info", live_chunk_timeout_seconds=10)
    made = server.api.create(upstream.script("/a.ts", live(LiveSource(RATE))), kind="live")
    wanted = int(RATE / 8 / PACKET * SECONDS)
    with crowd(server.http_port, made["stream_endpoint"], CLIENTS, wanted, stalled=3) as process:
        done = result(process)
    assert done["wrong"] == []
    assert done["complete"] == CLIENTS
    assert len(upstream.requests("/a.ts")) == 1
    assert upstream.connections == 1


def test_what_comes_in_crumbs_costs_little(make_relay, upstream):
    """An upstream may send each byte as a chunk; what is held for a stalled client is bytes."""
    server = make_relay(log_level="info", live_chunk_timeout_seconds=120)
    made = server.api.create(upstream.script("/a", crumbs(4_000_000)), kind="live")
    before = resident_kib(server)
    with stalled_client(server, made):
        wait_until(lambda: fetched(server, made) >= 4_000_000, "all of it is there", 60)
    print(f"crumbs: {resident_kib(server) - before} KiB")
    assert resident_kib(server) - before < 50_000


def test_a_stalled_client_of_a_file_costs_little(make_relay, upstream):
    """Its upstream waits, however much of the file a single look at the socket could bring."""
    server = make_relay(log_level="info", vod_chunk_timeout_seconds=120)
    file = File(bytes(40_000_000), piece=8_000_000)
    made = server.api.create(upstream.script("/a.mp4", file), kind="vod")
    before, count = resident_kib(server), 50
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(stalled_client(server, made))
        wait_until(lambda: fetched(server, made) >= count * 1_000_000, "their sockets are full")
        wait_until(lambda: stands_still(server, made), "their upstreams wait")
        each = (resident_kib(server) - before) / count
    print(f"a stalled client: {each:.0f} KiB")
    assert each < 2500


def stalled_client(server: RelayServer, made: dict) -> socket.socket:
    """One that asks and does not read."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", server.http_port))
    client.sendall(f"GET {made['stream_endpoint']} HTTP/1.0\r\n\r\n".encode())
    return client


def fetched(server: RelayServer, made: dict) -> int:
    return server.api.stream(made["stream_id"])["bytes_from_upstream"]


def stands_still(server: RelayServer, made: dict) -> bool:
    """Nothing came between two looks."""
    before = fetched(server, made)
    time.sleep(0.5)
    return fetched(server, made) == before


def crumbs(count: int):
    """So many bytes, each a chunk of its own, then silence."""
    block = b"1\r\nx\r\n" * 10_000

    async def answer(exchange: Exchange) -> None:
        await exchange.start(200, {"Transfer-Encoding": "chunked", "Content-Type": "video/x"})
        for _ in range(count // 10_000):
            await exchange.send(block)
        await exchange.stall()

    return answer


def test_two_thousand_streams(make_relay, upstream):
    """All of them flow at the same time, each with its own data, and each costs little memory."""
    server = make_relay(log_level="info", live_chunk_timeout_seconds=120)
    before = resident_kib(server)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: make_stream(server, upstream, n), range(STREAMS)))
    idle = resident_kib(server)
    print(f"an idle stream: {(idle - before) / STREAMS:.1f} KiB")
    with CrowdOfStreams(server, made) as watching:
        shown = [len(upstream.requests(f"/{n}.ts")) for n in range(STREAMS)]
        assert shown == [1] * STREAMS
        streaming = resident_kib(server)
        print(f"a stream with a client: {(streaming - idle) / STREAMS:.1f} KiB")
        assert len(watching) == STREAMS
        assert server.api.ask("GET", "/streams")["total"] == STREAMS
    assert (idle - before) / STREAMS < 16


def make_stream(server: RelayServer, upstream, number: int) -> str:
    return server.api.create(
        upstream.script(f"/{number}.ts", one_piece(number)), kind="live"
    )["stream_endpoint"]


def one_piece(number: int):
    """Packets that tell which stream it is, then silence."""

    async def answer(exchange: Exchange) -> None:
        await exchange.start(200, {"Content-Type": "video/mp2t"})
        await exchange.send(packets(number * 1000, 20))
        await exchange.stall()

    return answer


class CrowdOfStreams:
    """A client on each stream, all of which have got its stream's packets and stay."""

    def __init__(self, server: RelayServer, paths: list[str]) -> None:
        self._players = []
        self._server, self._paths = server, paths

    def __enter__(self) -> list:
        with ThreadPoolExecutor(16) as pool:
            self._players = list(pool.map(self._open, range(len(self._paths))))
        return self._players

    def _open(self, number: int):
        client = socket.create_connection(("127.0.0.1", self._server.http_port), timeout=60)
        client.sendall(f"GET {self._paths[number]} HTTP/1.1\r\nHost: relay\r\n\r\n".encode())
        wanted, got = packets(number * 1000, 20), b""
        while wanted not in got:
            piece = client.recv(65536)
            assert piece, f"stream {number} ended: {got[:200]!r}"
            got += piece
        return client

    def __exit__(self, *_: object) -> None:
        for client in self._players:
            client.close()
