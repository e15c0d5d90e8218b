"""Streams of a page go on with another token when the media URLs are over."""

from __future__ import annotations

import time
from urllib.parse import urljoin

import pytest

from support.numbered_ts import read_packets
from support.page_site import ACCOUNT, of_page, plays
from support.processes import wait_until
from support.upstream_answers import File, LiveSource, live, status, text

pytestmark = [pytest.mark.relay, pytest.mark.sanitizer]

PATIENT = {"live_chunk_timeout_seconds": 60, "vod_chunk_timeout_seconds": 60}
"""For transfers that the test breaks itself."""


@pytest.fixture(scope="module")
def relay(page_relay):
    return page_relay


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
        settings=PATIENT,
    )
    player = players(path)
    player.wait_bytes(2000)
    wait_until(lambda: time.time() > begun + until + 1, "the address has expired")
    upstream.drop_connections()
    assert player.wait_end() == site.body
    assert len(site.asked(1)) == 1
    assert site.asked(2)[-1].headers["range"].startswith("bytes=2000-")


def test_players_that_lose_their_media_share_the_next_token(api, site, players, upstream):
    stalled = [site.broken(2000, then="stall")] * 10
    page = site.page(site.media(*stalled, status(403)), site.media())
    path = of_page(api, page, settings=PATIENT)
    watching = [players(path) for _ in range(10)]
    for player in watching:
        player.wait_bytes(2000)
    upstream.drop_connections()
    for player in watching:
        assert player.wait_end() == site.body
    assert site.pages() == 2
    ranges = {each.headers["range"] for each in site.asked(2)}
    assert ranges == {f"bytes=2000-{len(site.body) - 1}"}


def test_next_token_does_not_come_from_the_cache(make_relay, site, proxies):
    server = make_relay(
        proxies=proxies[0].url, token_cache_ttl=600, ytdlp_args="", failure_threshold_count=1000
    )
    page = site.page(site.media(File(site.body), site.broken(2000), status(403)), site.media())
    for _ in range(2):
        path = of_page(server.api, page)
        assert plays(server.api, path, site)
    assert len(site.asked(1)) == 3, "the second stream began with the token of the first"
    assert site.pages() == 2


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
        settings=PATIENT,
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
