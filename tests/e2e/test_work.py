"""WorkService over RPC: queues under leases, accounts, recovery."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from support import calls
from support.contract import (
    AccountPool,
    QueuePart,
    RecoveryAction,
    ResourceState,
    UserException,
    WorkService,
)
from support.faults import fault, refusal
from support.processes import free_port, wait_until

FIRST, SECOND = (f"socks5://user:secret@127.0.0.1:{port}" for port in (1081, 1082))
URLS = [f"https://video.example/{number}" for number in range(6)]
POOL = AccountPool(prefix="acc", size=3, autoCreateOnExhaustion=False)
failed_attempt = partial(calls.failed_attempt, proxyUrl=FIRST)


@pytest.fixture
def server(serve, redis):
    return serve(
        redis_url=redis.url,
        token_runner="command",
        proxies=f"{FIRST},{SECOND}",
        server_identity="home",
        max_deliveries=3,
    )


@pytest.fixture
def work(server):
    with server.client(service=WorkService) as client:
        yield client


def counts(work, queue: str = "q") -> tuple[int, int, int, int]:
    status = work.getQueueStatus(queue)
    assert status.queue == queue
    return status.inbox, status.inProgress, status.succeeded, status.failed


@pytest.mark.sanitizer
def test_urls_go_through_a_queue(work, redis):
    assert work.pushUrls("q", URLS[:4]) == 4
    items = [work.pullUrl("q", f"lane-{n}", 0) for n in range(4)]
    assert [item.url for item in items] == URLS[:4]
    assert {(item.queue, item.deliveries) for item in items} == {("q", 1)}
    assert all(abs(item.leaseExpiresAt - time.time() - 300) <= 60 for item in items)
    assert counts(work) == (0, 4, 0, 0)

    work.markSuccess("q", items[0].itemId, '{"file": "a.mp4"}')
    work.markFailure("q", items[1].itemId, '{"errorCode": "PRIVATE_VIDEO", "message": "no"}')
    work.markSuccessAndPush("q", items[2].itemId, "{}", "q_dl", ['{"format": "137"}'])
    work.releaseUrl("q", items[3].itemId)
    work.renewLease("q", work.pullUrl("q", "lane-4", 1).itemId, 60)
    assert counts(work) == (0, 1, 2, 1)
    assert work.pullUrl("q_dl", "lane-5", 0).url == '{"format": "137"}'
    assert work.listQueues() == ["q", "q_dl"]

    # As people with redis-cli know them.
    assert redis.cli("HGET", "q_result", URLS[0]) == '{"file": "a.mp4"}'
    assert json.loads(redis.cli("HGET", "q_fail", URLS[1]))["errorCode"] == "PRIVATE_VIDEO"
    (failed,) = work.getFailedUrls("q", 0)
    assert (failed.url, json.loads(failed.errorJson)["message"]) == (URLS[1], "no")

    assert work.requeueFailed("q") == 1
    assert counts(work) == (1, 1, 2, 0)
    assert work.clearQueue("q", QueuePart.INBOX) == 1
    assert work.clearQueue("q", QueuePart.RESULT) == 2
    assert work.clearQueue("q", QueuePart.FAIL) == 0
    assert counts(work) == (0, 1, 0, 0)


def test_an_empty_queue_says_so(work):
    assert refusal("QUEUE_EMPTY", work.pullUrl, "q", "lane", 0).context["inProgress"] == "0"
    work.pushUrls("q", URLS[:1])
    work.pullUrl("q", "lane", 0)
    assert refusal("QUEUE_EMPTY", work.pullUrl, "q", "lane", 0).context["inProgress"] == "1"
    assert work.getFailedUrls("none", 0) == []
    assert work.requeueFailed("none") == 0
    assert counts(work, "none") == (0, 0, 0, 0)


def wait_for_inbox(work, queue: str = "q") -> None:
    wait_until(lambda: work.getQueueStatus(queue).inProgress == 0, "the lease is over", 60)


def test_three_lanes_that_die_make_a_poison(work):
    work.pushUrls("q", URLS[:1])
    for delivery in range(1, 4):
        item = work.pullUrl("q", f"lane-{delivery}", 1)
        assert (item.url, item.deliveries) == (URLS[0], delivery)
        wait_for_inbox(work)
    assert counts(work) == (0, 0, 0, 1)
    (failed,) = work.getFailedUrls("q", 0)
    error = json.loads(failed.errorJson)
    assert failed.url == URLS[0]
    assert (error["errorCode"], error["deliveries"], error["laneId"]) == ("POISON", 3, "lane-3")
    assert "POISON" in refusal("NOT_FOUND", work.markSuccess, "q", item.itemId, "{}").message
    assert work.requeueFailed("q") == 1
    assert work.pullUrl("q", "lane-4", 0).deliveries == 1


def test_who_comes_late_is_told_what_happened(work):
    work.pushUrls("q", URLS[:1])
    late = work.pullUrl("q", "lane-1", 1)
    wait_for_inbox(work)
    other = work.pullUrl("q", "lane-2", 0)
    assert (other.url, other.deliveries) == (URLS[0], 2)
    for call in (
        lambda: work.markSuccess("q", late.itemId, "{}"),
        lambda: work.markFailure("q", late.itemId, "{}"),
        lambda: work.markSuccessAndPush("q", late.itemId, "{}", "q2", ["{}"]),
        lambda: work.renewLease("q", late.itemId, 0),
        lambda: work.releaseUrl("q", late.itemId),
    ):
        gone = refusal("NOT_FOUND", call)
        assert late.itemId in gone.message
        assert "its lease was over" in gone.message
        assert "another lane takes it or has taken it" in gone.message
    assert counts(work) == (0, 1, 0, 0)
    work.markSuccess("q", other.itemId, "{}")
    gone = refusal("NOT_FOUND", work.markSuccess, "q", late.itemId, "{}")
    assert "it has succeeded since" in gone.message
    work.markSuccess("q", other.itemId, "{}")  # again, for a lost answer
    assert counts(work) == (0, 0, 1, 0)


def test_a_lane_that_lost_the_answer_asks_for_its_item(work):
    work.pushUrls("q", URLS[:2])
    assert "holds nothing" in refusal("NOT_FOUND", work.getLaneItem, "q", "lane", 0).message
    item = work.pullUrl("q", "lane", 60)
    held = work.getLaneItem("q", "lane", 600)
    assert (held.itemId, held.url, held.deliveries) == (item.itemId, URLS[0], 1)
    assert held.leaseExpiresAt - item.leaseExpiresAt >= 540
    assert counts(work) == (1, 1, 0, 0)


_LANE = """
import sys
sys.path.insert(0, sys.argv[1])
from support.contract import WorkService, connect
work = connect(int(sys.argv[2]), service=WorkService)
for _ in range(3):
    print(work.pullUrl("q", "lane", 2).url, flush=True)
