"""The pools: bans, rests and recoveries, and their shapes in Redis as redis-cli shows them."""

from __future__ import annotations

import json
import re
import time

import pytest

from support.calls import failure_report, success_report
from support.contract import ResourceState, UserException
from support.faults import refusal

IDENTITY = "pool"
FIRST, SECOND, THIRD = (f"socks5://127.0.0.1:{port}" for port in (1081, 1082, 1083))
FIELDS = {
    "status",
    "success_count",
    "failure_count",
    "last_success_timestamp",
    "last_failure_timestamp",
    "ban_reason",
    "banned_until",
}


@pytest.fixture
def pool(serve, redis):
    """Starts a server with three proxies that no test ever connects to."""

    def start(**flags):
        # No warm workers: nothing here makes a token.
        defaults = {
            "token_runner": "command",
            "redis_url": redis.url,
            "server_identity": IDENTITY,
            "proxies": f"{FIRST},{SECOND},{THIRD}",
        }
        return serve(**defaults | flags)

    return start


@pytest.fixture
def client(pool):
    with pool().client() as client:
        yield client


def proxy_entry(redis, proxy: str) -> dict:
    return json.loads(redis.cli("HGET", f"proxies:{IDENTITY}", proxy))


def put_proxy_entry(redis, proxy: str, **changes) -> None:
    entry = proxy_entry(redis, proxy) | changes
    redis.cli("HSET", f"proxies:{IDENTITY}", proxy, json.dumps(entry))


def proxy_status(client, proxy: str = FIRST):
    return next(each for each in client.getProxyStatus("") if each.proxyUrl == proxy)


def account_status(client, account: str = "acc_01"):
    return next(each for each in client.getAccountStatus(account, 0) if each.accountId == account)


def fail(client, proxy: str, *accounts: str, code: str = "BOT_DETECTED") -> None:
    for account in accounts:
        client.reportOutcome(failure_report(proxy, account, code))


# ---- the sliding window


@pytest.mark.sanitizer
def test_three_failures_with_three_accounts_ban_the_proxy(client, redis):
    fail(client, FIRST, "acc_01", "acc_02")
    assert proxy_status(client).stateText == "ACTIVE"
    fail(client, FIRST, "acc_03")

    entry = proxy_entry(redis, FIRST)
    assert set(entry) >= FIELDS
    assert (entry["status"], entry["failure_count"], entry["success_count"]) == ("BANNED", 3, 0)
    assert abs(entry["banned_until"] - time.time() - 3600) < 10
    assert abs(entry["last_failure_timestamp"] - time.time()) < 10
    assert entry["ban_reason"]
    assert redis.cli("TYPE", f"proxies:{IDENTITY}") == "hash"
    failures = f"proxy_failures:{IDENTITY}:{FIRST}"
    assert redis.cli("TYPE", failures) == "zset"
    assert redis.cli("ZCARD", failures) == 3
    assert 0 < redis.cli("TTL", failures) <= 3700
    status = proxy_status(client)
    assert status.state == ResourceState.BANNED
    assert re.fullmatch(r"BANNED \(active in (1h|1h 0m|60m|59m)\)", status.stateText)
    assert (status.recentFailures, status.recentFailureAccounts) == (3, 3)
    assert proxy_status(client, SECOND).stateText == "ACTIVE"


def test_failures_with_two_accounts_do_not(client, redis):
    fail(client, FIRST, *["acc_01", "acc_02"] * 3)
    assert proxy_entry(redis, FIRST)["status"] == "ACTIVE"
    status = proxy_status(client)
    assert (status.recentFailures, status.recentFailureAccounts) == (6, 2)


def test_failures_that_left_the_window_do_not_count(client, redis):
    fail(client, FIRST, "acc_01", "acc_02")
    key = f"proxy_failures:{IDENTITY}:{FIRST}"
    oldest = redis.cli("ZRANGE", key, 0, 0)[0]
    redis.cli("ZINCRBY", key, -3700, oldest)
    fail(client, FIRST, "acc_03")
    status = proxy_status(client)
    assert (status.stateText, status.recentFailures) == ("ACTIVE", 2)


