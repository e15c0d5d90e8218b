"""Live streams: one upstream for all clients, who stay while it stalls, breaks and is replaced."""

from __future__ import annotations

import socket
import time

import pytest

from support.numbered_ts import PACKET, read_packets
from support.processes import wait_until
from support.relay_api import FAST, RelayApi
from support.upstream_answers import (
    LiveSource,
    head_then,
    live,
    redirect,
    reset,
    silence,
    status,
)

pytestmark = [pytest.mark.relay, pytest.mark.sanitizer]

RATE = 8e6
PIECE = 100_000
TORN = PIECE + 77  # within a packet
BREAKS = ("stall", "reset", "end")


@pytest.fixture
def source() -> LiveSource:
    return LiveSource(RATE)


def live_stream(api: RelayApi, url: str, *failover_urls: str, **spec) -> dict:
    return api.create(url, *failover_urls, kind="live", **spec)


def stays_for(player, more: int = PIECE):
    """Waits until the player got so much more, which must fit what it had; what it got in all."""
    player.wait_more(more)
    assert player.is_watching()
    assert player.status == 200
    return read_packets(bytes(player.body))


def hears(player) -> int:
    """Which upstream the player's last packet is from."""
    return read_packets(bytes(player.body)).sources[-1]


def all_hear(watching, number: int) -> None:
    wait_until(lambda: {hears(player) for player in watching} == {number}, f"all hear {number}")


def test_programme_arrives_whole(api, upstream, players, source):
    made = live_stream(api, upstream.script("/a.ts", live(source)))
    player = players(made["stream_endpoint"])
    reading = stays_for(player, 3 * PIECE)
    assert reading.gaps == 0
    assert player.headers["content-type"] == "video/mp2t"
    assert "content-length" not in player.headers


def test_kind_is_found_out(api, upstream, players, source):
    made = api.create(upstream.script("/a.ts", live(source)))
    assert stays_for(players(made["stream_endpoint"])).gaps == 0
    assert api.stream(made["stream_id"])["kind"].lower() == "live"


@pytest.mark.parametrize("then", BREAKS)
def test_break_is_mended_on_the_same_url(api, upstream, players, source, then):
    url = upstream.script("/a.ts", live(source, stop_after=TORN, then=then), live(source))
    player = players(live_stream(api, url)["stream_endpoint"])
    player.wait_bytes(TORN - PACKET)
    reading = stays_for(player, 2 * PIECE)
    assert reading.gaps == 1
    assert len(upstream.requests("/a.ts")) == 2


@pytest.mark.parametrize("then", BREAKS)
def test_breaks_again_and_again(api, upstream, players, source, then):
    """Data that flows gives all retries back."""
    breaks = [live(source, stop_after=TORN, then=then)] * 6
    url = upstream.script("/a.ts", *breaks, live(source))
    made = live_stream(api, url, settings={"stream_retry_attempts": 1})
    player = players(made["stream_endpoint"])
    upstream.wait_requests("/a.ts", 7)
    assert stays_for(player, 2 * PIECE).gaps >= 1


def test_503_on_reconnect(api, upstream, players, source):
    url = upstream.script(
        "/a.ts", live(source, stop_after=TORN, then="reset"), status(503), status(503), live(source)
    )
    made = live_stream(api, url, settings={"stream_retry_attempts": 3})
    player = players(made["stream_endpoint"])
    upstream.wait_requests("/a.ts", 4)
    assert stays_for(player).gaps == 1


def test_refused_on_reconnect(api, upstream, players, source):
    gate = upstream.gate()
    url = upstream.script("/a.ts", live(source, gate=gate, then="reset"), live(source))
    made = live_stream(api, url, settings={"stream_retry_attempts": 1000})
    player = players(made["stream_endpoint"])
    player.wait_bytes(PIECE)
    upstream.refuse()
    gate.open()
    wait_until(lambda: api.stream(made["stream_id"])["retry_count"] > 2, "it retries")
    assert player.is_watching()
    upstream.accept_again()
    upstream.wait_requests("/a.ts", 2)
    assert stays_for(player).gaps == 1
    assert api.stream(made["stream_id"])["retry_count"] == 0


@pytest.mark.parametrize("then", BREAKS)
@pytest.mark.parametrize(
    "dead",
    [silence(), reset(), status(503), status(404), head_then("stall"), head_then("reset")],
    ids=["silence", "reset", "503", "404", "head-stall", "head-reset"],
)
def test_failover(api, upstream, players, source, then, dead):
    first = upstream.script("/a.ts", live(source, stop_after=TORN, then=then), dead)
    second = upstream.script("/b.ts", live(source, number=1))
    made = live_stream(api, first, second, settings={"live_chunk_timeout_seconds": 0.4})
    player = players(made["stream_endpoint"])
    upstream.wait_requests("/b.ts", 1)
    reading = stays_for(player, 2 * PIECE)
    assert reading.source_order == [0, 1]
    assert reading.gaps == 1
    shown = api.stream(made["stream_id"])
    assert shown["current_url"] == second
    assert shown["url"] == first


