"""ytdlp-ops relay: streams made, watched, switched and ended from a command line."""

from __future__ import annotations

import re
import shlex

import pytest
from support.cli_client import DONE, FAILED, SECRET, USAGE, Cli
from support.processes import wait_until
from support.upstream_answers import File, LiveSource, live, some_bytes, status

pytestmark = [pytest.mark.relay, pytest.mark.sanitizer]

PIECE = 50_000
BODY = some_bytes(3 * 1024 * 1024)


@pytest.fixture
def cli(relay, api, folder) -> Cli:
    """On the module's relay; the test's streams go with `api`."""
    return Cli(folder, relay.port)


def create(cli: Cli, *words: str) -> dict:
    return cli("relay", "create", *words, "--json").json


def show(cli: Cli, stream_id: str) -> dict:
    return cli("relay", "show", stream_id, "--json").json


def test_create_prints_id_and_path_that_plays(cli, api, upstream):
    answer = cli("relay", "create", upstream.script("/a.mp4", File(BODY)))
    stream_id, path = shlex.split(answer.out)
    assert answer.out == f"{stream_id} {path}\n"
    assert api.get(path).body == BODY
    assert api.stream(stream_id)["stream_id"] == stream_id


def test_create_tells_the_relay_every_option(cli, api, upstream):
    url = upstream.script("/a.mp4", status(503))
    failover = upstream.script("/b.mp4", File(BODY))
    made = create(
        cli,
        url,
        *("--failover", failover, "--failover", upstream.url("/c.mp4")),
        *("--user-agent", "Player/1.0 (x)"),
        *("--header", "Referer: https://site.example/a?b=c:d", "--header", "X-Two:2"),
        *("--metadata", "channel=news", "--metadata", "query=a=b"),
        *("--kind", "vod", "--sticky"),
    )
    assert made["url"] == url
    assert made["failoverUrls"] == [failover, upstream.url("/c.mp4")]
    assert made["kind"] == "VOD"
    assert made["state"] == "IDLE"
    assert made["metadata"] == {"channel": "news", "query": "a=b"}
    assert made["lastError"] is None
    assert made["clientCount"] == made["bytesToClients"] == 0
    assert made == show(cli, made["streamId"])

    assert api.get(made["streamPath"]).body == BODY
    sent = upstream.requests("/b.mp4")[0].headers
    assert sent["user-agent"] == "Player/1.0 (x)"
    assert sent["referer"] == "https://site.example/a?b=c:d"
    assert sent["x-two"] == "2"


def test_the_upstream_is_reached_through_the_proxy(cli, api, upstream, microsocks):
    proxy = microsocks(password=SECRET)
    made = create(cli, upstream.script("/a.mp4", File(BODY)), "--proxy", proxy.url)
    assert api.get(made["streamPath"]).body == BODY
    upstream.refuse()
    proxy.close()
    assert api.get(made["streamPath"]).status in (502, 504)


def test_show_and_list_tell_what_went_through(cli, api, upstream):
    url = upstream.script("/a.mp4", File(BODY)).replace("//", f"//user:{SECRET}@")
    made = create(cli, url, "--metadata", "channel=news", "--kind", "vod")
    stream_id, path = made["streamId"], made["streamPath"]
    assert made["url"] == url
    assert api.get(path).body == BODY
    wait_until(lambda: show(cli, stream_id)["clientCount"] == 0, "the client has gone")

    row = cli("relay", "list").row(stream_id)
    assert SECRET not in row
    assert re.split(" {2,}", row)[1:2] == ["VOD"]
    assert row.count("3.0 MiB") == 2
    assert url.replace(SECRET, "***") in row

    text = cli("relay", "show", stream_id)
    assert SECRET not in text.out
    assert text.row("path ").split() == ["path", path]
    assert text.row("to clients ").split(None, 2)[2] == "3.0 MiB"
    assert text.row("metadata ").split() == ["metadata", "channel=news"]

    (listed,) = cli("relay", "list", "--json").json["streams"]
    assert listed["streamId"] == stream_id
    assert listed["bytesToClients"] == listed["bytesFromUpstream"] == len(BODY)


def test_an_empty_list_says_so(cli):
    answer = cli("relay", "list")
    assert answer.out.split()[0] == "ID"
    assert "no stream" in answer.err
    assert cli("relay", "list", "--json").json == {"streams": []}