def test_window_and_thresholds_are_flags(pool, redis):
    server = pool(
        failure_threshold_count=2, failure_threshold_unique_accounts=1, proxy_ban_duration_s=120
    )
    with server.client() as client:
        fail(client, FIRST, "acc_01", "acc_01")
        assert re.fullmatch(r"BANNED \(active in (2m|1m)\)", proxy_status(client).stateText)


def test_failures_that_are_the_videos_own_are_nobodys(client, redis):
    for code in ("PRIVATE_VIDEO", "VIDEO_REMOVED", "UNSUPPORTED_URL", "HTTP_5XX"):
        fail(client, FIRST, "acc_01", "acc_02", "acc_03", code=code)
    assert proxy_status(client).failureCount == 0
    assert redis.cli("HGET", "account_status:acc_01", "failure_count") in (None, "0")


def test_success_is_counted(client, redis):
    client.reportOutcome(success_report(FIRST, "acc_01"))
    entry = proxy_entry(redis, FIRST)
    assert (entry["status"], entry["success_count"]) == ("ACTIVE", 1)
    assert abs(entry["last_success_timestamp"] - time.time()) < 10
    account = redis.cli("HGETALL", "account_status:acc_01")
    assert (account["status"], account["success_count"]) == ("ACTIVE", "1")
    assert abs(int(account["active_since"]) - time.time()) < 10
    assert account["last_proxy_url"] == FIRST
    assert account["last_server_identity"] == IDENTITY
    assert redis.cli("ZRANGE", "account_index", 0, -1) == ["acc_01"]


# ---- lazy initialisation


def test_redis_is_written_on_first_use_only(pool, redis):
    server = pool()
    assert redis.cli("EXISTS", f"proxies:{IDENTITY}") == 0
    with server.client() as client:
        client.ping()
        client.getProxyStatus("")
    assert set(redis.cli("HKEYS", f"proxies:{IDENTITY}")) == {FIRST, SECOND, THIRD}
    for proxy in (FIRST, SECOND, THIRD):
        assert proxy_entry(redis, proxy)["status"] == "ACTIVE"
    assert redis.cli("SMEMBERS", "server_identities") == [IDENTITY]


def test_delete_forgets_and_the_next_use_starts_afresh(client, redis):
    fail(client, FIRST, "acc_01", "acc_02", "acc_03")
    client.reportOutcome(success_report(SECOND, "acc_01"))
    assert client.deleteProxiesFromRedis("", [FIRST]) == 1
    assert redis.cli("HEXISTS", f"proxies:{IDENTITY}", FIRST) == 0
    assert redis.cli("EXISTS", f"proxy_failures:{IDENTITY}:{FIRST}") == 0
    status = proxy_status(client)
    assert (status.stateText, status.failureCount) == ("ACTIVE", 0)
    assert proxy_status(client, SECOND).successCount == 1
    assert client.deleteProxiesFromRedis("", []) == 3
    assert proxy_status(client, SECOND).successCount == 0


# ---- an operator's actions on proxies


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (42, r"(3\d|4[0-2])s"),
        (60, r"1m|59s|58s"),
        (3300, r"55m|54m"),
        (3905, r"1h 5m"),
        (7205, r"2h|2h 0m"),
    ],
)
def test_ban_for_a_time(client, duration, text):
    client.banProxy("", FIRST, "by hand", duration)
    status = proxy_status(client)
    assert re.fullmatch(rf"BANNED \(active in ({text})\)", status.stateText), status.stateText
    assert status.reason == "by hand"
    assert duration - 5 <= status.activeInS <= duration


