"""Control over RPC: the same streams as over HTTP, in every form of the protocol."""

from __future__ import annotations

import pytest

from support.calls import token_request
from support.contract import (
    Protocol,
    RelayService,
    ServiceRole,
    StreamKind,
    StreamSpec,
    StreamStatus,
    Transport,
)
from support.faults import refusal
from support.processes import wait_until
from support.upstream_answers import LiveSource, live, redirect

pytestmark = [pytest.mark.relay, pytest.mark.sanitizer]

URL = "http://127.0.0.1:9/a.ts"
SPARE = "http://127.0.0.1:9/b.ts"
MULTIPLEXED = {
    "transport": Transport.FRAMED,
    "protocol": Protocol.COMPACT,
    "multiplexed": "RelayService",
}


@pytest.fixture
def rpc(relay, api):
    """RelayService of that relay; `api` takes the streams away afterwards."""
    with relay.client(service=RelayService) as client:
        yield client


def create(rpc, url: str = URL, *failover_urls: str, **spec) -> StreamStatus:
    return rpc.createStream(StreamSpec(url=url, failoverUrls=list(failover_urls), **spec))


def test_stream_is_made(rpc):
    made = create(rpc, URL, SPARE, metadata={"channel": "7", "name": "Ünï"}, userAgent="Box/3")
    assert made.streamId
    assert made.url == made.currentUrl == URL
    assert made.failoverUrls == [SPARE]
    assert made.metadata == {"channel": "7", "name": "Ünï"}
    assert made.state == "IDLE"
    assert made.streamPath == f"/stream/{made.streamId}"
    assert made.lastError is None
    assert made.createdAt > 1_700_000_000
    assert made.clientCount == made.retryCount == made.failoverCount == 0
    assert made.bytesFromUpstream == made.bytesToClients == 0
    assert rpc.getStream(made.streamId) == made


@pytest.mark.parametrize("kind", [StreamKind.LIVE, StreamKind.VOD, StreamKind.HLS])
def test_kind_is_taken(rpc, api, kind):
    made = create(rpc, "http://127.0.0.1:9/x", kind=kind)
    assert made.kind == kind
    assert api.stream(made.streamId)["kind"].upper() == StreamKind._VALUES_TO_NAMES[kind]


def test_hls_path_is_that_of_the_playlist(rpc):
    made = create(rpc, "http://127.0.0.1:9/live/list.m3u8?x=1")
    assert made.kind == StreamKind.HLS
    assert made.streamPath == f"/hls/{made.streamId}/playlist.m3u8"


def test_urls_are_given_in_full(rpc, api):
    url = "http://user:secret-word@127.0.0.1:9/a.ts"
    spare = "http://user:other-word@127.0.0.1:9/a.ts"
    made = create(rpc, url, spare)
    assert (made.url, made.currentUrl, made.failoverUrls) == (url, url, [spare])
    assert "-word" not in str(api.stream(made.streamId))


def test_both_ways_of_control_see_the_same_streams(rpc, api):
    by_rpc = create(rpc, metadata={"by": "rpc"}).streamId
    by_http = api.create(URL, SPARE, metadata={"by": "http"})["stream_id"]
    assert [stream.streamId for stream in rpc.listStreams()] == [by_rpc, by_http]
    assert [stream["stream_id"] for stream in api.ask("GET", "/streams")["streams"]] == [
        by_rpc,
        by_http,
    ]
    assert api.stream(by_rpc)["metadata"] == {"by": "rpc"}
    assert rpc.getStream(by_http).failoverUrls == [SPARE]
    api.ask("DELETE", f"/streams/{by_rpc}")
    refusal("NOT_FOUND", rpc.getStream, by_rpc)
    rpc.deleteStream(by_http)
    assert api.get(f"/streams/{by_http}").status == 404
    assert rpc.listStreams() == []