def test_failover_goes_round_the_list(api, upstream, players, source):
    urls = [
        upstream.script("/a.ts", live(source, stop_after=TORN, then="reset"), live(source)),
        upstream.script("/b.ts", status(404)),
        upstream.script("/c.ts", head_then("reset")),
    ]
    made = live_stream(api, *urls, settings={"stream_retry_attempts": 0})
    player = players(made["stream_endpoint"])
    upstream.wait_requests("/a.ts", 2)
    reading = stays_for(player)
    assert reading.source_order == [0]
    assert reading.gaps == 1
    assert len(upstream.requests("/b.ts")) == len(upstream.requests("/c.ts")) == 1
    assert api.stream(made["stream_id"])["current_url"] == urls[0]


def test_manual_failover(api, upstream, players, source):
    urls = [upstream.script(f"/{n}.ts", live(source, number=n)) for n in range(3)]
    made = live_stream(api, *urls)
    watching = [players(made["stream_endpoint"]) for _ in range(3)]
    for player in watching:
        player.wait_bytes(PIECE)
    for turn in (1, 2, 0):
        api.ask("POST", f"/streams/{made['stream_id']}/failover")
        all_hear(watching, turn)
        assert api.stream(made["stream_id"])["current_url"] == urls[turn]
    for player in watching:
        assert stays_for(player).source_order == [0, 1, 2, 0]
    for other in ("/1.ts", "/2.ts"):
        upstream.wait_inactive(other)


def test_a_manual_failover_starts_afresh(api, upstream, players):
    """Also what is shown of it: the retries of the URL that was left are none of the next one's."""
    urls = [upstream.script("/a", status(503)), upstream.script("/b", silence())]
    settings = {"stream_retry_attempts": 1000, "live_chunk_timeout_seconds": 60}
    made = live_stream(api, *urls, settings=settings)
    players(made["stream_endpoint"])
    upstream.wait_requests("/a", 4)
    assert api.stream(made["stream_id"])["retry_count"] >= 3
    shown = api.ask("POST", f"/streams/{made['stream_id']}/failover")
    assert (shown["current_url"], shown["retry_count"]) == (urls[1], 0)


def test_clients_share_one_upstream(api, upstream, players, source):
    made = live_stream(api, upstream.script("/a.ts", live(source)))
    watching = [players(made["stream_endpoint"]) for _ in range(20)]
    readings = [stays_for(player) for player in watching]
    assert all(reading.gaps == 0 for reading in readings)
    assert len(upstream.requests("/a.ts")) == 1
    assert api.stream(made["stream_id"])["client_count"] == 20


def test_new_client_starts_with_what_was_before(api, upstream, players, source):
    made = live_stream(api, upstream.script("/a.ts", live(source)))
    first = players(made["stream_endpoint"])
    stays_for(first, 4 * PIECE)
    heard = read_packets(bytes(first.body)).numbers[-1]
    second = stays_for(players(made["stream_endpoint"]), 2 * PIECE)
    assert second.numbers[0] < heard
    assert second.gaps == 0


def test_upstream_lingers_after_the_last_client(api, upstream, players, source):
    made = live_stream(api, upstream.script("/a.ts", live(source)))
    first = players(made["stream_endpoint"])
    stays_for(first)
    first.close()
    wait_until(lambda: api.stream(made["stream_id"])["client_count"] == 0, "the client is gone")
    second = players(made["stream_endpoint"])
    assert stays_for(second).gaps == 0
    assert len(upstream.requests("/a.ts")) == 1
    second.close()
    upstream.wait_inactive("/a.ts")
    assert stays_for(players(made["stream_endpoint"])).gaps == 0
    assert len(upstream.requests("/a.ts")) == 2


def test_headers_reach_the_upstream(api, upstream, players, source):
    dead = upstream.script("/a.ts", status(404))
    url = upstream.script("/b.ts", live(source))
    made = live_stream(api, dead, url, user_agent="Box/3", headers={"X-Key": "k 1", "Referer": "r"})
    stays_for(players(made["stream_endpoint"], Cookie="mine=1"))
    for path in ("/a.ts", "/b.ts"):
        (request,) = upstream.requests(path)
        assert request.headers["user-agent"] == "Box/3"
        assert request.headers["x-key"] == "k 1"
        assert request.headers["referer"] == "r"
        assert "cookie" not in request.headers


@pytest.mark.parametrize("sticky", [True, False])
def test_sticky_session(api, upstream, players, source, sticky):
    """Sticky: a retry goes to the backend. Not sticky: to the address that redirects to it."""
    gate = upstream.gate()
    backend = upstream.script("/b0", live(source, gate=gate, then="reset"), live(source))
    front = upstream.script("/front", redirect(backend))
    made = live_stream(api, front, use_sticky_session=sticky)
    player = players(made["stream_endpoint"])
    stays_for(player)
    gate.open()
    upstream.wait_requests("/b0", 2)
    assert stays_for(player).gaps == 1
    assert len(upstream.requests("/front")) == (1 if sticky else 2)


