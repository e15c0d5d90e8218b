"""Events: each once, in the log with the specification's words, to listeners and to webhooks."""

from __future__ import annotations

import json
import re
import socket
import time
from collections import Counter
from urllib.parse import urlencode

import pytest

from support.processes import wait_until
from support.relay_api import FAST
from support.relay_events import EventListener
from support.upstream_answers import (
    File,
    LiveSource,
    live,
    redirect,
    reset,
    silence,
    status,
    text,
)

pytestmark = [pytest.mark.relay, pytest.mark.sanitizer]

TRIES = FAST["stream_retry_attempts"] + 1


@pytest.fixture
def listener(relay, api):
    heard = EventListener(relay.http_port)
    yield heard
    heard.close()


@pytest.fixture
def source() -> LiveSource:
    return LiveSource(8e6)


def kinds(listener: EventListener, stream_id: str) -> Counter:
    return Counter(event["event_type"] for event in listener.of(stream_id))


def log_of(relay, stream_id: str) -> list[str]:
    """Messages of the log that are about the stream."""
    return [e["message"] for e in relay.log_entries() if stream_id in json.dumps(e)]


def test_life_of_a_stream(api, upstream, players, listener, source):
    made = api.create(upstream.script("/a", live(source)), kind="live")
    stream = made["stream_id"]
    player = players(made["stream_endpoint"], User_Agent="Box/1")
    player.wait_bytes(50_000)
    (connected,) = listener.wait_for(stream, "client_connected")
    assert len(listener.wait_for(stream, "stream_started")) == 1
    player.close()
    (left,) = listener.wait_for(stream, "client_disconnected")
    assert left["data"]["client_id"] == connected["data"]["client_id"]
    assert left["data"]["bytes_served"] >= 50_000
    api.ask("DELETE", f"/streams/{stream}")
    listener.wait_for(stream, "stream_stopped")
    assert set(kinds(listener, stream).values()) == {1}
    assert listener.content_type.startswith("text/event-stream")


def test_bytes_served_of_a_file(api, upstream, listener):
    made = api.create(upstream.script("/a", File(b"x" * 12_345)), kind="vod")
    api.get(made["stream_endpoint"])
    (left,) = listener.wait_for(made["stream_id"], "client_disconnected")
    assert left["data"]["bytes_served"] == 12_345


def test_failover_is_told_once(relay, api, upstream, players, listener, source):
    first = upstream.script("/a", live(source, stop_after=50_000, then="reset"), reset())
    second = upstream.script("/b", live(source, number=1))
    made = api.create(first, second, kind="live")
    stream = made["stream_id"]
    watching = [players(made["stream_endpoint"]) for _ in range(3)]
    upstream.wait_requests("/b", 1)
    for player in watching:
        player.wait_bytes(100_000)
    (event,) = listener.wait_for(stream, "failover_triggered")
    assert event["data"]["old_url"] == first
    assert event["data"]["new_url"] == second
    assert event["data"]["attempt_number"] == 1
    assert event["data"]["reason"]
    assert kinds(listener, stream)["failover_triggered"] == 1
    assert kinds(listener, stream)["stream_failed"] == 0
    said = log_of(relay, stream)
    assert sum("failover attempt 1/3" in line for line in said) == 1, said


def test_retries_are_logged_with_the_words(relay, api, upstream, players, source):
    url = upstream.script("/a", silence(), silence(), live(source))
    made = api.create(url, kind="live", settings={"live_chunk_timeout_seconds": 0.3})
    players(made["stream_endpoint"]).wait_bytes(50_000)
    said = log_of(relay, made["stream_id"])
    assert any("No data received for 0.3s from upstream" in line for line in said), said
    for attempt in (1, 2):
        words = f"(attempt {attempt}/{TRIES - 1}, delay: "
        assert any("Retrying connection" in line and words in line for line in said), said
    words = "Connection successful after 2 retries, resetting retry counter"
    assert any(words in line for line in said), said


def test_failure_is_told_once(api, upstream, players, listener):
    made = api.create(upstream.script("/a", reset()), kind="live")
    waiting = [players(made["stream_endpoint"]) for _ in range(3)]
    for player in waiting:
        player.wait_end()
    stream = made["stream_id"]
    events = listener.wait_for(stream, "stream_failed")
    assert events[0]["data"]["reason"]
    assert events[0]["data"]["retry_count"] == TRIES - 1
    outages = len(upstream.requests("/a")) / TRIES
    assert len(events) == outages


