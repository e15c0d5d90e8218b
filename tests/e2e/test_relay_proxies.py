"""Upstreams through a proxy: every kind of stream by every kind, and what the pool is told."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

import pytest

from support.mapping_socks5 import Behaviour, MappingSocks5
from support.numbered_ts import read_packets
from support.pool_records import PoolRecords
from support.processes import free_port, wait_until
from support.proxies import PASSWORD, USERNAME, Tinyproxy
from support.relay_api import RelayServer
from support.upstream_answers import (
    File,
    LiveSource,
    live,
    reset,
    silence,
    some_bytes,
    status,
    text,
)

pytestmark = [pytest.mark.relay, pytest.mark.sanitizer]

BODY = some_bytes(300_000)
PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\ns.ts\n#EXT-X-ENDLIST\n"
NAME = "media.example"
"""A host that only the proxies know: who resolves it by itself does not get there."""


class Way:
    """A proxy, the host that leads to the upstream through it, and how much went that way."""

    def __init__(self, url: str, host: str, count: Callable[[], int]) -> None:
        self.url = url
        self.host = host
        self.count = count


@contextmanager
def socks(upstream, scheme: str, host: str) -> Iterator[Way]:
    proxy = MappingSocks5({NAME: ("127.0.0.1", upstream.port)}, USERNAME, PASSWORD)
    url = proxy.url.replace("socks5://", f"{scheme}://")
    yield Way(url, f"{host}:{upstream.port}", lambda: sum(proxy.targets.values()))
    proxy.close()


@contextmanager
def http(upstream, folder) -> Iterator[Way]:
    proxy = Tinyproxy(folder, PASSWORD)
    host = f"127.0.0.1:{upstream.port}"
    log = proxy.process.log
    yield Way(proxy.url, host, lambda: log().count("Established connection"))
    proxy.close()


WAYS = ["http", "socks5", "socks5h"]


@pytest.fixture(params=WAYS)
def way(request, upstream, folder) -> Iterator[Way]:
    """With credentials. Only with socks5h the proxy is to look the name up."""
    ways = {
        "http": lambda: http(upstream, folder),
        "socks5": lambda: socks(upstream, "socks5", "127.0.0.1"),
        "socks5h": lambda: socks(upstream, "socks5h", NAME),
    }
    with ways[request.param]() as made:
        yield made


def through(api, way: Way, path: str, **spec) -> str:
    """A stream of that path by that way; where it plays."""
    made = api.create(f"http://{way.host}{path}", proxy_url=way.url, **spec)
    return made["stream_endpoint"]


def test_file(api, upstream, way):
    upstream.script("/a.mp4", File(BODY, stop_after=99_999), File(BODY))
    reply = api.get(through(api, way, "/a.mp4"))
    assert (reply.body == BODY, reply.broken) == (True, False)
    assert upstream.requests("/a.mp4")[1].headers["range"].startswith("bytes=99999-")
    assert way.count() == upstream.connections > 0


def test_live(api, upstream, players, way):
    source = LiveSource()
    upstream.script("/l.ts", live(source, stop_after=100_000, then="reset"), live(source))
    player = players(through(api, way, "/l.ts", kind="live"))
    player.wait_bytes(200_000)
    read_packets(player.body)
    assert way.count() == upstream.connections > 0


def test_hls(api, upstream, way):
    """The playlist and what it names."""
    upstream.script("/h/l.m3u8", text(PLAYLIST))
    upstream.script("/h/s.ts", status(503), File(BODY, content_type="video/mp2t"))
    base = through(api, way, "/h/l.m3u8")
    lines = api.get(base).body.decode().splitlines()
    (name,) = [line for line in lines if line and not line.startswith("#")]
    assert api.get(urljoin(base, name)).body == BODY
    assert way.count() == upstream.connections > 0


@pytest.mark.parametrize("scheme", ["socks5h", "http"])
def test_wrong_password_is_told_without_it(relay, api, upstream, tinyproxy, scheme):
    proxy = tinyproxy(PASSWORD) if scheme == "http" else MappingSocks5({}, USERNAME, PASSWORD)
    wrong = proxy.url.replace(PASSWORD, "wr0ng-secret").replace("socks5:", "socks5h:")
    url = upstream.script("/a.mp4", File(BODY))
    reply = api.get(api.create(url, proxy_url=wrong)["stream_endpoint"])
    assert reply.status == 502
    assert not upstream.requests("/a.mp4")
    assert "wr0ng-secret" not in reply.body.decode() + relay.log_text()
    if scheme != "http":
        proxy.close()


# ---- what the pool is told -----------------------------------------------------------------------


@pytest.fixture
def managed() -> Iterator[MappingSocks5]:
    proxy = MappingSocks5()
    yield proxy
    proxy.close()


@pytest.fixture
def server(make_relay, redis, managed) -> RelayServer:
    return make_relay(redis_url=redis.url, proxies=managed.url)


@pytest.fixture
def records(redis, managed) -> PoolRecords:
    return PoolRecords(redis, [managed.url])


def play(server: RelayServer, url: str, proxy: str, **spec):
    path = server.api.create(url, proxy_url=proxy, kind="vod", **spec)["stream_endpoint"]
    return server.api.get(path)


def test_success_is_recorded_once(server, upstream, managed, records):
    url = upstream.script("/a.mp4", File(BODY))
    path = server.api.create(url, proxy_url=managed.url)["stream_endpoint"]
    for _ in range(3):
        assert server.api.get(path).body == BODY
    server.stop()
    state = records.state(managed.url)
    assert (state["success_count"], state["failure_count"]) == (1, 0)


def test_failure_is_recorded_once_per_outage_and_success_after_it(
    server, upstream, managed, records
):
    """Two outages of several tries each."""
    break_ = File(BODY, stop_after=50_000)
    url = upstream.script("/a.mp4", break_, reset(), break_, reset(), File(BODY))
    assert play(server, url, managed.url).body == BODY
    server.stop()
    state = records.state(managed.url)
    assert (state["success_count"], state["failure_count"]) == (3, 2)
    assert all("CONNECTION_RESET" in each for each in records.failures())


def dead(managed: MappingSocks5) -> None:
    managed.die()


def behaving(behaviour: Behaviour) -> Callable[[MappingSocks5], None]:
    return lambda managed: setattr(managed, "behaviour", behaviour)


FAILURES = {
    "SOCKS5_CONNECTION_FAILED": (dead, File(BODY)),
    "SOCKS5_AUTH_FAILED": (behaving(Behaviour.REFUSE_METHODS), File(BODY)),
    "SOCKS5_PROTOCOL": (behaving(Behaviour.GARBAGE), File(BODY)),
    "TARGET_UNREACHABLE": (behaving(Behaviour.REFUSE_TARGETS), File(BODY)),
    "CONNECT_TIMEOUT": (behaving(Behaviour.HANG), File(BODY)),
    "READ_TIMEOUT": (behaving(Behaviour.SERVE), silence()),
    "CONNECTION_RESET": (behaving(Behaviour.SERVE), reset()),
    "MEDIA_403": (behaving(Behaviour.SERVE), status(403)),
    "HTTP_429": (behaving(Behaviour.SERVE), status(429)),
}


@pytest.mark.parametrize("code", FAILURES)
def test_failure_has_its_code(server, upstream, managed, records, code):
    happens, answer = FAILURES[code]
    url = upstream.script("/a.mp4", answer)
    happens(managed)
    assert play(server, url, managed.url).status in (502, 504)
    assert code in records.wait_failure()
    assert records.state(managed.url)["status"] == "ACTIVE"


@pytest.mark.parametrize("code", [404, 500])
def test_what_is_the_upstreams_own_is_nobodys(server, upstream, managed, records, code):
    assert play(server, upstream.script("/a.mp4", status(code)), managed.url).status == 502
    server.stop()
    assert not records.failures()
    assert records.state(managed.url).get("failure_count", 0) == 0


def test_proxy_of_nobody_is_not_recorded(server, upstream, redis, microsocks):
    other = microsocks()
    assert play(server, upstream.script("/a.mp4", File(BODY)), other.url).body == BODY
    other.kill()
    assert play(server, upstream.url("/a.mp4"), other.url).status == 502
    server.stop()
    assert not redis.cli("KEYS", f"*:{other.port}*")
    assert other.url not in redis.cli("HKEYS", "proxies:ytdlp-ops")


def test_redis_that_hangs_delays_no_player(make_relay, upstream, redis, managed):
    """Reports wait for Redis in a thread of their own; streams come and go meanwhile."""
    server = make_relay(redis_url=redis.url, proxies=managed.url, redis_timeout_ms=60_000)
    url = upstream.script("/a.mp4", File(BODY))
    redis.process.signal(signal.SIGSTOP)
    try:
        for _ in range(20):
            assert play(server, url, managed.url).body == BODY
    finally:
        redis.process.signal(signal.SIGCONT)
    records = PoolRecords(redis, [managed.url])
    wait_until(
        lambda: records.state(managed.url).get("success_count") == 20, "all reports have come"
    )


def test_dead_http_proxy(make_relay, upstream, redis):
    url = f"http://127.0.0.1:{free_port()}"
    server = make_relay(redis_url=redis.url, proxies=url)
    assert play(server, upstream.script("/a.mp4", File(BODY)), url).status == 502
    assert "HTTP_PROXY_FAILED" in PoolRecords(redis, [url]).wait_failure()
