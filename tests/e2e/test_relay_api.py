"""Control over HTTP: streams are made, listed, found, ended; what is wrong is said by field."""

from __future__ import annotations

import json
import socket
import uuid
from contextlib import suppress

import pytest

from support.processes import wait_until
from support.relay_api import RelayApi, RelayServer
from support.upstream_answers import (
    File,
    LiveSource,
    gated,
    live,
    redirect,
    reset,
    silence,
    some_bytes,
    status,
)

pytestmark = [pytest.mark.relay, pytest.mark.sanitizer]

URL = "http://127.0.0.1:9/a.ts"
SPARE = "http://127.0.0.1:9/b.ts"


def test_stream_is_made(api):
    made = api.create(URL, SPARE, metadata={"channel": "7", "name": "Ünï"}, user_agent="Box/3")
    assert made["stream_id"]
    assert made["stream_endpoint"] == f"/stream/{made['stream_id']}"
    assert made["stream_type"]
    shown = api.stream(made["stream_id"])
    assert shown["stream_id"] == made["stream_id"]
    assert shown["url"] == shown["current_url"] == URL
    assert shown["failover_urls"] == [SPARE]
    assert shown["metadata"] == {"channel": "7", "name": "Ünï"}
    assert shown["state"] == "IDLE"
    assert shown["client_count"] == shown["retry_count"] == shown["failover_count"] == 0


def test_hls_stream_is_made(api):
    made = api.create("http://127.0.0.1:9/live/list.m3u8?x=1")
    assert made["stream_type"].lower() == "hls"
    assert made["stream_endpoint"] == f"/hls/{made['stream_id']}/playlist.m3u8"


def test_load_balancer_chooses_the_id(api):
    chosen = str(uuid.uuid4())
    made = api.call("POST", "/streams", {"url": URL}, {"X-Stream-Id": chosen})
    assert (made.status, made.json()["stream_id"]) == (201, chosen)
    assert api.stream(chosen)["url"] == URL
    for bad in (chosen, "7", f"{chosen}0", "../../x"):
        refused = api.call("POST", "/streams", {"url": URL}, {"X-Stream-Id": bad})
        assert (refused.status, refused.error()["field"]) == (400, "id")
    assert api.ask("GET", "/streams")["total"] == 1


def test_streams_are_listed_and_forgotten(api):
    ids = [api.create(URL)["stream_id"] for _ in range(3)]
    listed = api.ask("GET", "/streams")
    assert [stream["stream_id"] for stream in listed["streams"]] == ids
    assert listed["total"] == 3
    api.ask("DELETE", f"/streams/{ids[1]}")
    left = api.ask("GET", "/streams")["streams"]
    assert [stream["stream_id"] for stream in left] == [ids[0], ids[2]]
    assert api.get(f"/streams/{ids[1]}").status == 404
    assert api.call("DELETE", f"/streams/{ids[1]}").status == 404