def test_a_file_that_cannot_be_gone_on_with_is_the_reason(api, upstream, listener):
    """Neither length nor validator: nothing tells that the rest would be of the same file."""

    async def nameless(exchange):
        await exchange.start(200, {"Transfer-Encoding": "chunked", "Content-Type": "video/mp4"})
        await exchange.send(b"3\r\nabc\r\n")
        await exchange.reset()

    made = api.create(upstream.script("/a", nameless), kind="vod")
    assert api.get(made["stream_endpoint"]).broken
    (failed,) = listener.wait_for(made["stream_id"], "stream_failed")
    assert failed["data"]["reason"] == "not_resumable"


def test_total_timeout_is_the_reason(api, upstream, listener):
    settings = {
        "stream_retry_attempts": 1000,
        "stream_total_timeout": 0.4,
        "stream_total_timeout_scope": "stream",
    }
    made = api.create(upstream.script("/a", reset()), kind="live", settings=settings)
    assert api.get(made["stream_endpoint"]).status in (502, 504)
    (event,) = listener.wait_for(made["stream_id"], "stream_failed")
    assert event["data"]["reason"] == "total_timeout_exceeded"
    assert event["data"]["retry_count"] == len(upstream.requests("/a")) - 1


def test_head_of_the_events_is_a_whole_reply(relay):
    """What else is asked for on the connection is answered after it."""
    asked = b"%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
    got = b""
    with socket.create_connection(("127.0.0.1", relay.http_port), timeout=20) as connection:
        connection.sendall(asked % b"HEAD /events" + asked % b"GET /stats")
        while b"total_streams" not in got:
            piece = connection.recv(65536)
            assert piece, got
            got += piece
    assert got.count(b"HTTP/1.1 200 ") == 2


def test_all_listeners_hear_all(relay, api, upstream, listener):
    others = [EventListener(relay.http_port) for _ in range(5)]
    made = api.create(upstream.script("/a", File(b"x")), kind="vod")
    api.get(made["stream_endpoint"])
    api.ask("DELETE", f"/streams/{made['stream_id']}")
    for each in [listener, *others]:
        each.wait_for(made["stream_id"], "stream_stopped")
    for each in others:
        assert kinds(each, made["stream_id"]) == kinds(listener, made["stream_id"])
        each.close()


def test_what_was_missed_is_told_to_a_reader_that_comes_back(relay, api, upstream, listener):
    stream = run_once(api, upstream)
    heard = listener.wait_for(stream, "stream_stopped") and listener.of(stream)
    seen = heard[1]["event_id"]
    again = EventListener(relay.http_port, last_id=seen)
    again.wait_for(stream, "stream_stopped")
    assert [event["event_id"] for event in again.of(stream)] == [
        event["event_id"] for event in heard[2:]
    ]
    again.close()


def test_an_id_of_a_server_before_this_one_gets_all_of_it(relay, api, upstream, listener):
    """Ids begin anew with the server, and a reader comes back with the last one that it heard."""
    stream = run_once(api, upstream)
    listener.wait_for(stream, "stream_stopped")
    again = EventListener(relay.http_port, last_id=10**9)
    again.wait_for(stream, "stream_stopped")
    assert kinds(again, stream) == kinds(listener, stream)
    again.close()


@pytest.fixture
def hook(api):
    """Registers webhooks, which are removed at the end."""
    made = []

    def add(url: str, *events: str, **more):
        api.ask("POST", "/webhooks", {"url": url, "events": list(events), **more})
        made.append(url)

    yield add
    for url in made:
        api.call("DELETE", f"/webhooks?{urlencode({'webhook_url': url})}")


def hooked(upstream, path: str, stream_id: str) -> list[dict]:
    """The events of a stream that a webhook was told, repeats included."""
    told = [json.loads(request.body) for request in upstream.requests(path)]
    return [event for event in told if event["stream_id"] == stream_id]


def run_once(api, upstream) -> str:
    """A stream from its making to its end; its id."""
    made = api.create(upstream.script("/a", File(b"x" * 100)), kind="vod")
    api.get(made["stream_endpoint"])
    wait_until(lambda: api.stream(made["stream_id"])["client_count"] == 0, "the client is gone")
    api.ask("DELETE", f"/streams/{made['stream_id']}")
    return made["stream_id"]


def test_webhook_is_told(api, upstream, hook):
    url = upstream.script("/hook", status(200))
    hook(url, "client_connected", "stream_stopped")
    stream = run_once(api, upstream)
    wait_until(lambda: len(hooked(upstream, "/hook", stream)) == 2, "both events came")
    events = {event["event_type"]: event for event in hooked(upstream, "/hook", stream)}
    assert set(events) == {"client_connected", "stream_stopped"}
    assert events["client_connected"]["data"]["client_id"]
    assert events["client_connected"]["event_id"] != events["stream_stopped"]["event_id"]
    assert all(event["timestamp"] for event in events.values())
    (request, _) = upstream.requests("/hook")
    assert request.method == "POST"
    assert request.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_webhook_that_has_moved_is_told_at_its_new_place(api, upstream, hook, code):
    upstream.script("/moved", status(200))
    hook(upstream.script("/hook", redirect("/moved", code)), "stream_stopped")
    stream = run_once(api, upstream)
    (request,) = upstream.wait_requests("/moved", 1)
    assert request.method == "POST"
    assert [event["event_type"] for event in hooked(upstream, "/moved", stream)] == [
        "stream_stopped"
    ]


