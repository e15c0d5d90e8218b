"""The state of the system over HTTP: whole, as a stream of changes, and an operator's orders."""

from __future__ import annotations

import json
import re
import time

import pytest

from support import page_world
from support.calls import failure_report, success_report, token_request
from support.cli_client import SECRET, dead_proxies, redacted
from support.contract import ServiceException, WorkService
from support.processes import wait_until
from support.relay_api import RelayApi
from support.status_feed import StatusFeed, give_order

PROXY = "socks5://127.0.0.1:1"


@pytest.fixture
def proxies() -> list[str]:
    return dead_proxies()


@pytest.fixture
def server(serve, redis, proxies):
    return serve(redis_url=redis.url, proxies=",".join(proxies), token_runner="command")


@pytest.fixture
def http(server) -> RelayApi:
    return RelayApi(http_port(server))


@pytest.fixture
def watch():
    """Starts viewers of a server."""
    feeds = []

    def start(server, token: str | None = None) -> StatusFeed:
        feeds.append(StatusFeed(http_port(server), token))
        return feeds[-1]

    yield start
    for feed in feeds:
        feed.close()


def http_port(server) -> int:
    return int(server.find_entry("ready")["http_port"])


# ---- what is told


@pytest.mark.sanitizer
def test_the_whole_state(server, http, proxies):
    with server.client() as client, server.client(service=WorkService) as work:
        client.banAccount("acc_01", f"like {proxies[0]}", 600)
        client.reportOutcome(success_report(proxies[1], "acc_02"))
        client.banProxy("", proxies[0], "slow", -1)
        work.pushUrls("videos", ["https://a.example/1", "https://a.example/2"])
        work.pullUrl("videos", "lane", 60)
    wait_until(lambda: http.ask("GET", "/api/status")["instances"], "the instance tells of itself")
    state = http.ask("GET", "/api/status")

    accounts = {row["id"]: row for row in state["accounts"]}
    assert accounts["acc_01"]["state"] == "BANNED"
    assert accounts["acc_01"]["reason"] == f"like {redacted(proxies[0])}"
    assert abs(accounts["acc_01"]["until"] - time.time() - 600) < 30
    assert (accounts["acc_02"]["ok"], accounts["acc_02"]["failed"]) == (1, 0)
    assert accounts["acc_02"]["proxy"] == redacted(proxies[1])
    shown = {row["url"]: row for row in state["proxies"]}
    assert set(shown) == {redacted(url) for url in proxies}
    banned = shown[redacted(proxies[0])]
    assert (banned["state"], banned["until"], banned["reason"]) == ("BANNED", -1, "slow")
    assert banned["identity"] == "ytdlp-ops" and re.fullmatch("[0-9a-f]{20}", banned["id"])
    (queue,) = state["queues"]
    assert (queue["id"], queue["inbox"], queue["in_progress"]) == ("videos", 1, 1)
    (instance,) = state["instances"]
    assert instance["service_role"] == "all-in-one"
    assert [e["change"] for e in state["events"]] == ["banned", "banned"]
    assert state["redis"] == {"reachable": True, "error": None}
    assert state["server"]["instance"] == instance["id"]
    assert SECRET not in json.dumps(state)


