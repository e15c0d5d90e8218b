"""Streams of a page: their media come by a token, and go on with another one when it is over."""

from __future__ import annotations

import time
from contextlib import suppress
from urllib.parse import urljoin

import pytest

from support.cli_client import Cli
from support.contract import RelayService, StreamSpec
from support.mapping_socks5 import Behaviour, MappingSocks5
from support.media import probe_streams
from support.numbered_ts import read_packets
from support.page_site import PageSite
from support.pool_records import PoolRecords
from support.processes import wait_until
from support.relay_api import RelayServer
from support.upstream_answers import File, LiveSource, live, redirect, reset, status, text

pytestmark = [pytest.mark.relay, pytest.mark.sanitizer]

ACCOUNT = "acc_01"


@pytest.fixture
def site(upstream, media) -> PageSite:
    return PageSite(upstream, (media / "video.mp4").read_bytes())


@pytest.fixture(scope="module")
def proxies():
    both = [MappingSocks5(), MappingSocks5()]
    yield both
    for each in both:
        each.close()


@pytest.fixture(scope="module")
def relay(module_folder, module_redis, proxies):
    """A relay with tokens, and two proxies to make them through. Nobody is banned by numbers."""
    server = RelayServer(
        module_folder / "relay",
        token_runner="warm",
        redis_url=module_redis.url,
        proxies=",".join(each.url for each in proxies),
        account_failure_threshold=0,
        failure_threshold_count=1000,
    )
    yield server
    server.close()


@pytest.fixture(autouse=True)
def fresh(module_redis, proxies):
    """Each test begins with proxies that serve and with empty records."""
    for each in proxies:
        each.behaviour = Behaviour.SERVE
        each.targets.clear()
    module_redis.cli("FLUSHALL")


@pytest.fixture
def records(module_redis, proxies) -> PoolRecords:
    return PoolRecords(module_redis, [each.url for each in proxies])


def of_page(api, page: str, **spec) -> str:
    """Makes a stream of the page; the path that it plays at."""
    made = api.create(page, account_id=ACCOUNT, **spec)
    assert made["primary_url"] == page
    return made["stream_endpoint"]


def plays(api, path: str, site: PageSite) -> bool:
    reply = api.get(path)
    return (reply.status, reply.body == site.body, reply.broken) == (200, True, False)


# ---- it plays ------------------------------------------------------------------------------------


def test_page_is_played(api, site, proxies, folder, records):
    path = of_page(api, site.page(site.media()))
    reply = api.get(path)
    assert (reply.status, reply.body == site.body, reply.broken) == (200, True, False)
    copy = folder / "played.mp4"
    copy.write_bytes(reply.body)
    assert probe_streams(copy) == {"audio", "video"}
    host = f"127.0.0.1:{site.upstream.port}"
    (through,) = [each for each in proxies if each.targets[host]]
    assert site.upstream.connections == through.targets[host], "page and media by the same proxy"
    wait_until(lambda: records.state(through.url).get("success_count") == 2, "token and media")
    assert not records.failures()


def test_media_are_asked_for_as_the_site_wants(api, site):
    api.get(of_page(api, site.page(site.media()), headers={"accept": "only/this"}))
    headers = site.asked(1)[-1].headers
    assert "Mozilla" in headers["user-agent"], "yt-dlp's http_headers"
    assert headers["accept"] == "only/this", "the stream's own win"


def test_one_token_is_for_all_requests(api, site):
    path = of_page(api, site.page(site.media()))
    assert int(api.call("HEAD", path).headers["content-length"]) == len(site.body)
    part = api.get(path, Range="bytes=100-299")
    assert (part.status, part.body) == (206, site.body[100:300])
    assert plays(api, path, site)
    assert site.pages() == 1


def test_players_that_wait_share_the_token(api, site, players):
    path = of_page(api, site.page(site.media()))
    for player in [players(path) for _ in range(5)]:
        assert player.wait_end() == site.body
    assert site.pages() == 1


def test_stream_tells_page_and_account(api, site):
    page = site.page(site.media())
    path = of_page(api, page, format="b", metadata={"channel": "7"})
    api.get(path)
    shown = api.stream(path.rpartition("/")[2])
    assert (shown["url"], shown["account_id"], shown["format"]) == (page, ACCOUNT, "b")
    assert "/copy1.mp4?expire=" in shown["current_url"]
    assert shown["kind"] == "vod"


def test_proxy_can_be_chosen(api, site, proxies):
    for each in proxies:
        each.targets.clear()
        assert plays(api, of_page(api, site.page(site.media()), proxy_url=each.url), site)
        assert each.targets


def test_page_by_rpc(relay, api, site):
    spec = StreamSpec(url=site.page(site.media()), accountId=ACCOUNT, format="b")
    with relay.client(service=RelayService) as rpc:
        made = rpc.createStream(spec)
        assert made.url == made.currentUrl == spec.url
        assert plays(api, made.streamPath, site)
        assert "/copy1.mp4?expire=" in rpc.getStream(made.streamId).currentUrl


