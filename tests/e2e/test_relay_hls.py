"""HLS: playlists rewritten so that everything comes through the relay, which retries each part."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest

from support.hls_media import LivePlaylist, hls_dir, script_folder
from support.paths import BUILD
from support.relay_api import RelayApi
from support.upstream_answers import File, head_then, redirect, reset, silence, status, text

pytestmark = [pytest.mark.relay, pytest.mark.sanitizer]

_ATTRIBUTE = re.compile(r'URI="([^"]*)"')


@pytest.fixture(scope="module")
def media() -> Path:
    return hls_dir(BUILD)


@pytest.fixture
def served(upstream, media):
    """The upstream with all of the media below /v."""
    script_folder(upstream, "/v", media)
    return upstream


def hls(api: RelayApi, *urls: str, **spec) -> str:
    """Makes a stream; the path of its playlist."""
    made = api.create(*urls, **{"kind": "hls", **spec})
    assert made["stream_endpoint"].startswith(f"/hls/{made['stream_id']}/")
    return made["stream_endpoint"]


def playlist(api: RelayApi, path: str) -> str:
    reply = api.get(path)
    assert reply.status == 200, reply
    assert "mpegurl" in reply.headers["content-type"].lower()
    return reply.body.decode()


def addresses(shown: str) -> list[str]:
    """Every address in a playlist, in its order."""
    found = []
    for line in shown.splitlines():
        if line.startswith("#"):
            found += _ATTRIBUTE.findall(line)
        elif line.strip():
            found.append(line)
    return found


def paths(shown: str, base: str) -> list[str]:
    """The addresses as a player resolves them, all of them the relay's."""
    stream = "/".join(base.split("/")[:3])
    resolved = [urljoin(base, address) for address in addresses(shown)]
    for each in resolved:
        assert each.startswith(f"{stream}/"), f"{each} leads past the relay"
    return resolved


def without_addresses(shown: str) -> list[str]:
    lines = [_ATTRIBUTE.sub('URI=""', line) for line in shown.strip().splitlines()]
    return [line if line.startswith("#") else "" for line in lines]


@pytest.mark.parametrize("kind", ["ts", "aes", "fmp4"])
def test_media_playlist(api, served, media, kind):
    """Segments, key and map come unharmed; what is no address is left as it is."""
    base = hls(api, served.url(f"/v/{kind}/media.m3u8"))
    shown, original = playlist(api, base), (media / kind / "media.m3u8").read_text()
    assert without_addresses(shown) == without_addresses(original)
    relayed = paths(shown, base)
    assert len(relayed) == len(addresses(original))
    for path, name in zip(relayed, addresses(original), strict=True):
        assert api.get(path).body == (media / kind / name).read_bytes(), name


def test_master_playlist(api, served, media):
    base = hls(api, served.url("/v/master.m3u8"))
    shown, original = playlist(api, base), (media / "master.m3u8").read_text()
    assert without_addresses(shown) == without_addresses(original)
    for path, name in zip(paths(shown, base), addresses(original), strict=True):
        inner = playlist(api, path)
        folder = media / name.split("/")[0]
        segment = paths(inner, path)[-1]
        last = addresses((folder / "media.m3u8").read_text())[-1]
        assert api.get(segment).body == (folder / last).read_bytes()


def test_query_strings_are_kept(api, served, media):
    base = hls(api, served.url("/v/master.m3u8?key=1%202&k=%2F"))
    path = paths(playlist(api, base), base)[1]
    playlist(api, path)
    assert served.requests("/v/master.m3u8")[0].target == "/v/master.m3u8?key=1%202&k=%2F"
    assert served.requests("/v/ts/media.m3u8")[0].target == "/v/ts/media.m3u8?token=a%2Fb&x=1"


PARTS = """#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:4
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.0
#EXT-X-PART-INF:PART-TARGET=0.33
#EXT-X-MEDIA-SEQUENCE:1
#EXT-X-SESSION-KEY:METHOD=AES-128,URI="{url}/key?a=1"
#EXT-X-MAP:URI="/init.mp4",BYTERANGE="10@5"
#EXTINF:4.0,a title, with a comma
//{host}/seg1.m4s
#EXT-X-KEY:METHOD=NONE
#EXT-X-PART:DURATION=0.33,URI="part1.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part2.m4s"
#EXT-X-RENDITION-REPORT:URI="../other/low.m3u8",LAST-MSN=1,LAST-PART=2
#EXTINF:4.0,
../up/seg2.m4s?x=1
#EXT-X-ENDLIST
"""