def test_streams_are_found_by_metadata(api):
    wanted = [api.create(URL, metadata={"group": "a b", "n": str(n)}) for n in range(2)]
    api.create(URL, metadata={"group": "c"})
    api.create(URL)
    found = api.ask("GET", "/streams/by-metadata", field="group", value="a b")["streams"]
    assert [each["stream_id"] for each in found] == [each["stream_id"] for each in wanted]
    assert not api.ask("GET", "/streams/by-metadata", field="group", value="a")["streams"]
    assert not api.ask("GET", "/streams/by-metadata", field="none", value="a")["streams"]
    reply = api.get("/streams/by-metadata?value=a")
    assert (reply.status, reply.error()["field"]) == (400, "field")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": ""}, "url"),
        ({"url": 5}, "url"),
        ({"url": "not a url"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "ftp://127.0.0.1/a"}, "url"),
        ({"url": "http://"}, "url"),
        ({"url": "http:///a"}, "url"),
        ({"url": "http://127.0.0.1:99999/"}, "url"),
        ({"url": "http://127.0.0.1/\r\nX: y"}, "url"),
        ({"url": URL, "failover_urls": "http://127.0.0.1/"}, "failover_urls"),
        ({"url": URL, "failover_urls": [SPARE, "file:///x"]}, "failover_urls"),
        ({"url": URL, "failover_urls": [7]}, "failover_urls"),
        ({"url": URL, "headers": ["a"]}, "headers"),
        ({"url": URL, "headers": {"A": "b\r\nC: d"}}, "headers"),
        ({"url": URL, "headers": {"A b": "c"}}, "headers"),
        ({"url": URL, "headers": {"A": {"b": 1}}}, "headers"),
        ({"url": URL, "metadata": "x"}, "metadata"),
        ({"url": URL, "metadata": {"a": ["b"]}}, "metadata"),
        ({"url": URL, "user_agent": 5}, "user_agent"),
        ({"url": URL, "user_agent": "a\nb"}, "user_agent"),
        ({"url": URL, "kind": "radio"}, "kind"),
        ({"url": URL, "use_sticky_session": "perhaps"}, "use_sticky_session"),
        ({"url": URL, "settings": []}, "settings"),
        ({"url": URL, "settings": {"stream_retry_attempts": "many"}}, "stream_retry_attempts"),
        ({"url": URL, "settings": {"stream_retry_attempts": -1}}, "stream_retry_attempts"),
        ({"url": URL, "settings": {"stream_retry_delay": -0.5}}, "stream_retry_delay"),
        ({"url": URL, "settings": {"stream_total_timeout_scope": "all"}}, "scope"),
        ({"url": URL, "settings": {"relay_allow_private": True}}, "relay_allow_private"),
    ],
)
def test_what_is_wrong_is_named(api, body, field):
    reply = api.call("POST", "/streams", body)
    assert reply.status == 400
    assert field in reply.error()["field"]
    assert api.ask("GET", "/streams")["streams"] == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b'{"url": "\\ud800"}', b"[" * 100_000],
    ids=["none", "cut", "array", "string", "null", "bytes", "surrogate", "deep"],
)
def test_bad_json(api, body):
    reply = api.call("POST", "/streams", body)
    assert reply.status == 400
    assert reply.error()["message"]


@pytest.mark.parametrize(
    "name",
    ["unknown", "%00", "..%2f..%2fetc", "x" * 5000, "%ff"],
    ids=["unknown", "nul", "dots", "long", "bytes"],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/streams/{}"),
        ("DELETE", "/streams/{}"),
        ("POST", "/streams/{}/failover"),
        ("GET", "/stream/{}"),
        ("GET", "/hls/{}/playlist.m3u8"),
    ],
)
def test_unknown_stream(api, method, path, name):
    reply = api.call(method, path.format(name))
    assert reply.status in (400, 404)
    assert reply.error()["message"]


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("PUT", "/streams", 405), ("POST", "/stats", 405), ("GET", "/nothing", 404)],
)
def test_unknown_routes(api, method, path, code):
    reply = api.call(method, path)
    assert reply.status == code
    assert reply.error()["message"]
    assert (code == 405) == ("allow" in reply.headers)


def test_failover_without_another_url(api):
    made = api.create(URL)
    reply = api.call("POST", f"/streams/{made['stream_id']}/failover")
    assert reply.status in (400, 404, 409)
    assert reply.error()["message"]


def test_clients_are_shown(api, upstream, players):
    made = api.create(upstream.script("/a.ts", live(LiveSource(8e6))), kind="live")
    player = players(made["stream_endpoint"], User_Agent="Box/9")
    player.wait_bytes(50_000)
    (client,) = api.ask("GET", "/clients")["clients"]
    assert client["client_id"]
    assert client["stream_id"] == made["stream_id"]
    assert client["user_agent"] == "Box/9"
    assert client["bytes_served"] > 0
    player.close()
    wait_until(lambda: not api.ask("GET", "/clients")["clients"], "the client is gone")


def test_a_player_cannot_make_the_list_unreadable(api, upstream, players):
    made = api.create(upstream.script("/a.ts", live(LiveSource(8e6))), kind="live")
    players(made["stream_endpoint"], User_Agent="Box/\xff").wait_bytes(1000)
    (client,) = api.ask("GET", "/clients")["clients"]
    assert client["user_agent"] == "Box/\ufffd"