def test_state_text_is_exact(client, redis):
    client.banProxy("", FIRST, "by hand", 0)
    put_proxy_entry(redis, FIRST, banned_until=time.time() + 55 * 60 + 30)
    assert proxy_status(client).stateText == "BANNED (active in 55m)"
    put_proxy_entry(redis, FIRST, banned_until=time.time() + 3600 + 5 * 60 + 30)
    assert proxy_status(client).stateText == "BANNED (active in 1h 5m)"


def test_ban_until_unbanned(client):
    client.banProxy("", FIRST, "for good", -1)
    status = proxy_status(client)
    assert status.stateText == "BANNED (until unbanned)"
    assert status.activeInS is None
    client.unbanProxy("", FIRST)
    assert proxy_status(client).stateText == "ACTIVE"


def test_ban_that_is_over_ends_on_read(client, redis):
    fail(client, FIRST, "acc_01", "acc_02", "acc_03")
    put_proxy_entry(redis, FIRST, banned_until=time.time() - 1)
    assert proxy_status(client).stateText == "ACTIVE"
    assert proxy_entry(redis, FIRST)["status"] == "ACTIVE"


def test_unban_deletes_the_history(client, redis):
    fail(client, FIRST, "acc_01", "acc_02", "acc_03")
    client.unbanProxy("", FIRST)
    assert redis.cli("EXISTS", f"proxy_failures:{IDENTITY}:{FIRST}") == 0
    status = proxy_status(client)
    assert (status.stateText, status.failureCount, status.recentFailures) == ("ACTIVE", 3, 0)
    fail(client, FIRST, "acc_04")
    assert proxy_status(client).stateText == "ACTIVE"


def test_reset_clears_the_counters_too(client):
    fail(client, FIRST, "acc_01", "acc_02", "acc_03")
    client.resetProxy("", FIRST)
    status = proxy_status(client)
    assert (status.stateText, status.failureCount, status.successCount) == ("ACTIVE", 0, 0)
    assert status.lastFailureTimestamp is None


@pytest.mark.sanitizer
def test_all_proxies_at_once(client):
    assert client.banAllProxies("", "maintenance", 600) == 3
    assert {each.state for each in client.getProxyStatus("")} == {ResourceState.BANNED}
    assert client.unbanAllProxies("") == 3
    assert {each.state for each in client.getProxyStatus("")} == {ResourceState.ACTIVE}
    fail(client, FIRST, "acc_01")
    client.resetAllProxies("")
    assert {each.failureCount for each in client.getProxyStatus("")} == {0}


def test_unknown_proxy_is_not_found(client):
    for call in (client.unbanProxy, client.resetProxy):
        refusal("NOT_FOUND", call, "", "socks5://127.0.0.1:9")
    refusal("NOT_FOUND", client.banProxy, "", "socks5://127.0.0.1:9", "x", 0)


@pytest.mark.parametrize("proxy", ["", "no url", "ftp://127.0.0.1:1"])
def test_bad_proxy_url(client, proxy):
    with pytest.raises(UserException) as caught:
        client.banProxy("", proxy, "x", 0)
    assert caught.value.errorCode in ("INVALID_ARGUMENT", "NOT_FOUND")
    assert caught.value.message


def test_bad_duration(client):
    refusal("INVALID_ARGUMENT", client.banProxy, "", FIRST, "x", -2)
    refusal("INVALID_ARGUMENT", client.banAccount, "acc_01", "x", -2)


# ---- accounts


def test_five_failures_in_a_row_ban_an_account(client, redis):
    for _ in range(4):
        fail(client, FIRST, "acc_01")
    assert account_status(client).stateText == "ACTIVE"
    fail(client, FIRST, "acc_01")
    status = account_status(client)
    assert status.state == ResourceState.BANNED
    assert re.fullmatch(r"BANNED \(active in (1h|1h 0m|60m|59m)\)", status.stateText)
    assert (status.failureCount, status.consecutiveFailures) == (5, 5)
    assert redis.cli("HGET", "account_status:acc_01", "status") == "BANNED"