@pytest.mark.sanitizer
def test_changes_come_by_themselves(server, watch, proxies):
    feed = watch(server)
    other = watch(server)
    with server.client() as client:
        client.banAccount("acc_01", "by hand", 600)
        feed.wait(lambda: feed.row("accounts", "acc_01").get("state") == "BANNED", "the ban comes")
        feed.wait(lambda: feed.events[-1]["change"] == "banned", "the event comes")
        assert re.fullmatch(r"rpc:127\.0\.0\.1:\d+", feed.events[-1]["actor"])
        client.unbanAccount("acc_01")
        feed.wait(lambda: feed.row("accounts", "acc_01")["state"] == "ACTIVE", "the unban comes")

        client.reportOutcome(success_report(proxies[0], "acc_01"))
        feed.wait(lambda: feed.row("accounts", "acc_01")["ok"] == 1, "the use comes")
        feed.wait(lambda: feed.proxy(redacted(proxies[0]))["ok"] == 1, "of the proxy too")
        for account in ("acc_01", "acc_02", "acc_03"):
            client.reportOutcome(failure_report(proxies[0], account))
        feed.wait(lambda: feed.proxy(redacted(proxies[0]))["state"] == "BANNED", "the window bans")

        assert client.deleteAccountsFromRedis("acc_02") == 1
        feed.wait(lambda: not feed.row("accounts", "acc_02"), "the account goes")
        client.deleteProxiesFromRedis("", [proxies[0]])
        feed.wait(lambda: feed.proxy(redacted(proxies[0]))["state"] == "ACTIVE", "it is new again")
    other.wait(lambda: other.lists == feed.lists, "everybody has the same")
    assert SECRET not in json.dumps(feed.messages)


def test_bans_end_without_anybody_asking(server, watch, proxies):
    feed = watch(server)
    with server.client() as client:
        client.banAccount("acc_01", "", 2)
        client.banProxy("", proxies[0], "", 2)
    feed.wait(lambda: len(feed.events) == 4, "both begin and end")
    feed.wait(lambda: feed.row("accounts", "acc_01")["state"] == "ACTIVE", "the account is back")
    feed.wait(lambda: feed.proxy(redacted(proxies[0]))["state"] == "ACTIVE", "and the proxy")
    ends = [(e["entity"], e["reason"]) for e in feed.events if e["change"] == "active"]
    assert sorted(ends) == [("account", "the ban is over"), ("proxy", "the ban is over")]


def test_whose_turn_it_is(server, watch, proxies):
    feed = watch(server)
    (turn,) = feed.wait(lambda: list(feed.lists["turns"].values()), "the turn is told")
    assert turn["proxy"] == feed.proxy(redacted(proxies[0]))["id"]
    with server.client() as client:
        with pytest.raises(ServiceException):
            client.getToken(token_request("https://a.example/video"))
    second = feed.proxy(redacted(proxies[1]))["id"]
    feed.wait(lambda: [t["proxy"] for t in feed.lists["turns"].values()] == [second], "it moves")


def test_every_identity_on_the_management_role(serve, redis, watch):
    page_world.fill(redis, accounts=3, proxies=page_world.PROXIES)
    manager = serve(redis_url=redis.url, service_role="management", token_runner="command")
    feed = watch(manager)
    assert len(feed.lists["accounts"]) == 3
    by_identity = [row["identity"] for row in feed.lists["proxies"].values()]
    assert {name: by_identity.count(name) for name in page_world.IDENTITIES} == {
        "east": 250,
        "west": 250,
    }
    east = {r["place"]: r for r in feed.lists["proxies"].values() if r["identity"] == "east"}
    assert [east[n]["url"] for n in range(250)] == [page_world.shown_url(n) for n in range(250)]


def test_lanes(serve, redis, watch, folder):
    server = serve(
        redis_url=redis.url,
        token_runner="command",
        lanes=2,
        lane_idle="wait",
        queue="videos",
        account_pool="acc:2",
        download_dir=folder,
    )
    feed = watch(server)
    feed.wait(lambda: len(feed.lists["lanes"]) == 2, "both lanes show")
    (instance,) = feed.wait(lambda: list(feed.lists["instances"]), "so does their instance")
    for lane in feed.lists["lanes"].values():
        assert (lane["queue"], lane["kind"], lane["instance"]) == ("videos", "full", instance)
        assert lane["state"] and lane["state_since"] <= time.time()