def test_every_kind_of_address_is_rewritten(api, upstream):
    host = f"127.0.0.1:{upstream.port}"
    original = PARTS.format(url=upstream.url(""), host=host)
    names = [
        "/key",
        "/init.mp4",
        "/seg1.m4s",
        "/a/part1.m4s",
        "/a/part2.m4s",
        "/other/low.m3u8",
        "/up/seg2.m4s",
    ]
    for name in names:
        upstream.script(name, text(f"#EXTM3U\n# this is {name}\n"))
    base = hls(api, upstream.script("/a/list.m3u8", text(original)))
    shown = playlist(api, base)
    assert without_addresses(shown) == without_addresses(original)
    relayed = paths(shown, base)
    assert host not in shown
    for path, name in zip(relayed, names, strict=True):
        assert f"this is {name}" in api.get(path).body.decode()
    assert upstream.requests("/key")[0].target == "/key?a=1"


def test_crlf_byte_order_mark_and_no_last_newline(api, upstream):
    upstream.script("/s.ts", File(b"x" * 188))
    url = upstream.script("/l.m3u8", text("\ufeff#EXTM3U\r\n#EXTINF:1,\r\ns.ts"))
    base = hls(api, url)
    (path,) = paths(playlist(api, base).lstrip("\ufeff"), base)
    assert api.get(path.strip()).body == b"x" * 188


def test_addresses_are_relative_to_where_a_redirect_led(api, upstream):
    upstream.script("/far/s.ts", File(b"y" * 188))
    far = upstream.script("/far/l.m3u8", text("#EXTM3U\n#EXTINF:1,\ns.ts\n"))
    base = hls(api, upstream.script("/l.m3u8", redirect(far)))
    (path,) = paths(playlist(api, base), base)
    assert api.get(path).body == b"y" * 188


def test_a_redirect_to_a_playlist_tells_the_kind(api, upstream):
    """Servers that do not know the type serve it as they serve any file."""
    as_a_file = text("#EXTM3U\n#EXTINF:1,\ns.ts\n", "application/octet-stream")
    far = upstream.script("/far/l.m3u8", as_a_file)
    upstream.script("/far/s.ts", File(b"z" * 188))
    upstream.script("/v", redirect(far))
    made = api.create(upstream.script("/go", redirect(far)))
    (path,) = addresses(playlist(api, made["stream_endpoint"]))
    assert api.get(path).body == b"z" * 188
    assert api.stream(made["stream_id"])["kind"] == "hls"


def test_a_variant_may_redirect_to_a_playlist(api, upstream):
    far = upstream.script("/far/l.m3u8", text("#EXTM3U\n#EXTINF:1,\ns.ts\n", "text/plain"))
    upstream.script("/v.php", redirect(far))
    master = text("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.php\n")
    base = hls(api, upstream.script("/l.m3u8", master))
    (variant,) = paths(playlist(api, base), base)
    assert paths(playlist(api, variant), base)


def test_a_variant_may_be_asked_for_by_a_range_of_all_of_it(api, upstream):
    """As ffmpeg asks for whatever it opens. By its name this one could be a segment."""
    body = b"#EXTM3U\n#EXTINF:1,\ns.ts\n"
    upstream.script("/v.php", File(body, content_type="application/vnd.apple.mpegurl"))
    master = text("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.php\n")
    base = hls(api, upstream.script("/l.m3u8", master))
    (variant,) = paths(playlist(api, base), base)
    reply = api.get(variant, Range="bytes=0-")
    assert reply.status == 200
    assert paths(reply.body.decode(), base)
    assert api.get(variant, Range="bytes=8-").status == 502


@pytest.mark.parametrize("query", ["a=1", "_HLS_msn=7&_HLS_part=0"])
def test_sticky_whatever_a_player_asks_with(api, upstream, query):
    """The other backends may not have the part that is waited for yet."""
    far = upstream.script("/b0/l.m3u8", text("#EXTM3U\n#EXTINF:1,\ns.ts\n"))
    base = hls(api, upstream.script("/l.m3u8", redirect(far)), use_sticky_session=True)
    playlist(api, base)
    playlist(api, f"{base}?{query}")
    playlist(api, base)
    assert len(upstream.requests("/l.m3u8")) == 1
    asked = [request.target for request in upstream.requests("/b0/l.m3u8")]
    directives = f"?{query}" if query.startswith("_HLS") else ""
    assert asked == ["/b0/l.m3u8", f"/b0/l.m3u8{directives}", "/b0/l.m3u8"]