def test_failover_keeps_the_clients(rpc, players, upstream):
    urls = [upstream.script(path, live(LiveSource())) for path in ("/a.ts", "/b.ts")]
    made = create(rpc, *urls, kind=StreamKind.LIVE)
    player = players(made.streamPath)
    player.wait_bytes(1000)
    assert rpc.getStream(made.streamId).state == "STREAMING"
    switched = rpc.failoverStream(made.streamId)
    assert (switched.currentUrl, switched.failoverCount) == (urls[1], 1)
    upstream.wait_requests("/b.ts", 1)
    player.wait_more(1000)
    now = rpc.getStream(made.streamId)
    assert (now.currentUrl, now.clientCount) == (urls[1], 1)
    assert now.bytesFromUpstream > 0
    assert now.bytesToClients > 0
    rpc.deleteStream(made.streamId)
    player.wait_end()


def test_failover_needs_another_url(rpc):
    made = create(rpc)
    assert made.streamId in refusal("NOT_FOUND", rpc.failoverStream, made.streamId).message
    assert rpc.getStream(made.streamId).failoverCount == 0


def test_last_error_tells_no_password(rpc, players):
    made = create(rpc, "http://user:secret-word@127.0.0.1:9/a.ts", kind=StreamKind.LIVE)
    players(made.streamPath).wait_end()
    wait_until(lambda: rpc.getStream(made.streamId).state == "FAILED", "the stream has failed")
    last_error = rpc.getStream(made.streamId).lastError
    assert last_error
    assert "secret-word" not in last_error


def test_upstream_gets_headers_and_user_agent(rpc, players, upstream):
    url = upstream.script("/a.ts", live(LiveSource()))
    made = create(rpc, url, headers={"X-Key": "k"}, userAgent="Box/3", kind=StreamKind.LIVE)
    players(made.streamPath).wait_bytes(1000)
    sent = upstream.requests("/a.ts")[0].headers
    assert (sent["x-key"], sent["user-agent"]) == ("k", "Box/3")


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "not a url"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "http://"}, "url"),
        ({"url": "http://127.0.0.1/\x00"}, "url"),
        ({"url": "http://127.0.0.1/\r\nX: y"}, "url"),
        ({"failoverUrls": [SPARE, "file:///x"]}, "failoverUrls"),
        ({"failoverUrls": [SPARE, ""]}, "failoverUrls"),
        ({"failoverUrls": ["http://127.0.0.1/\x00"]}, "failoverUrls"),
        ({"userAgent": "a\r\nX: y"}, "userAgent"),
        ({"userAgent": "a\x00"}, "userAgent"),
        ({"headers": {"a b": "c"}}, "headers"),
        ({"headers": {"": "c"}}, "headers"),
        ({"headers": {"a": "c\r\nX: y"}}, "headers"),
        ({"headers": {"a": "\x00"}}, "headers"),
        ({"metadata": {"\x00": "a"}}, "metadata"),
        ({"proxyUrl": "ftp://127.0.0.1:9"}, "proxyUrl"),
        ({"proxyUrl": "127.0.0.1:9"}, "proxyUrl"),
        ({"accountId": "a/b"}, "accountId"),
        ({"accountId": "acc", "url": "ftp://127.0.0.1/a"}, "url"),
        ({"accountId": "acc", "failoverUrls": [SPARE]}, "failoverUrls"),
        ({"accountId": "acc", "proxyUrl": "socks5://127.0.0.1:9"}, "proxyUrl"),
        ({"accountId": "acc", "format": "b\x00"}, "format"),
        ({"format": "18"}, "format"),
        ({"kind": 4}, "kind"),
        ({"kind": -1}, "kind"),
    ],
)
def test_what_is_wrong_is_said_by_field(rpc, spec, field):
    error = refusal("INVALID_ARGUMENT", rpc.createStream, StreamSpec(**{"url": URL} | spec))
    assert error.context["field"] == field
    assert f"spec.{field}" in error.message
    assert rpc.listStreams() == []


def test_empty_texts_are_as_absent(rpc):
    made = create(rpc, userAgent="", proxyUrl="", headers={}, metadata={"": ""})
    assert made.metadata == {"": ""}
    assert rpc.getStream(made.streamId) == made