def test_webhooks_are_listed_and_removed(api, upstream, hook):
    url = upstream.script("/hook", status(200))
    hook(url, "stream_stopped")
    shown = url.replace("/hook", "/***")  # the path of a webhook often is its secret
    assert shown in [each["url"] for each in api.ask("GET", "/webhooks")["webhooks"]]
    api.ask("DELETE", "/webhooks", webhook_url=url)
    assert shown not in [each["url"] for each in api.ask("GET", "/webhooks")["webhooks"]]
    other = upstream.script("/other", status(200))
    hook(other, "stream_stopped")
    stream = run_once(api, upstream)
    wait_until(lambda: hooked(upstream, "/other", stream), "the other webhook was told")
    assert not upstream.requests("/hook")


def test_webhook_is_tried_again_with_growing_delay(api, upstream, hook):
    url = upstream.script("/hook", status(500), reset(), status(200))
    hook(url, "stream_stopped", retry_attempts=3)
    stream = run_once(api, upstream)
    upstream.wait_requests("/hook", 3)
    told = hooked(upstream, "/hook", stream)
    assert len({event["event_id"] for event in told}) == 1
    times = [request.at for request in upstream.requests("/hook")]
    assert times[2] - times[1] > (times[1] - times[0]) * 1.2


def test_webhook_that_hangs_delays_nobody(api, upstream, hook):
    hook(upstream.script("/slow", silence()), "stream_stopped")
    hook(upstream.script("/quick", status(200)), "stream_stopped")
    begun = time.monotonic()
    streams = [run_once(api, upstream) for _ in range(5)]
    for stream in streams:
        wait_until(lambda: hooked(upstream, "/quick", stream), "the quick webhook was told")
    assert time.monotonic() - begun < 8
    upstream.wait_requests("/slow", 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "file:///x", "events": ["stream_stopped"]}, "url"),
        ({"url": "http://127.0.0.1:9/", "events": ["no_such_event"]}, "events"),
        ({"url": "http://127.0.0.1:9/", "events": "stream_stopped"}, "events"),
    ],
)
def test_wrong_webhook(api, body, field):
    reply = api.call("POST", "/webhooks", body)
    assert reply.status == 400
    assert field in reply.error()["field"]


def test_unknown_webhook(api):
    assert api.call("DELETE", "/webhooks?webhook_url=http://127.0.0.1:9/no").status == 404


PLAYLIST = """#EXTM3U
#EXT-X-TARGETDURATION:1
#EXT-X-KEY:METHOD=AES-128,URI="key.php"
#EXTINF:1,
gone.ts
#EXTINF:1,
here.ts
"""


def test_a_segment_that_is_gone_is_no_failure_of_the_stream(relay, api, upstream, listener):
    upstream.script("/gone.ts", status(404))
    upstream.script("/key.php", status(403))
    upstream.script("/here.ts", File(b"x" * 188))
    made = api.create(upstream.script("/l.m3u8", text(PLAYLIST)), kind="hls")
    stream = made["stream_id"]
    shown = api.get(made["stream_endpoint"]).body.decode()
    key, gone, here = re.findall(r"/hls/[^\"\n]+", shown)
    assert [api.get(path).status for path in (key, gone, here)] == [502, 502, 200]
    assert api.get(made["stream_endpoint"]).status == 200
    listener.wait_for(stream, "client_disconnected", 5)
    assert kinds(listener, stream)["stream_failed"] == 0
    assert kinds(listener, stream)["stream_started"] == 1
    assert api.stream(stream)["state"] == "IDLE"
    assert sum("all has failed" in line for line in log_of(relay, stream)) == 2


@pytest.mark.parametrize("name", ["v.m3u8", "v.php", "v"])
def test_a_variant_that_is_gone_fails_the_stream(api, upstream, listener, name):
    master = text(f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{name}\n")
    upstream.script(f"/{name}", status(404))
    made = api.create(upstream.script("/l.m3u8", master), kind="hls")
    variant = api.get(made["stream_endpoint"]).body.decode().splitlines()[-1]
    assert api.get(variant).status == 502
    (failed,) = listener.wait_for(made["stream_id"], "stream_failed")
    assert failed["data"]["reason"] == "unrecoverable_status"
    assert api.stream(made["stream_id"])["state"] == "FAILED"