def test_failover_keeps_the_clients(cli, upstream, players):
    source = LiveSource(8e6)
    first = upstream.script("/a.ts", live(source))
    second = upstream.script("/b.ts", live(source, number=1))
    made = create(cli, first, "--failover", second, "--kind", "live")
    player = players(made["streamPath"])
    player.wait_bytes(PIECE)

    answer = cli("relay", "failover", made["streamId"])
    assert answer.out == f"stream {made['streamId']} switched to {second}\n"
    upstream.wait_requests("/b.ts", 1)
    player.wait_more(PIECE)
    assert player.is_watching()
    back = cli("relay", "failover", made["streamId"], "--json").json
    assert (back["currentUrl"], back["failoverCount"]) == (first, 2)


def test_colours_of_states_on_a_terminal(cli, upstream, players):
    made = create(cli, upstream.script("/a.ts", live(LiveSource(8e6))), "--kind", "live")
    create(cli, upstream.url("/idle.ts"))
    players(made["streamPath"]).wait_bytes(PIECE)
    listed = cli.on_terminal("relay", "list", width=250)
    assert listed.status == DONE
    assert "\x1b[32mSTREAMING\x1b[0m" in listed.out
    assert re.search(r"AUTO +IDLE +0", listed.out)


def test_delete_ends_the_stream(cli, api, upstream, players):
    made = create(cli, upstream.script("/a.ts", live(LiveSource(8e6))), "--kind", "live")
    stream_id = made["streamId"]
    player = players(made["streamPath"])
    player.wait_bytes(PIECE)

    no = cli.on_terminal("relay", "delete", stream_id, answer="n")
    assert (no.status, "[y/N]" in no.out) == (FAILED, True)
    assert player.is_watching()
    yes = cli.on_terminal("relay", "delete", stream_id, answer="y")
    assert (yes.status, f"stream {stream_id} deleted" in yes.out) == (DONE, True)
    player.wait_end()
    assert api.get(f"/streams/{stream_id}").status == 404


def test_delete_for_programs_does_not_ask(cli, upstream):
    made = create(cli, upstream.url("/a.ts"))
    answer = cli("relay", "delete", made["streamId"], "--json")
    assert answer.json == {"action": "delete", "changed": 1, "streamId": made["streamId"]}
    assert cli("relay", "list", "--json").json["streams"] == []


@pytest.mark.parametrize("verb", ["show", "failover", "delete"])
def test_an_unknown_id_is_named(cli, verb):
    answer = cli("relay", verb, "no-such-stream", status=FAILED)
    assert answer.err.startswith("ytdlp-ops: NOT_FOUND: ")
    assert "list the streams to see which are" in answer.err
    assert "no-such-stream" in answer.err
    assert answer.out == ""


def test_failover_without_another_url_is_refused(cli, upstream):
    made = create(cli, upstream.url("/a.ts"))
    answer = cli("relay", "failover", made["streamId"], "--json", status=FAILED)
    assert answer.json["error"]["errorCode"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "words",
    [
        ("file:///etc/passwd",),
        ("not a url",),
        ("http://h/a.ts", "--failover", "ftp://h/b.ts"),
        ("http://h/a.ts", "--proxy", "ftp://h:1"),
        ("http://h/a.ts", "--user-agent", "a\nb"),
    ],
)
def test_the_server_refuses_what_it_does_not_relay(cli, words):
    answer = cli("relay", "create", *words, "--json", status=FAILED)
    assert answer.json["error"]["errorCode"] == "INVALID_ARGUMENT"
    assert cli("relay", "list", "--json").json["streams"] == []


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("create",), "URL"),
        (("create", "http://h/", "--header", f"Authorization {SECRET}"), "Name: value"),
        (("create", "http://h/", "--header", f"A: {SECRET}\r\nB: 2"), "line break"),
        (("create", "http://h/", "--metadata", "news"), "key=value"),
        (("create", "http://h/", "--kind", "dash"), "auto, live, vod, hls"),
        (("show",), "STREAM_ID"),
        (("delete", "--all"), "--all"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_sent(cli, words, named):
    answer = cli("relay", *words, status=USAGE)
    assert named in answer.err
    assert SECRET not in answer.err
    assert answer.out == ""


def test_a_role_without_a_relay_says_who_has_one(serve, folder, redis):
    server = serve(service_role="management", redis_url=redis.url)
    answer = Cli(folder, server.port)("relay", "list", status=FAILED)
    assert answer.err.startswith("ytdlp-ops: ROLE_FORBIDDEN: ")
    assert "worker or all-in-one" in answer.err
