"""When nothing works: how often it is tried, how long, and what the client is told."""

from __future__ import annotations

import itertools
import time

import pytest

from support.numbered_ts import read_packets
from support.processes import wait_until
from support.relay_api import FAST
from support.scripted_upstream import bound_socket
from support.upstream_answers import (
    File,
    LiveSource,
    drip,
    head_then,
    live,
    redirect,
    reset,
    silence,
    some_bytes,
    status,
    text,
)

pytestmark = [pytest.mark.relay, pytest.mark.sanitizer]

TRIES = FAST["stream_retry_attempts"] + 1
DEAD = {
    "silence": (silence(), 504),
    "head-stall": (head_then("stall"), 504),
    "head-reset": (head_then("reset"), 502),
    "reset": (reset(), 502),
    "503": (status(503), 502),
    "500": (status(500), 502),
}
QUICK = {"live_chunk_timeout_seconds": 0.3, "vod_chunk_timeout_seconds": 0.3}


@pytest.mark.parametrize("kind", ["live", "vod"])
@pytest.mark.parametrize("how", DEAD)
def test_client_is_told_before_the_first_byte(api, upstream, how, kind):
    answer, code = DEAD[how]
    made = api.create(upstream.script("/a", answer), kind=kind, settings=QUICK)
    reply = api.get(made["stream_endpoint"])
    assert reply.status == code
    assert reply.error()["message"]
    assert len(upstream.requests("/a")) == TRIES
    wait_until(lambda: api.stream(made["stream_id"])["state"] == "FAILED", "the stream failed")
    assert api.stream(made["stream_id"])["last_error"]


@pytest.mark.parametrize("kind", ["live", "vod"])
def test_refused_connection(api, kind):
    with bound_socket() as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/a"
        reply = api.get(api.create(url, kind=kind)["stream_endpoint"])
    assert reply.status == 502
    assert reply.error()["message"]


@pytest.mark.parametrize("code", [401, 403, 404, 410])
def test_status_that_cannot_heal_is_not_retried(api, upstream, code):
    first, second = upstream.script("/a", status(code)), upstream.script("/b", status(code))
    made = api.create(first, second, kind="live", settings={"max_failover_attempts": 1})
    reply = api.get(made["stream_endpoint"])
    assert reply.status in (502, code)
    assert str(code) in reply.error()["message"]
    assert len(upstream.requests("/a")) == len(upstream.requests("/b")) == 1


@pytest.mark.parametrize("how", ["head-reset", "reset", "503"])
def test_every_url_gets_all_its_retries(api, upstream, how):
    """Also one that flaps: it answers 200 and breaks before any data."""
    answer, code = DEAD[how]
    urls = [upstream.script(path, answer) for path in ("/a", "/b", "/c")]
    made = api.create(*urls, kind="live", settings={"max_failover_attempts": 2})
    assert api.get(made["stream_endpoint"]).status == code
    assert [len(upstream.requests(path)) for path in ("/a", "/b", "/c")] == [TRIES] * 3


@pytest.mark.parametrize("attempts", [1, 3])
def test_failovers_are_bounded(api, upstream, attempts):
    urls = [upstream.script(path, reset()) for path in ("/a", "/b")]
    settings = {"max_failover_attempts": attempts, "stream_retry_attempts": 0}
    made = api.create(*urls, kind="live", settings=settings)
    assert api.get(made["stream_endpoint"]).status == 502
    assert sum(len(upstream.requests(path)) for path in ("/a", "/b")) == attempts + 1


def test_connection_is_closed_after_the_first_byte(api, upstream, players):
    source = LiveSource(8e6)
    url = upstream.script("/a", live(source, stop_after=50_000, then="reset"), reset())
    made = api.create(url, kind="live")
    player = players(made["stream_endpoint"])
    body = player.wait_end()
    assert player.status == 200
    assert player.broken
    assert len(read_packets(body).numbers) >= 50_000 // 188 - 1
    assert len(upstream.requests("/a")) == TRIES


def test_next_client_starts_afresh(api, upstream, players):
    source = LiveSource(8e6)
    url = upstream.script("/a", *[reset()] * TRIES, live(source))
    made = api.create(url, kind="live")
    assert api.get(made["stream_endpoint"]).status == 502
    player = players(made["stream_endpoint"])
    player.wait_bytes(50_000)
    assert player.status == 200
    assert api.stream(made["stream_id"])["state"] == "STREAMING"


def test_all_waiting_clients_are_told(api, upstream, players):
    gate = upstream.gate()

    async def wait_and_reset(exchange):
        await gate.wait()
        await exchange.reset()

    url = upstream.script("/a", wait_and_reset)
    made = api.create(
        url, kind="live", settings={"stream_retry_attempts": 0, "live_chunk_timeout_seconds": 20}
    )
    waiting = [players(made["stream_endpoint"]) for _ in range(5)]
    wait_until(lambda: api.stream(made["stream_id"])["client_count"] == 5, "all wait")
    gate.open()
    assert [player.wait_head() for player in waiting] == [502] * 5
    assert len(upstream.requests("/a")) == 1