@pytest.mark.parametrize("sticky", [True, False, None])
def test_sticky_session_is_taken(rpc, players, upstream, sticky):
    """Sticky: a retry goes to the backend. Not sticky: to the address that redirects to it."""
    gate = upstream.gate()
    source = LiveSource()
    backend = upstream.script("/b0", live(source, gate=gate, then="reset"), live(source))
    front = upstream.script("/front", redirect(backend))
    made = create(rpc, front, stickySession=sticky, kind=StreamKind.LIVE)
    players(made.streamPath).wait_bytes(1000)
    gate.open()
    upstream.wait_requests("/b0", 2)
    assert len(upstream.requests("/front")) == (1 if sticky else 2)


@pytest.mark.parametrize("method", ["getStream", "failoverStream", "deleteStream"])
def test_stream_must_be_there(rpc, method):
    call = getattr(rpc, method)
    for stream_id in ("none", "ü" * 40, "x" * 100_000):
        error = refusal("NOT_FOUND", call, stream_id)
        assert error.context["field"] == "streamId"
        assert len(error.message) < 300
    for stream_id in ("", None, "a\x00b"):
        error = refusal("INVALID_ARGUMENT", call, stream_id)
        assert error.context["field"] == "streamId"


def test_every_form_is_served(relay, api):
    with relay.client(service=RelayService, **MULTIPLEXED) as client:
        client.ping()
        assert client.getServerInfo().serviceRole == ServiceRole.ALL_IN_ONE
        made = create(client, URL, SPARE, metadata={"a": "b"}, headers={}, kind=StreamKind.VOD)
        assert client.getStream(made.streamId) == made
        assert client.failoverStream(made.streamId).currentUrl == SPARE
        assert [stream.streamId for stream in client.listStreams()] == [made.streamId]
        refusal("NOT_FOUND", client.getStream, "none")
        client.deleteStream(made.streamId)
        assert client.listStreams() == []


def test_many_streams_are_listed(rpc, relay):
    ids = [create(rpc, metadata={"n": str(n)}).streamId for n in range(300)]
    assert [stream.streamId for stream in rpc.listStreams()] == ids
    assert [stream.metadata["n"] for stream in rpc.listStreams()] == [str(n) for n in range(300)]
    for stream_id in ids:
        rpc.deleteStream(stream_id)


def forbid_all(client) -> None:
    for call, *arguments in (
        (client.createStream, StreamSpec(url=URL)),
        (client.getStream, "x"),
        (client.listStreams,),
        (client.failoverStream, "x"),
        (client.deleteStream, "x"),
    ):
        refusal("ROLE_FORBIDDEN", call, *arguments)
    client.ping()


def test_management_relays_nothing(serve, redis):
    server = serve(service_role="management", redis_url=redis.url)
    with server.client(service=RelayService) as client:
        forbid_all(client)
    with server.client(service=RelayService, **MULTIPLEXED) as client:
        forbid_all(client)
    server.stop()


def test_without_http_nothing_is_relayed(serve):
    server = serve(http_listen="", token_runner="command")
    with server.client(service=RelayService) as client:
        forbid_all(client)
    with server.client() as client:
        refusal("INVALID_ARGUMENT", client.getToken, token_request(""))
    server.stop()


def test_private_addresses_are_the_operators_to_allow(make_relay):
    server = make_relay(relay_allow_private=None)
    with server.client(service=RelayService) as client:
        error = refusal("INVALID_ARGUMENT", client.createStream, StreamSpec(url=URL))
        assert error.context["field"] == "url"
    server.stop()


def test_server_stops_with_streams_of_both(make_relay, upstream):
    url = upstream.script("/a.ts", live(LiveSource()))
    server = make_relay()
    with server.client(service=RelayService) as client:
        made = create(client, url, kind=StreamKind.LIVE)
        server.api.create(URL)
        player = server.api.watch(made.streamPath)
        player.wait_bytes(1000)
        server.stop()
        player.wait_end()
        player.close()