input()
"""


def test_a_lane_that_is_killed_loses_nothing(work, server):
    work.pushUrls("q", URLS)
    tests = str(__file__).rpartition("/e2e/")[0]
    with subprocess.Popen(
        [sys.executable, "-c", _LANE, tests, str(server.port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as lane:
        taken = [lane.stdout.readline().strip() for _ in range(3)]
        lane.kill()
    assert taken == URLS[:3]
    wait_until(lambda: counts(work) == (6, 0, 0, 0), "all URLs are back", 60)
    assert sorted(work.pullUrl("q", "lane", 0).url for _ in URLS) == URLS


@pytest.mark.threads
def test_many_lanes_at_once_take_each_url_once(server, work):
    urls = [f"https://video.example/{number}" for number in range(400)]
    work.pushUrls("q", urls)

    def lane(number: int) -> list[str]:
        done = []
        with server.client(service=WorkService) as client:
            while True:
                try:
                    item = client.pullUrl("q", f"lane-{number}", 0)
                except UserException as error:
                    assert error.errorCode == "QUEUE_EMPTY"
                    return done
                client.markSuccess("q", item.itemId, "{}")
                done.append(item.url)

    with ThreadPoolExecutor(8) as lanes:
        done = [url for each in lanes.map(lane, range(8)) for url in each]
    assert sorted(done) == sorted(urls)
    assert counts(work) == (0, 0, 400, 0)


def test_a_huge_list_is_one_push(work):
    assert work.pushUrls("q", [f"https://a.example/{n:06}" for n in range(100_000)]) == 100_000
    assert work.pullUrl("q", "lane", 0).url == "https://a.example/000000"


def test_a_key_of_another_type_is_named(work, redis):
    redis.cli("SET", "q_fail", "x")
    assert "q_fail" in fault("INTERNAL", work.pushUrls, "q", URLS).message
    redis.cli("DEL", "q_fail")
    assert work.pushUrls("q", URLS) == 6


def test_urls_that_were_pushed_with_redis_cli(work, redis):
    redis.cli("RPUSH", "old_inbox", "nonsense", URLS[0])
    assert work.pullUrl("old", "lane", 0).url == URLS[0]
    (failed,) = work.getFailedUrls("old", 0)
    assert failed.url == "nonsense"
    assert json.loads(failed.errorJson)["errorCode"] == "INVALID_URL"
    assert work.listQueues() == ["old"]


def test_accounts_are_assigned(work, server):
    pool = AccountPool(prefix="my_prefix", size=50)
    ids = {work.assignAccount(pool, "", []) for _ in range(60)}
    assert all(re.fullmatch(r"my_prefix_(0[1-9]|[1-4]\d|50)", each) for each in ids)
    assert len(ids) > 10
    assert work.assignAccount(pool, "my_prefix_07", []) == "my_prefix_07"
    assert work.assignAccount(pool, "my_prefix_07", ["my_prefix_07"]) != "my_prefix_07"
    assert work.assignAccount(AccountPool(accountIds=["a", "b"]), "", ["a"]) == "b"

    with server.client() as management:
        for number in range(1, 4):
            management.banAccount(f"acc_0{number}", "r", 600 * number)
    nobody = fault("NO_ACTIVE_ACCOUNTS", work.assignAccount, POOL, "acc_01", [])
    assert nobody.context["nextAccountId"] == "acc_01"
    assert 0 < int(nobody.context["retryAfterS"]) <= 600
    made = work.assignAccount(AccountPool(prefix="acc", size=3), "", [])
    assert re.fullmatch(r"acc-auto-[0-9a-f]{12}", made)
    assert work.assignAccount(AccountPool(prefix="acc", size=3), made, []) == made


def account_states(management) -> dict[str, int]:
    return {each.accountId: each.state for each in management.getAccountStatus("", 0)}


def test_recovery_bans_what_the_policy_says(work, server):
    first = work.recover(failed_attempt(1))
    assert first.action == RecoveryAction.RETRY
    assert first.bannedAccountIds == ["acc_01"]
    assert (first.bannedProxyUrls, first.releaseItem) == ([], False)
    assert first.accountId in ("acc_02", "acc_03")

    second = work.recover(
        failed_attempt(2, accountId=first.accountId, triedAccountIds=["acc_01", first.accountId])
    )
    assert second.action == RecoveryAction.STOP_LANE
    assert (second.accountId, second.releaseItem) == (None, False)
    assert second.bannedAccountIds == [first.accountId]
    assert second.bannedProxyUrls == [FIRST]
    with server.client() as management:
        assert account_states(management) == {
            "acc_01": ResourceState.BANNED,
            first.accountId: ResourceState.BANNED,
        }
        banned, other = management.getProxyStatus("")
        assert (banned.state, other.state) == (ResourceState.BANNED, ResourceState.ACTIVE)
        assert banned.reason == "BOT_DETECTED (retry_with_new_account, attempt 2)"
        events = management.getAuditEvents("", 0)
    assert {(each.name, each.change) for each in events} == {
        ("acc_01", "banned"),
        (first.accountId, "banned"),
        (FIRST.replace("secret", "***"), "banned"),
    }
    assert all(each.actor.startswith("rpc:127.0.0.1:") for each in events)


def test_recovery_of_what_is_nobodys_fault(work, server):
    private = work.recover(failed_attempt(1, errorCode="PRIVATE_VIDEO"))
    assert (private.action, private.bannedAccountIds) == (RecoveryAction.FAIL_ITEM, [])
    waiting = work.recover(failed_attempt(1, errorCode="NO_ACTIVE_PROXIES"))
    assert (waiting.action, waiting.accountId) == (RecoveryAction.RETRY, "acc_01")
    given_up = work.recover(failed_attempt(2, errorCode="NO_ACTIVE_PROXIES"))
    assert (given_up.action, given_up.releaseItem) == (RecoveryAction.STOP_LANE, True)
    broken = work.recover(failed_attempt(errorCode="INTERNAL", retryable=False))
    assert (broken.action, broken.releaseItem) == (RecoveryAction.STOP_LANE, True)
    with server.client() as management:
        assert account_states(management) == {}


def test_the_last_account_stops_the_lane_and_keeps_the_url(work):
    alone = AccountPool(accountIds=["acc_01"])
    plan = work.recover(failed_attempt(1, pool=alone))
    assert (plan.action, plan.releaseItem) == (RecoveryAction.STOP_LANE, True)
    assert "no account of the pool is active" in plan.explanation


def test_the_management_role_serves_what_is_to_be_seen(serve, redis, work):
    work.pushUrls("q", URLS)
    management = serve(service_role="management", redis_url=redis.url)
    with management.client(service=WorkService) as client:
        assert counts(client) == (6, 0, 0, 0)
        assert client.listQueues() == ["q"]
        assert client.getFailedUrls("q", 0) == []
        for call in (
            lambda: client.pushUrls("q", URLS),
            lambda: client.pullUrl("q", "l", 0),
            lambda: client.requeueFailed("q"),
            lambda: client.clearQueue("q", QueuePart.INBOX),
            lambda: client.assignAccount(POOL, "", []),
            lambda: client.recover(failed_attempt()),
        ):
            refusal("ROLE_FORBIDDEN", call)
    with management.client(service=WorkService, multiplexed="WorkService") as client:
        assert counts(client) == (6, 0, 0, 0)


def test_without_redis_every_call_says_so(serve):
    server = serve(
        redis_url=f"redis://127.0.0.1:{free_port()}", token_runner="command", redis_timeout_ms=500
    )
    with server.client(service=WorkService) as work:
        for call in (
            lambda: work.pushUrls("q", URLS),
            lambda: work.pullUrl("q", "l", 0),
            lambda: work.getQueueStatus("q"),
            lambda: work.assignAccount(POOL, "", []),
            lambda: work.recover(failed_attempt()),
        ):
            fault("REDIS_UNAVAILABLE", call)