def test_stats_add_up(api, upstream, players):
    body = some_bytes(100_000)
    before = api.ask("GET", "/stats")
    made = api.create(upstream.script("/a.mp4", File(body)), kind="vod")
    assert api.get(made["stream_endpoint"]).body == body
    wait_until(lambda: not api.ask("GET", "/clients")["clients"], "the client is gone")
    shown = api.stream(made["stream_id"])
    assert shown["bytes_from_upstream"] == shown["bytes_to_clients"] == len(body)
    assert api.ask("GET", "/stats") != before


def test_connection_is_tested(api, upstream):
    good = api.ask("POST", "/test-connection", {"url": upstream.script("/a.mp4", File(b"x" * 500))})
    assert good["success"] is True
    assert good["status_code"] in (200, 206)
    bad = api.call("POST", "/test-connection", {"url": upstream.script("/b", status(503))}).json()
    assert bad["success"] is False
    assert bad["status_code"] == 503
    for wrong in ({"url": "file:///etc/passwd"}, {"url": "dQw4w9WgXcQ", "account_id": "a"}):
        reply = api.call("POST", "/test-connection", wrong)
        assert (reply.status, reply.error()["field"]) == (400, "url"), wrong


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/streams"),
        ("GET", "/streams"),
        ("GET", "/streams/x"),
        ("DELETE", "/streams/x"),
        ("POST", "/streams/x/failover"),
        ("GET", "/streams/by-metadata?field=a&value=b"),
        ("GET", "/stats"),
        ("GET", "/clients"),
        ("POST", "/test-connection"),
        ("GET", "/webhooks"),
        ("POST", "/webhooks"),
        ("GET", "/events"),
    ],
)
def test_control_needs_the_token(guarded, method, path):
    stranger = RelayApi(guarded.http_port)
    for headers in ({}, {"X-API-Token": "wrong"}, {"Authorization": "Bearer secret-toke"}):
        reply = stranger.call(method, path, {} if method == "POST" else None, headers)
        assert reply.status == 401
        assert "secret-token" not in reply.body.decode()


@pytest.fixture(scope="module")
def guarded(module_folder):
    server = RelayServer(module_folder / "guarded", api_token="secret-token")
    yield server
    server.close()


def test_token_opens(guarded, upstream):
    stranger = RelayApi(guarded.http_port)
    headers = ({"X-API-Token": "secret-token"}, {"Authorization": "Bearer secret-token"})
    for each in headers:
        assert stranger.call("GET", "/streams", headers=each).status == 200
    made = guarded.api.create(upstream.script("/a.mp4", File(b"x" * 500)), kind="vod")
    assert stranger.get(made["stream_endpoint"]).body == b"x" * 500
    assert "secret-token" not in guarded.log_text()


OTHERS = {
    "another origin": {"Origin": "https://evil.example"},
    "another port": {"Origin": "http://127.0.0.1:1"},
    "a name that leads here": {"Host": "evil.example", "Origin": "http://evil.example"},
}


@pytest.mark.parametrize("whose", OTHERS)
def test_pages_of_other_sites_control_nothing(api, whose):
    """A browser sends a form's POST to loopback for whatever site asks; no token keeps it out."""
    headers = OTHERS[whose] | {"Content-Type": "text/plain"}
    hook = {"url": "http://127.0.0.1:9/"}
    for method, path, body in [
        ("POST", "/webhooks", hook),
        ("POST", "/streams", hook),
        ("POST", "/test-connection", hook),
        ("GET", "/streams", None),
        ("GET", "/events", None),
    ]:
        assert api.call(method, path, body, headers).status == 403, path
    assert api.ask("GET", "/webhooks")["webhooks"] == []
    assert api.ask("GET", "/streams")["total"] == 0


def test_pages_of_other_sites_play(api, upstream):
    made = api.create(upstream.script("/a.mp4", File(b"x" * 500)), kind="vod")
    player = api.call("GET", made["stream_endpoint"], headers=OTHERS["another origin"])
    assert player.body == b"x" * 500


def test_passwords_do_not_show(relay, api):
    url = "http://user:hunter2@127.0.0.1:9/a.ts"
    made = api.create(url, url, kind="live", settings={"stream_retry_attempts": 0})
    reply = api.get(made["stream_endpoint"])
    assert reply.status == 502
    assert "hunter2" not in reply.body.decode()
    assert "hunter2" not in relay.log_text()