def test_sticky_session_goes_back_before_it_fails_over(api, upstream, players, source):
    dead = live(source, stop_after=TORN, then="reset")
    backends = [
        upstream.script("/b0", dead, reset()),
        upstream.script("/b1", live(source, number=1)),
    ]
    front = upstream.script("/front", *[redirect(url) for url in backends])
    spare = upstream.script("/spare", live(source, number=2))
    made = live_stream(api, front, spare, use_sticky_session=True)
    player = players(made["stream_endpoint"])
    upstream.wait_requests("/b1", 1)
    assert stays_for(player, 2 * PIECE).source_order == [0, 1]
    assert len(upstream.requests("/front")) == 2
    assert not upstream.requests("/spare")


def test_stalled_client_is_dropped_and_disturbs_nobody(relay, api, upstream, players):
    made = live_stream(api, upstream.script("/a.ts", live(LiveSource(80e6))))
    stalled = stalled_client(api.port, made["stream_endpoint"])
    with stalled:
        player = players(made["stream_endpoint"])
        player.wait_bytes(1_000_000)
        wait_until(lambda: api.stream(made["stream_id"])["client_count"] == 1, "it is dropped")
        stays_for(player, 1_000_000)
    assert read_packets(bytes(player.body)).gaps == 0
    assert len(upstream.requests("/a.ts")) == 1
    dropped = [entry for entry in relay.log_entries() if "behind" in entry["message"]]
    assert dropped, "the log does not say that a client fell behind"


def test_client_that_goes_disturbs_nobody(api, upstream, players, source):
    made = live_stream(api, upstream.script("/a.ts", live(source)))
    player = players(made["stream_endpoint"])
    player.wait_bytes(PIECE)
    for _ in range(30):
        stalled_client(api.port, made["stream_endpoint"]).close()
    assert stays_for(player).gaps == 0
    wait_until(lambda: api.stream(made["stream_id"])["client_count"] == 1, "the others are gone")


@pytest.mark.parametrize("begun", [False, True], ids=["before a byte", "after some"])
def test_client_that_goes_in_an_outage_is_let_go(api, upstream, players, source, begun):
    """Nothing is sent to it then, so that no write fails: it just closes its connection."""
    answers = [live(source, stop_after=PIECE)] if begun else []
    url = upstream.script("/a", *answers, silence())
    endless = {"stream_retry_attempts": 1000, "stream_total_timeout": 0, "relay_linger_s": 0.1}
    made = live_stream(api, url, settings=endless)
    player = players(made["stream_endpoint"])
    if begun:
        player.wait_bytes(PIECE // PACKET * PACKET)
    upstream.wait_requests("/a", len(answers) + 2)
    assert api.stream(made["stream_id"])["client_count"] == 1
    player.close()
    wait_until(lambda: api.stream(made["stream_id"])["state"] == "IDLE", "nobody is served")
    assert api.ask("GET", "/clients")["total"] == 0


def sound(body: bytes, ends: bool):
    """Of no MPEG-TS."""

    async def answer(exchange) -> None:
        await exchange.start(200, {"Content-Type": "audio/mpeg"})
        await exchange.send(body)
        await (exchange.end() if ends else exchange.stall())

    return answer


def test_too_little_to_be_recognised(api, upstream, players):
    """It is no media to the first client, and not the beginning of what the next one gets."""
    little = [sound(b"-" * 100, ends=True)] * (FAST["stream_retry_attempts"] + 1)
    url = upstream.script("/a", *little, sound(b"+" * 1000, ends=False))
    made = live_stream(api, url)
    assert api.get(made["stream_endpoint"]).status == 502
    player = players(made["stream_endpoint"])
    player.wait_bytes(1000)
    assert bytes(player.body) == b"+" * 1000


def test_deleted_stream_ends_its_clients(api, upstream, players, source):
    made = live_stream(api, upstream.script("/a.ts", live(source)))
    player = players(made["stream_endpoint"])
    player.wait_bytes(PIECE)
    api.ask("DELETE", f"/streams/{made['stream_id']}")
    player.wait_end()
    upstream.wait_inactive("/a.ts")
    assert api.get(made["stream_endpoint"]).status == 404


def test_shutdown_ends_clients_and_upstreams(make_relay, upstream, source):
    server = make_relay(drain_timeout_s=1)
    made = live_stream(server.api, upstream.script("/a.ts", live(source)))
    player = server.api.watch(made["stream_endpoint"])
    player.wait_bytes(PIECE)
    before = time.monotonic()
    server.stop()
    assert time.monotonic() - before < 15
    read_packets(player.wait_end())
    upstream.wait_inactive("/a.ts")


def stalled_client(port: int, path: str) -> socket.socket:
    """A client that sends its request and never reads."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: relay\r\n\r\n".encode())
    return client