def test_page_by_command_line(relay, api, site, folder):
    cli = Cli(folder, relay.port)
    words = (site.page(site.media()), "--account", ACCOUNT, "--format", "b", "--json")
    made = cli("relay", "create", *words).json
    assert plays(api, made["streamPath"], site)
    shown = api.stream(made["streamId"])
    assert (shown["account_id"], shown["format"]) == (ACCOUNT, "b")


# ---- and goes on ---------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [401, 403, 410])
def test_refused_in_the_middle(api, site, records, code):
    """The transfer breaks, and the address no longer works: the next byte is the next token's."""
    first = site.media(site.broken(2000), status(code))
    path = of_page(api, site.page(first, site.media()))
    assert plays(api, path, site)
    assert len(site.asked(1)) == 2
    (resumed,) = site.asked(2)
    assert resumed.headers["range"].startswith("bytes=2000-")
    assert site.pages() == 2
    failure = records.wait_failure()
    assert "CONNECTION_RESET" in failure
    assert ACCOUNT in failure


def test_refused_again_and_again(api, site):
    """Each address serves some bytes and is over; with every token it goes on where it was."""
    pieces = [site.media(site.broken(1500), status(403)) for _ in range(2)]
    path = of_page(api, site.page(*pieces, site.media()))
    assert plays(api, path, site)
    assert [each.headers.get("range") for each in (*site.asked(2), *site.asked(3))] == [
        f"bytes=1500-{len(site.body) - 1}",
        f"bytes=3000-{len(site.body) - 1}",
        f"bytes=3000-{len(site.body) - 1}",
    ]


def test_refused_at_once_is_the_proxys_failure(api, site, records):
    path = of_page(api, site.page(site.media(status(403)), site.media()))
    assert plays(api, path, site)
    failure = records.wait_failure()
    assert "MEDIA_403" in failure
    assert ACCOUNT in failure


def test_expired_in_the_middle(api, site, players, upstream, records):
    """Past its expire= an address is not even asked again, and that is no fault of the proxy."""
    until = 8
    first = site.media(site.broken(2000, then="stall"), expires_in_s=until)
    begun = time.time()
    path = of_page(
        api,
        site.page(first, site.media()),
        settings={"vod_chunk_timeout_seconds": 60, "live_chunk_timeout_seconds": 60},
    )
    player = players(path)
    player.wait_bytes(2000)
    wait_until(lambda: time.time() > begun + until + 1, "the address has expired")
    upstream.drop_connections()
    assert player.wait_end() == site.body
    assert len(site.asked(1)) == 1
    assert site.asked(2)[-1].headers["range"].startswith("bytes=2000-")


def test_another_file_is_never_mixed_in(api, site, upstream):
    """What another token leads to is taken only where it is the same file."""
    other = upstream.script("/other.mp4", File(site.body[:-1], etag='"other"'))
    path = of_page(api, site.page(site.media(site.broken(2000), status(403)), other))
    reply = api.get(path)
    assert reply.broken
    assert reply.body == site.body[:2000]


def test_dead_proxy_leads_to_a_token_through_the_other(api, site, players, proxies, records):
    path = of_page(
        api,
        site.page(site.media(site.broken(2000, then="stall")), site.media()),
        settings={"live_chunk_timeout_seconds": 60, "vod_chunk_timeout_seconds": 60},
    )
    player = players(path)
    player.wait_bytes(2000)
    (used,) = [each for each in proxies if each.targets]
    used.die()
    try:
        assert player.wait_end(60) == site.body
    finally:
        used.revive()
    (other,) = [each for each in proxies if each is not used]
    assert other.targets
    wait_until(lambda: records.failures(used.url), "the dead one's failure")
    assert "CONNECTION_RESET" in records.failures(used.url)[0]


def test_live_stream_goes_on(api, site, upstream, players):
    """Live media whose address is refused after a break: the client stays, in order."""
    source = LiveSource()
    first = site.live_media(live(source, number=1, stop_after=200_000, then="reset"), status(403))
    second = site.live_media(live(source, number=2))
    player = players(of_page(api, site.page(first, second), kind="live"))
    player.wait_bytes(500_000)
    reading = read_packets(player.body)
    assert reading.source_order == [1, 2]
    assert player.is_watching()


def test_hls_page(api, site, upstream):
    """A playlist by token; the next one is asked for where it is refused."""
    for number in (1, 2):
        upstream.script(f"/t{number}/s.ts", File(b"%d" % number * 188, content_type="video/mp2t"))
    playlist = text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\ns.ts\n#EXT-X-ENDLIST\n")
    first = site.hls_media("/t1/l.m3u8", playlist, playlist, status(403))
    second = site.hls_media("/t2/l.m3u8", playlist)
    base = of_page(api, site.page(first, second), kind="hls")
    assert segment(api, base) == b"1" * 188
    old = segment_path(api, base)
    assert segment(api, base) == b"2" * 188, "the third fetch of the playlist was refused"
    upstream.script("/t1/s.ts", status(403))
    assert api.get(old).body == b"2" * 188, "an old address is looked for where the new one is"