def test_edits_by_other_hands_show_in_the_end(redis, server, watch):
    feed = watch(server)
    redis.cli("HSET", "account_status:acc_09", "status", "BANNED", "reason", "by redis-cli")
    redis.cli("ZADD", "account_index", 0, "acc_09")
    feed.wait(lambda: feed.row("accounts", "acc_09").get("state") == "BANNED", "the edit shows")
    redis.cli("FLUSHALL")
    with server.client() as client:
        client.banAccount("acc_10", "", 60)
    feed.wait(lambda: set(feed.lists["accounts"]) == {"acc_10"}, "the emptied Redis shows")


def test_nobody_watches_and_nothing_is_read(redis, server, watch):
    def reads() -> int:
        stats = redis.cli("EVAL", "return redis.call('INFO', 'commandstats')", 0)
        found = re.search(r"cmdstat_xrange:calls=(\d+)", stats)
        return int(found[1]) if found else 0

    with server.client() as client:
        client.banAccount("acc_01", "", 60)
    feed = watch(server)
    feed.wait(lambda: reads() >= 3, "it reads while somebody watches")
    feed.close()

    def is_quiet() -> bool:
        before, end = reads(), time.monotonic() + 1.5  # three looks, if it still took any
        wait_until(lambda: time.monotonic() > end, "that time is over")
        return reads() == before

    wait_until(is_quiet, "nothing is read any more")


def test_redis_goes_and_comes_back(redis, server, watch, http):
    with server.client() as client:
        client.banAccount("acc_01", "", 600)
    feed = watch(server)
    redis.kill()
    feed.wait(lambda: not feed.redis["reachable"], "the outage shows")
    assert feed.redis["error"]
    assert feed.row("accounts", "acc_01")["state"] == "BANNED"
    assert http.ask("GET", "/api/status")["redis"]["reachable"] is False
    assert give_order(http, "accounts", "acc_01", "unban").status == 503
    redis.restart()
    feed.wait(lambda: feed.redis["reachable"], "Redis is back")
    assert give_order(http, "accounts", "acc_01", "unban").status == 200
    feed.wait(lambda: feed.row("accounts", "acc_01")["state"] == "ACTIVE", "and goes on")


def test_viewers_do_not_hold_the_server_up(server, watch):
    feeds = [watch(server) for _ in range(10)]
    with server.client() as client:
        client.banAccount("acc_01", "", 60)
    for feed in feeds:
        feed.wait(lambda f=feed: f.row("accounts", "acc_01"), "everybody sees it")
    server.stop()
    assert all(feed.ended.wait(30) for feed in feeds)


# ---- orders


@pytest.mark.sanitizer
def test_orders(server, http, watch, proxies):
    feed = watch(server)
    assert give_order(http, "accounts", "acc_01", "ban", reason="why", duration_s=90).json() == {
        "done": True
    }
    feed.wait(lambda: feed.row("accounts", "acc_01").get("reason") == "why", "it shows")
    proxy = feed.proxy(redacted(proxies[0]))["id"]
    assert give_order(http, "proxies", proxy, "ban", duration_s=-1).status == 200
    feed.wait(lambda: feed.row("proxies", proxy).get("until") == -1, "it shows")
    for action in ("unban", "reset"):
        assert give_order(http, "accounts", "acc_01", action).status == 200
        assert give_order(http, "proxies", proxy, action).status == 200
    feed.wait(lambda: feed.row("proxies", proxy)["state"] == "ACTIVE", "the last one shows")
    feed.wait(lambda: len(feed.events) == 4, "all are in the time line")
    assert {re.sub(r"\d+$", "", event["actor"]) for event in feed.events} == {"http:127.0.0.1:"}