async def endless(exchange) -> None:
    """Begins as a playlist, and never ends."""
    await exchange.start(200, {"Content-Type": "application/vnd.apple.mpegurl"})
    await exchange.send(b"#EXTM3U\n")
    while True:
        await exchange.send(b"#" * 65535 + b"\n")


def test_a_playlist_without_an_end_is_given_up(api, upstream):
    base = hls(api, upstream.script("/l.m3u8", endless))
    reply = api.get(base)
    assert (reply.status, "more than a playlist" in reply.error()["message"]) == (502, True)
    upstream.wait_inactive("/l.m3u8")
    spare = upstream.script("/spare.m3u8", text("#EXTM3U\n#EXTINF:1,\ns.ts\n"))
    assert playlist(api, hls(api, upstream.url("/l.m3u8"), spare))


DEAD = {
    "reset": reset(),
    "silence": silence(),
    "503": status(503),
    "head-stall": head_then("stall"),
    "head-reset": head_then("reset"),
}
QUICK = {"live_chunk_timeout_seconds": 0.3, "vod_chunk_timeout_seconds": 0.3}


@pytest.mark.parametrize("how", DEAD)
def test_playlist_is_retried(api, upstream, how):
    good = text("#EXTM3U\n#EXTINF:1,\ns.ts\n")
    url = upstream.script("/l.m3u8", DEAD[how], DEAD[how], good)
    assert addresses(playlist(api, hls(api, url, settings=QUICK)))
    assert len(upstream.requests("/l.m3u8")) == 3


@pytest.mark.parametrize("how", DEAD)
def test_segment_is_retried(api, served, media, how):
    base = hls(api, served.url("/v/ts/media.m3u8"), settings=QUICK)
    path = paths(playlist(api, base), base)[0]
    body = (media / "ts/seg0.ts").read_bytes()
    served.script("/v/ts/seg0.ts", DEAD[how], DEAD[how], File(body, content_type="video/mp2t"))
    reply = api.get(path)
    assert (reply.status, reply.body == body, reply.broken) == (200, True, False)
    assert len(served.requests("/v/ts/seg0.ts")) == 3


def test_segment_that_never_comes(api, served):
    base = hls(api, served.url("/v/ts/media.m3u8"))
    path = paths(playlist(api, base), base)[0]
    served.script("/v/ts/seg0.ts", status(404))
    reply = api.get(path)
    assert reply.status in (404, 502)
    assert reply.error()["message"]


@pytest.mark.parametrize("how", ["reset", "503"])
def test_playlist_fails_over(api, served, media, how):
    dead = served.script("/dead.m3u8", DEAD[how])
    base = hls(api, dead, served.url("/v/ts/media.m3u8"))
    path = paths(playlist(api, base), base)[0]
    assert api.get(path).body == (media / "ts/seg0.ts").read_bytes()


def test_playlist_that_is_none(api, upstream):
    """A web page in the place of a playlist is an upstream's failure."""
    url = upstream.script("/l.m3u8", text("<html>sign in</html>", "text/html"))
    reply = api.get(hls(api, url))
    assert reply.status == 502
    assert reply.error()["message"]


def test_segment_with_a_range(api, served, media):
    base = hls(api, served.url("/v/ts/media.m3u8"))
    path = paths(playlist(api, base), base)[0]
    reply = api.get(path, Range="bytes=188-375")
    assert reply.status == 206
    assert reply.body == (media / "ts/seg0.ts").read_bytes()[188:376]


def test_live_playlist_moves(api, served, media):
    names = addresses((media / "ts/media.m3u8").read_text())
    window = LivePlaylist([f"/v/ts/{name}" for name in names])
    base = hls(api, served.script("/live.m3u8", window.answer()))
    for turn in range(4):
        window.at = turn
        shown = playlist(api, base)
        assert f"#EXT-X-MEDIA-SEQUENCE:{turn}\n" in shown
        path = paths(shown, base)[0]
        assert api.get(path).body == (media / "ts" / names[turn % len(names)]).read_bytes()