def test_total_timeout_of_a_url_skips_to_the_next(api, upstream, players):
    source = LiveSource(8e6)
    first, second = upstream.script("/a", reset()), upstream.script("/b", live(source, number=1))
    settings = {"stream_retry_attempts": 1000, "stream_total_timeout": 0.5}
    made = api.create(first, second, kind="live", settings=settings)
    player = players(made["stream_endpoint"])
    player.wait_bytes(50_000)
    requests = upstream.requests("/a")
    assert len(requests) > 2
    assert requests[-1].at - requests[0].at < 0.5 + 0.5


def test_total_timeout_of_the_stream_fails_without_failover(api, upstream):
    first, second = upstream.script("/a", reset()), upstream.script("/b", reset())
    settings = {
        "stream_retry_attempts": 1000,
        "stream_total_timeout": 0.5,
        "stream_total_timeout_scope": "stream",
    }
    made = api.create(first, second, kind="live", settings=settings)
    reply = api.get(made["stream_endpoint"])
    assert reply.status in (502, 504)
    assert not upstream.requests("/b")
    assert "total_timeout_exceeded" in reply.body.decode()


@pytest.mark.parametrize("exponential", [False, True])
def test_delay_between_retries(api, upstream, exponential):
    made = api.create(
        upstream.script("/a", reset()),
        kind="live",
        settings={
            "stream_retry_attempts": 4,
            "stream_retry_delay": 0.2,
            "stream_retry_exponential_backoff": exponential,
        },
    )
    assert api.get(made["stream_endpoint"]).status == 502
    times = [request.at for request in upstream.requests("/a")]
    factor = 1.5 if exponential else 1
    wanted = [0.2 * factor**n for n in range(4)]
    waited = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert all(real > least * 0.95 for real, least in zip(waited, wanted, strict=True)), waited
    if not exponential:
        assert min(waited) < 0.2 * 1.5, waited


def test_retry_after_is_honoured(api, upstream, players):
    source = LiveSource(8e6)
    busy = status(503, retry_after=1), status(429, retry_after=1)
    url = upstream.script("/a", *busy, live(source))
    player = players(api.create(url, kind="live")["stream_endpoint"])
    player.wait_bytes(50_000)
    times = [request.at for request in upstream.requests("/a")]
    assert all(later - earlier > 0.95 for earlier, later in itertools.pairwise(times)), times


def test_slow_drip_is_no_stall(api, upstream):
    body = some_bytes(40)
    url = upstream.script("/a", drip(body, 2, 0.1))
    made = api.create(url, kind="vod", settings={"vod_chunk_timeout_seconds": 1})
    before = time.monotonic()
    reply = api.get(made["stream_endpoint"])
    assert time.monotonic() - before > 1.5
    assert (reply.status, reply.body, reply.broken) == (200, body, False)
    assert len(upstream.requests("/a")) == 1


def test_redirect_loop_ends(api, upstream):
    url = upstream.url("/a")
    upstream.script("/a", redirect(url))
    reply = api.get(api.create(url, kind="vod")["stream_endpoint"])
    assert reply.status == 502
    assert len(upstream.requests("/a")) < 100


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1:70/1", "http://"]
)
def test_redirect_elsewhere_is_not_followed(api, upstream, target):
    url = upstream.script("/a", redirect(target))
    reply = api.get(api.create(url, kind="vod")["stream_endpoint"])
    assert reply.status == 502
    assert b"root:" not in reply.body


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f.1",
        "0.0.0.0",
        "127.1",
    ],
)
def test_private_addresses_need_leave(make_relay, upstream, host):
    """Whether the address is refused at once or when it is resolved, it is never connected to."""
    server = make_relay(relay_allow_private="false")
    upstream.script("/a", File(b"secret"))
    url = f"http://{host}:{upstream.port}/a"
    reply = server.api.call("POST", "/streams", {"url": url, "kind": "vod"})
    if reply.status < 300:
        reply = server.api.get(reply.json()["stream_endpoint"])
        assert reply.status == 502
    else:
        assert reply.status == 400
        assert reply.error()["field"] == "url"
    assert upstream.connections == 0


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "172.16.9.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[fd00::1]"]
)
def test_private_literals_are_refused_at_once(make_relay, host):
    server = make_relay(relay_allow_private="false")
    private, public = f"http://{host}/a", "http://example.com/a"
    for field, body in (
        ("url", {"url": private}),
        ("failover_urls", {"url": public, "failover_urls": [public, private]}),
    ):
        reply = server.api.call("POST", "/streams", body)
        assert reply.status == 400
        assert reply.error()["field"] == field


def test_manual_failover_leaves_what_has_one_url_only(api, upstream, players):
    """A segment beside the playlists' folders: going round the list leads back to what it has."""
    segment = upstream.script("/cdn/s.ts", drip(b"s" * 20, 1, 0.1))
    shown = text(f"#EXTM3U\n#EXTINF:1,\n{segment}\n")
    lists = [upstream.script(f"/{folder}/l.m3u8", shown) for folder in "ab"]
    made = api.create(*lists, kind="hls")
    player = players(api.get(made["stream_endpoint"]).body.decode().splitlines()[-1])
    player.wait_bytes(3)
    for _ in lists:
        api.ask("POST", f"/streams/{made['stream_id']}/failover")
    assert (player.wait_end(), player.broken) == (b"s" * 20, False)
    assert len(upstream.requests("/cdn/s.ts")) == 1