SECRET = "/live/joe/hunter2/1.ts?token=hunter3#hunter4"


@pytest.mark.parametrize("kind", ["live", "vod", "hls", "auto"])
@pytest.mark.parametrize("how", ["refused", "503", "redirect", "reset", "silence"])
def test_players_are_told_the_host_only(relay, api, upstream, kind, how):
    """What follows it is the operator's business: who may watch need not know the account."""
    host = f"127.0.0.1:{9 if how == 'refused' else upstream.port}"
    dead = {"503": status(503), "reset": reset(), "silence": silence()}
    dead["redirect"] = redirect(f"ftp://user:hunter5@{host}{SECRET}")
    upstream.script(SECRET.partition("?")[0], dead.get(how, status(500)))
    quick = {"live_chunk_timeout_seconds": 0.2, "vod_chunk_timeout_seconds": 0.2}
    settings = {"stream_retry_attempts": 0, **quick}
    made = api.create(f"http://{host}{SECRET}", kind=kind, settings=settings)
    reply = api.get(made["stream_endpoint"])
    assert reply.status in (502, 504)
    assert "hunter" not in reply.body.decode(), reply
    assert "joe" not in reply.body.decode(), reply
    assert f"http://{host}" in reply.error()["message"], reply
    assert SECRET.partition("?")[0] in api.stream(made["stream_id"])["last_error"]
    assert SECRET.partition("?")[0] in relay.log_text()


def raw(port: int, request: bytes, answer_s: float = 30) -> bytes:
    """What a connection answers to these bytes, until it is closed."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=answer_s) as connection:
        with suppress(ConnectionError):  # a server need not read to the end what it refuses
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                got += piece
    return got


LIMITS = {
    "headers": (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", 431),
    "target": (b"GET /" + b"y" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "nonsense": (b"GET / NONSENSE\r\n\r\n", 400),
    "body": (b"POST /streams HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", 413),
    "length": (b"POST /streams HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 400),
}


@pytest.mark.parametrize("what", LIMITS)
def test_requests_have_limits(relay, what):
    request, code = LIMITS[what]
    got = raw(relay.http_port, request)
    assert got.startswith(b"HTTP/1.1 %d " % code), got[:200]


def test_connection_is_kept(relay):
    request = b"GET /streams HTTP/1.1\r\nHost: localhost\r\n\r\n"
    got = raw(relay.http_port, request * 5)
    assert got.count(b"HTTP/1.1 200 ") == 5


def test_half_a_request_holds_up_nobody(relay, api):
    with socket.create_connection(("127.0.0.1", relay.http_port)) as half:
        half.sendall(b"GET /streams HTTP/1.1\r\nHo")
        assert api.ask("GET", "/streams") is not None


def test_a_player_that_left_while_another_answer_was_due(relay, api, upstream):
    """The end of what it sends is read before its own request is looked at."""
    gate = upstream.gate()
    test = json.dumps({"url": upstream.script("/t", gated(gate, status(200)))}).encode()
    patience = {"live_chunk_timeout_seconds": 60}
    made = api.create(upstream.script("/a", silence()), kind="live", settings=patience)
    before = b"POST /test-connection HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
    watch = f"GET {made['stream_endpoint']} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", relay.http_port), timeout=10) as player:
        player.sendall(before % (len(test), test) + watch.encode())
        upstream.wait_requests("/t", 1)
        player.shutdown(socket.SHUT_WR)
        api.ask("GET", "/streams")
        gate.open()
        with suppress(ConnectionError):
            while player.recv(65536):
                pass
    wait_until(lambda: not api.ask("GET", "/clients")["clients"], "the client is gone")


def test_deleting_ends_waiting_clients(api, upstream, players):
    made = api.create(
        upstream.script("/a", silence()),
        kind="live",
        settings={"live_chunk_timeout_seconds": 60},
    )
    player = players(made["stream_endpoint"])
    upstream.wait_requests("/a", 1)
    api.ask("DELETE", f"/streams/{made['stream_id']}")
    assert player.wait_head() in (404, 410, 502, 503)