LOW_LATENCY = """#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0,PART-HOLD-BACK=1.0
#EXT-X-PART-INF:PART-TARGET=0.33
#EXT-X-MEDIA-SEQUENCE:{first}
#EXTINF:4.0,
s{first}.ts
#EXT-X-PART:DURATION=0.33,URI="p{part}.ts"
"""


def test_blocking_reload(api, upstream, players):
    """A player asks for a part that is not there yet; others are served meanwhile."""
    gate = upstream.gate()
    now, then = (text(LOW_LATENCY.format(first=3, part=part)) for part in (1, 2))

    async def answer(exchange) -> None:
        if "_HLS_part=2" in exchange.request.target:
            await gate.wait()
            await then(exchange)
        else:
            await now(exchange)

    upstream.script("/p2.ts", File(b"2" * 188))
    master = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nll.m3u8?token=a%2Fb\n"
    upstream.script("/ll.m3u8", answer)
    patience = {"vod_chunk_timeout_seconds": 30}
    base = hls(api, upstream.script("/m.m3u8", text(master)), settings=patience)
    (media,) = paths(playlist(api, base), base)
    waiting = players(f"{media}?_HLS_msn=3&_HLS_part=2&_HLS_skip=YES&secret=1")
    upstream.wait_requests("/ll.m3u8", 1)
    assert "p1.ts" not in playlist(api, media), "its address is the relay's"
    assert waiting.is_watching()
    assert not waiting.status
    gate.open()
    waiting.wait_end()
    part = paths(waiting.body.decode(), media)[-1]
    assert api.get(part).body == b"2" * 188
    asked = [each.target for each in upstream.requests("/ll.m3u8")]
    assert asked[0] == "/ll.m3u8?token=a%2Fb&_HLS_msn=3&_HLS_part=2&_HLS_skip=YES"
    assert asked[1] == "/ll.m3u8?token=a%2Fb"


def test_same_segment_has_the_same_address(api, served, media):
    """Players know a segment again by its address."""
    names = addresses((media / "ts/media.m3u8").read_text())
    window = LivePlaylist([f"/v/ts/{name}" for name in names])
    base = hls(api, served.script("/live.m3u8", window.answer()))
    before = paths(playlist(api, base), base)
    window.at = 1
    assert paths(playlist(api, base), base)[:2] == before[1:]


def test_addresses_cannot_be_forged(api, served, upstream):
    """What is not signed for this stream is not fetched, whatever it is."""
    base = hls(api, served.url("/v/ts/media.m3u8"))
    path = paths(playlist(api, base), base)[0]
    other = hls(api, served.url("/v/aes/media.m3u8"))
    asked = served.connections
    for forged in forgeries(path, "/".join(other.split("/")[:3])):
        reply = api.get(forged)
        assert reply.status in (400, 403, 404), forged
        assert reply.error()["message"]
    assert not served.requests("/v/ts/seg0.ts")
    assert served.connections == asked


def forgeries(path: str, other_stream: str) -> list[str]:
    """
    The address with one letter changed, here and there, or cut, or moved to another stream. What
    stands behind the last dot is for players that look at it, and promises nothing.
    """
    stream, rest = "/".join(path.split("/")[:3]), "/".join(path.split("/")[3:])
    signed = rest.rpartition(".")[0]
    changed = []
    for at in range(0, len(signed) - 1, max(1, len(signed) // 40)):
        letter = "A" if signed[at] != "A" else "B"
        if signed[at].isalnum() and signed[at + 1] != ".":
            changed.append(f"{stream}/{signed[:at]}{letter}{signed[at + 1:]}.ts")
    cut = [f"{stream}/{signed[:-3]}.ts", f"{stream}/{signed[3:]}.ts", f"{stream}/%2e%2e/{rest}"]
    return [*changed, *cut, f"{stream}/http%3A%2F%2F127.0.0.1%2F", f"{other_stream}/{rest}"]


def test_token_is_not_asked_of_players(make_relay, served, media):
    """Control is guarded; what a playlist's addresses lead to is guarded by their signature."""
    server = make_relay(api_token="secret-token")
    base = hls(server.api, served.url("/v/ts/media.m3u8"))
    player = RelayApi(server.http_port)
    path = paths(playlist(player, base), base)[0]
    assert player.get(path).body == (media / "ts/seg0.ts").read_bytes()