def test_a_success_clears_the_row(client):
    for _ in range(3):
        for _ in range(4):
            fail(client, FIRST, "acc_01")
        client.reportOutcome(success_report(SECOND, "acc_01"))
    status = account_status(client)
    assert (status.stateText, status.consecutiveFailures) == ("ACTIVE", 0)
    assert (status.failureCount, status.successCount) == (12, 3)


def test_account_rests_after_its_activity(client, redis):
    client.reportOutcome(success_report(FIRST, "acc_01"))
    redis.cli("HSET", "account_status:acc_01", "active_since", int(time.time()) - 1805)
    client.reportOutcome(success_report(FIRST, "acc_01"))
    status = account_status(client)
    assert status.state == ResourceState.RESTING
    assert re.fullmatch(r"RESTING \(active in (1h|1h 0m|60m|59m)\)", status.stateText)


def test_rest_text_is_exact_and_ends_on_read(client, redis):
    client.reportOutcome(success_report(FIRST, "acc_01"))
    key = "account_status:acc_01"
    until = int(time.time()) + 25 * 60 + 30
    redis.cli("HSET", key, "status", "RESTING", "status_until", until)
    assert account_status(client).stateText == "RESTING (active in 25m)"
    redis.cli("HSET", key, "status_until", int(time.time()) - 1)
    status = account_status(client)
    assert status.stateText == "ACTIVE"
    assert status.activeSince is None
    assert redis.cli("HGET", key, "status") == "ACTIVE"


def test_account_durations_are_flags(pool, redis):
    server = pool(
        account_active_duration_min=1,
        account_cooldown_duration_min=2,
        account_failure_threshold=1,
        account_ban_duration_s=300,
    )
    with server.client() as client:
        client.reportOutcome(success_report(FIRST, "acc_01"))
        redis.cli("HSET", "account_status:acc_01", "active_since", int(time.time()) - 65)
        assert re.fullmatch(r"RESTING \(active in (2m|1m)\)", account_status(client).stateText)
        fail(client, FIRST, "acc_02")
        text = account_status(client, "acc_02").stateText
        assert re.fullmatch(r"BANNED \(active in (5m|4m)\)", text)


def test_operator_on_accounts(client):
    client.banAccount("acc_01", "by hand", -1)
    status = account_status(client)
    assert (status.stateText, status.reason) == ("BANNED (until unbanned)", "by hand")
    client.unbanAccount("acc_01")
    assert account_status(client).stateText == "ACTIVE"
    fail(client, FIRST, "acc_01")
    client.resetAccount("acc_01")
    assert account_status(client).failureCount == 0
    refusal("NOT_FOUND", client.unbanAccount, "nobody")


@pytest.mark.sanitizer
def test_accounts_by_prefix(client):
    for account in ("b_02", "a_01", "b_01", "c_01"):
        client.reportOutcome(success_report(FIRST, account))
    ids = [each.accountId for each in client.getAccountStatus("", 0)]
    assert ids == ["a_01", "b_01", "b_02", "c_01"]
    assert [each.accountId for each in client.getAccountStatus("b_", 1)] == ["b_01"]
    assert client.banAllAccounts("b_", "x", 60) == 2
    assert client.unbanAllAccounts("b_") == 2
    assert client.resetAllAccounts("c_") == 1
    assert client.deleteAccountsFromRedis("b_") == 2
    assert [each.accountId for each in client.getAccountStatus("", 0)] == ["a_01", "c_01"]


def test_bad_outcome_reports(client):
    report = failure_report(FIRST, "acc_01")
    report.errorCode = "NO_SUCH_CODE"
    refusal("INVALID_ARGUMENT", client.reportOutcome, report)
    refusal("INVALID_ARGUMENT", client.reportOutcome, failure_report(FIRST, "../acc"))
    foreign = failure_report("socks5://127.0.0.1:9", "acc_01")
    refusal("OUT_OF_SCOPE", client.reportOutcome, foreign)
    assert proxy_status(client).failureCount == 0