def test_an_id_may_hold_anything(http):
    assert give_order(http, "accounts", "a%20b%3F%C3%BC", "ban").status == 200
    assert [row["id"] for row in http.ask("GET", "/api/status")["accounts"]] == ["a b?ü"]


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("accounts/unknown/unban", {}, 404, "unknown"),
        ("proxies/0123/ban", {}, 404, "0123"),
        ("accounts/a/delete", {}, 400, "none of ban, unban and reset"),
        ("accounts/a/ban", {"duration_s": -2}, 400, "-2"),
        ("accounts/a/ban", {"duration_s": "1h"}, 400, "whole number"),
        ("accounts/a/ban", {"reason": 7}, 400, "no text"),
        ("accounts/a/ban", [1], 400, "no JSON object"),
        ("accounts/a/ban", b"{", 400, "not JSON"),
        ("accounts/%2e%2e%2fa/ban", {}, 400, "account"),
        ("others/a/ban", {}, 404, "/api/others"),
    ],
)
def test_bad_orders_are_refused(http, path, body, status, word):
    reply = http.call("POST", f"/api/{path}", body)
    assert reply.status == status
    assert word in reply.error()["message"]


def test_orders_are_json(http):
    reply = http.call("POST", "/api/accounts/a/ban", b"{}", {"Content-Type": "text/plain"})
    assert (reply.status, reply.error()["field"]) == (400, "Content-Type")


# ---- who may


def test_the_token(serve, redis, watch):
    server = serve(redis_url=redis.url, api_token="s3same", token_runner="command")
    stranger, friend = RelayApi(http_port(server)), RelayApi(http_port(server), "s3same")
    assert stranger.get("/").status == 200
    for path in ("/api/status", "/api/status/events"):
        assert stranger.get(path).status == 401
    assert give_order(stranger, "accounts", "a", "ban").status == 401
    assert give_order(friend, "accounts", "a", "ban").status == 200
    assert [row["id"] for row in friend.ask("GET", "/api/status")["accounts"]] == ["a"]
    assert watch(server, "s3same").row("accounts", "a")
    assert "s3same" not in stranger.get("/").body.decode()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Host": "[::1]:1"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "127.0.0.1:1", "Origin": "http://127.0.0.1:1"}, 200),
        ({"Host": "127.0.0.1:1", "Origin": "http://127.0.0.1:2"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_other_sites_pages_are_kept_away(http, headers, status):
    assert http.call("GET", "/api/status", headers=headers).status == status
    reply = http.call("POST", "/api/accounts/a/ban", {}, headers)
    assert reply.status == status


def test_the_page_brings_all_that_it_needs(http):
    reply = http.get("/")
    text = reply.body.decode()
    policy = reply.headers["content-security-policy"]
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy and "'unsafe-" not in policy
    assert policy.count("'sha256-") == 2
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", text)
    assert "@STYLE@" not in text and "@SCRIPT@" not in text
    assert http.call("HEAD", "/").status == 200
    assert http.call("POST", "/", {}).status == 405


def test_workers_have_no_page(serve, redis):
    worker = serve(redis_url=redis.url, service_role="worker", token_runner="command")
    api = RelayApi(http_port(worker))
    assert [api.get(path).status for path in ("/", "/api/status")] == [404, 404]


# ---- what it costs


def test_an_update_costs_little(serve, redis, watch):
    page_world.fill(redis)
    server = serve(redis_url=redis.url, service_role="management", log_level="info")
    feed = watch(server)
    assert len(feed.lists["accounts"]) == page_world.ACCOUNTS
    assert len(feed.lists["proxies"]) == page_world.PROXIES
    with server.client() as client:
        for number in range(10):
            account = page_world.account_id(number)
            client.banAccount(account, f"the {number}", 600)
            feed.wait(
                lambda n=number, a=account: feed.row("accounts", a).get("reason") == f"the {n}",
                "the update comes",
            )
    costs = sorted(feed.costs_ms())
    print(f"updates cost {costs[0]:.2f} to {costs[-1]:.2f} ms, median {costs[len(costs) // 2]:.2f}")
    assert costs[len(costs) // 2] < 100  # 5 on a machine with nothing else to do: tests/bench
    assert sum(len(json.dumps(message)) for _, message in feed.messages[1:]) < 200_000