def test_hls_segment_elsewhere_is_refused(api, site, upstream):
    """What an old playlist names on another host is lost; the next playlist is the next token's."""
    for number in (1, 2):
        cdn = upstream.url(f"/cdn{number}/s.ts?signature={number}")
        playlist = text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{cdn}\n")
        site.hls_media(f"/t{number}/l.m3u8", playlist)
    pages = site.page(*(f"{upstream.url(f'/t{n}/l.m3u8')}?expire={2**31}" for n in (1, 2)))
    upstream.script("/cdn1/s.ts", status(403))
    upstream.script("/cdn2/s.ts", File(b"2" * 188, content_type="video/mp2t"))
    base = of_page(api, pages, kind="hls")
    reply = api.get(segment_path(api, base))
    assert (reply.status, reply.error()["code"]) == (502, "HTTP_403")
    assert segment(api, base) == b"2" * 188
    assert site.pages() == 2


def segment_path(api, base: str) -> str:
    reply = api.get(base)
    assert reply.status == 200, reply
    (name,) = [line for line in reply.body.decode().splitlines() if line and line[0] != "#"]
    return urljoin(base, name)


def segment(api, base: str) -> bytes:
    return api.get(segment_path(api, base)).body


# ---- until it cannot -----------------------------------------------------------------------------


def test_tokens_of_an_outage_are_limited(api, site, records):
    path = of_page(api, site.page(site.media(status(403))), settings={"relay_token_attempts": 2})
    for _ in range(3):
        reply = api.get(path)
        assert reply.status == 502
        assert reply.error()["code"] == "HTTP_403"
    assert site.pages() == 2, "those who come soon after get no further ones"


def test_page_without_media_is_told_before_the_first_byte(api, upstream):
    page = upstream.script("/text", text("<html>words</html>", "text/html"))
    reply = api.get(of_page(api, page))
    assert (reply.status, reply.error()["code"]) == (502, "UNSUPPORTED_URL")


def test_format_is_yt_dlps(api, site):
    """One that the page does not have: the words about it are yt-dlp's."""
    reply = api.get(of_page(api, site.page(site.media()), format="137"))
    assert (reply.status, reply.error()["code"]) == (502, "NO_FORMATS")
    assert "format" in reply.error()["message"]


def test_dead_proxies_are_told(api, site, proxies, records):
    for each in proxies:
        each.behaviour = Behaviour.CLOSE
    reply = api.get(of_page(api, site.page(site.media())))
    assert (reply.status, reply.error()["code"]) == (502, "SOCKS5_CONNECTION_FAILED")
    assert len(records.failures()) == 3, "one for each token that was tried, by getToken itself"


def test_proxy_that_works_again_is_tried_with_the_next_token(api, site, proxies):
    proxies[0].behaviour = Behaviour.CLOSE
    for _ in range(2):
        assert plays(api, of_page(api, site.page(site.media())), site), "the other one serves"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"account_id": "a/b"}, "account_id"),
        ({"account_id": 7}, "account_id"),
        ({"account_id": None, "format": "b"}, "format"),
        ({"format": "b\n"}, "format"),
        ({"format": 18}, "format"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "no url"}, "url"),
        ({"failover_urls": ["http://127.0.0.1:9/a"]}, "failover_urls"),
        ({"proxy_url": "socks5://127.0.0.1:9"}, "proxy_url"),
    ],
)
def test_what_is_wrong_is_named(api, change, field):
    spec = {"url": "http://127.0.0.1:9/page", "account_id": ACCOUNT} | change
    reply = api.call("POST", "/streams", spec)
    assert reply.status == 400, reply
    assert reply.error()["field"] == field


def test_bare_video_id_is_a_page(api):
    assert api.create("dQw4w9WgXcQ", account_id=ACCOUNT)["primary_url"] == "dQw4w9WgXcQ"


def test_redirected_page(api, site, upstream):
    page = site.page(site.media())
    assert plays(api, of_page(api, upstream.script("/short", redirect(page))), site)


def test_server_stops_while_a_token_is_made(make_relay, site, upstream, proxies):
    gate = upstream.gate()
    server = make_relay(proxies=proxies[0].url, token_runner="command", drain_timeout_s=1)
    page = site.gated_page(gate, site.media())
    path = server.api.create(page, account_id=ACCOUNT)["stream_endpoint"]
    player = server.api.watch(path)
    upstream.wait_requests("/page", 1)
    server.stop()
    player.wait_end()
    with suppress(OSError):
        player.close()
    gate.open()
    assert player.status in (0, 502, 503)


def test_deleted_stream_lets_go_of_its_token(api, site, upstream, players):
    gate = upstream.gate()
    path = of_page(api, site.gated_page(gate, site.media()))
    player = players(path)
    upstream.wait_requests("/page", 1)
    api.ask("DELETE", f"/streams/{path.rpartition('/')[2]}")
    player.wait_end()
    assert player.status == 404
    gate.open()
    assert plays(api, of_page(api, site.page(site.media())), site)


def test_break_before_the_first_byte_is_retried_first(api, site):
    path = of_page(api, site.page(site.media(reset(), File(site.body))))
    assert plays(api, path, site)
    assert site.pages() == 1
