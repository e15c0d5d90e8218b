"""Who changed the state of what: in Redis, in the log, over RPC, and in ytdlp-ops events."""

from __future__ import annotations

import json
import re
import subprocess
import time

import pytest

from support.calls import failure_report
from support.cli_client import FAILED, SECRET, UNREACHABLE, dead_proxies, redacted
from support.faults import refusal
from support.paths import client_program
from support.processes import wait_until

OPERATOR = re.compile(r"rpc:127\.0\.0\.1:\d+")


@pytest.fixture
def proxies() -> list[str]:
    return dead_proxies()


@pytest.fixture
def server(serve, redis, proxies):
    return serve(redis_url=redis.url, proxies=",".join(proxies), token_runner="command")


def events(client, after: str = "", limit: int = 0) -> list[tuple[str, str, str, str]]:
    return [(e.name, e.change, e.actor, e.reason) for e in client.getAuditEvents(after, limit)]


def log_entries(server, component: str) -> list[dict]:
    lines = [line for line in server.log_text().splitlines() if f'"{component}"' in line]
    return [entry for entry in map(json.loads, lines) if entry["component"] == component]


@pytest.mark.sanitizer
def test_what_operators_and_servers_do(server, proxies):
    with server.client() as one, server.client() as other:
        one.banAccount("acc_01", "by hand", 60)
        other.unbanAccount("acc_01")
        for account in ("acc_01", "acc_02", "acc_03"):
            one.reportOutcome(failure_report(proxies[0], account))
        found = one.getAuditEvents("", 0)

    assert [(e.entity, e.name, e.change) for e in found] == [
        ("account", "acc_01", "banned"),
        ("account", "acc_01", "unbanned"),
        ("proxy", redacted(proxies[0]), "banned"),
    ]
    first, second, third = (e.actor for e in found)
    assert OPERATOR.fullmatch(first) and OPERATOR.fullmatch(second) and first != second
    assert third == server.find_entry("ready")["instance_id"]
    assert [e.serverIdentity for e in found] == ["", "", "ytdlp-ops"]
    assert [e.reason for e in found] == ["by hand", "", "3 failures with 3 accounts in 3600 s"]
    assert all(abs(e.timestampMs / 1000 - time.time()) < 60 for e in found)

    logged = log_entries(server, "audit")
    assert [e["message"] for e in logged] == ["account banned", "account unbanned", "proxy banned"]
    assert [e["actor"] for e in logged] == [first, second, third]
    assert [e["event_id"] for e in logged] == [e.eventId for e in found]


def test_a_change_of_many_is_one_line_of_the_log(server, proxies):
    with server.client() as client:
        for number in range(30):
            client.banAccount(f"acc_{number:02}", "", 60)
        assert client.unbanAllAccounts("acc_1") == 10
        assert client.banAllProxies("", "all of them", 60) == 2
        assert client.deleteAccountsFromRedis("") == 30
        found = events(client)
    assert [change for _, change, _, _ in found] == (
        ["banned"] * 30 + ["unbanned"] * 10 + ["banned"] * 2 + ["deleted"] * 30
    )
    assert {name for name, _, _, _ in found[40:42]} == {redacted(url) for url in proxies}
    assert [(e["message"], e["scope"], e["count"]) for e in log_entries(server, "audit")[30:]] == [
        ("account unbanned: many at once", "acc_1*", "10"),
        ("proxy banned: many at once", "ytdlp-ops", "2"),
        ("account deleted: many at once", "*", "30"),
    ]


def test_every_role_tells_everything(serve, redis):
    servers = [
        serve(redis_url=redis.url, service_role=role, token_runner="command")
        for role in ("all-in-one", "management", "worker")
    ]
    for number, server in enumerate(servers):
        with server.client() as client:
            client.banAccount(f"acc_{number}", "", 60)
    for server in servers:
        with server.client() as client:
            assert [name for name, *_ in events(client)] == ["acc_0", "acc_1", "acc_2"]


def test_events_after_one(server):
    with server.client() as client:
        for number in range(4):
            client.banAccount(f"acc_{number}", "", 60)
        ids = [event.eventId for event in client.getAuditEvents("", 0)]
        assert [name for name, *_ in events(client, ids[1])] == ["acc_2", "acc_3"]
        assert [name for name, *_ in events(client, ids[0], 1)] == ["acc_1"]
        assert [name for name, *_ in events(client, "", 1)] == ["acc_3"]
        assert events(client, ids[3]) == []
        error = refusal("INVALID_ARGUMENT", client.getAuditEvents, "yesterday", 0)
        assert "yesterday" in error.message
        refusal("INVALID_ARGUMENT", client.getAuditEvents, "", -1)


def test_cli_shows_the_events(cli, proxies):
    cli("accounts", "ban", "acc_01", "--reason", "by hand")
    cli("proxies", "ban", proxies[0], "--reason", f"like {proxies[1]}")
    table = cli("events")
    assert [line.split()[1:3] for line in table.out.splitlines()[1:]] == [
        ["account", "acc_01"],
        ["proxy", redacted(proxies[0])],
    ]
    found = cli("events", "--json").json["events"]
    assert [event["change"] for event in found] == ["banned", "banned"]
    assert found[1]["reason"] == f"like {redacted(proxies[1])}"
    assert SECRET not in table.out + json.dumps(found)
    later = cli("events", "--json", "--since", found[0]["eventId"]).json["events"]
    assert later == found[1:]
    assert cli("events", "--json", "--limit", "1").json["events"] == found[1:]


def test_cli_refuses_what_is_no_event(cli):
    answer = cli("events", "--since", "yesterday", status=FAILED)
    assert "yesterday" in answer.err and answer.out == ""
    assert cli("events").err == "Nothing changed the state of an account or a proxy.\n"


@pytest.fixture
def follow(cli):
    """Starts `events --follow`; its lines come through `stdout`."""
    started = []

    def start(*words: str) -> subprocess.Popen:
        started.append(
            subprocess.Popen(
                [str(client_program()), "events", "--follow", *words],
                env=cli.env,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.sanitizer
def test_cli_follows(server, cli, follow):
    cli("accounts", "ban", "acc_01", "--reason", "before")
    text, documents = follow(), follow("--json")
    assert re.fullmatch(
        r"\S+Z  account acc_01 banned by rpc:127\.0\.0\.1:\d+: before\n", text.stdout.readline()
    )
    assert json.loads(documents.stdout.readline())["reason"] == "before"
    cli("accounts", "unban", "acc_01")
    assert " account acc_01 unbanned by rpc:" in text.stdout.readline()
    assert json.loads(documents.stdout.readline())["change"] == "unbanned"

    server.stop()
    assert text.wait(60) == UNREACHABLE
    assert text.stderr.read() != ""


def test_cli_follows_from_an_event_on(cli, follow):
    for number in range(15):
        cli("accounts", "ban", f"acc_{number:02}")
    found = cli("events", "--json").json["events"]
    later = follow("--json", "--since", found[0]["eventId"])
    names = [json.loads(later.stdout.readline())["name"] for _ in range(14)]
    assert names == [f"acc_{number:02}" for number in range(1, 15)]
    newest = follow("--json")
    assert json.loads(newest.stdout.readline())["name"] == "acc_05"


def test_following_ends_with_its_reader(cli, follow):
    process = follow()
    process.stdout.close()
    cli("accounts", "ban", "acc_01")
    wait_until(lambda: process.poll() is not None, "it ends")
