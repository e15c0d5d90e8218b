"""Streams of a page: what an account's token leads to is played, or the player is told why not."""

from __future__ import annotations

from contextlib import suppress

import pytest

from support.cli_client import Cli
from support.contract import RelayService, StreamSpec
from support.mapping_socks5 import Behaviour
from support.media import probe_streams
from support.page_site import ACCOUNT, of_page, plays
from support.processes import wait_until
from support.proxies import PASSWORD
from support.upstream_answers import File, redirect, reset, status, text

pytestmark = [pytest.mark.relay, pytest.mark.sanitizer]


@pytest.fixture(scope="module")
def relay(page_relay):
    return page_relay


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


def test_cookies_of_the_page_reach_the_media(api, site, upstream, current_ytdlp):
    """And no other host: a redirect takes none along."""
    other = upstream.script("/other.mp4", File(site.body)).replace("127.0.0.1", "localhost")
    page = site.page(site.media(redirect(other)), set_cookie='session="a/b=="; Path=/')
    assert plays(api, of_page(api, page), site)
    assert site.asked(1)[-1].headers["cookie"] in ("session=a/b==", 'session="a/b=="')
    assert "cookie" not in upstream.requests("/other.mp4")[-1].headers


def test_names_are_looked_up_by_the_proxy(api, site, proxies):
    """Of a socks5:// proxy, too, as for yt-dlp: the media host is known on that side only."""
    for each in proxies:
        each.hosts["media.example"] = ("127.0.0.1", site.upstream.port)
    media = site.media().replace("127.0.0.1", "media.example")
    assert plays(api, of_page(api, site.page(media)), site)


def test_password_of_the_proxy_shows_nowhere(make_relay, site, microsocks):
    proxy = microsocks(PASSWORD)
    server = make_relay(proxies=proxy.url)
    path = of_page(server.api, site.page(site.media()), proxy_url=proxy.url)
    assert plays(server.api, path, site)
    proxy.kill()
    assert server.api.get(path).status == 502
    shown = server.api.get(f"/streams/{path.rpartition('/')[2]}").body.decode()
    server.stop()
    assert PASSWORD not in shown + server.log_text()


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


# ---- what cannot be played -----------------------------------------------------------------------


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
