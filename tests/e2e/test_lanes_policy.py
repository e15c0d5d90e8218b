"""What a failure costs in a lane: the accounts, proxies and attempts that the policy says."""

from __future__ import annotations

import pytest

from support.lanes import Queue, decodes, lane_flags, wait_lanes
from support.youtube_cases import video_id, watch_url

STOPPED = 7


@pytest.fixture
def start(serve, redis, tunnel, folder):
    """Starts a server with one lane on the pool acc:3."""
    defaults = lane_flags(redis, tunnel.url, folder) | {"lanes": 1}
    return lambda **flags: serve(**(defaults | flags))


def _states(redis) -> list[str]:
    return [redis.cli("HGET", f"account_status:acc_0{n}", "status") for n in (1, 2, 3)]


def test_a_policy_that_finds_no_account_for_the_retry_gives_the_url_back(start, redis):
    queue = Queue(redis)
    queue.push([watch_url("bot")])
    server = start(account_pool="acc_03")
    (lane,) = wait_lanes(server, lambda lane: lane.state == STOPPED, "the lane stops")
    assert "goes back to the queue" in lane.reason
    assert queue.inbox == [watch_url("bot")]
    assert queue.failures == {}
    assert redis.cli("HGET", "account_status:acc_03", "status") == "BANNED"


@pytest.mark.parametrize(
    ("policy", "banned", "proxy_is_banned"),
    [
        ("stop_loop", 1, False),
        ("retry_with_new_account", 2, True),
        ("retry_and_ban_account_only", 2, False),
        ("retry_without_ban", 0, False),
    ],
)
def test_bans_are_those_of_the_policy(start, redis, tunnel, policy, banned, proxy_is_banned):
    queue = Queue(redis)
    queue.push([watch_url("bot"), watch_url("playable")])
    server = start(on_bannable_failure=policy, account_failure_threshold=0)
    (lane,) = wait_lanes(server, lambda lane: lane.state == STOPPED, "the lane stops")
    assert _states(redis).count("BANNED") == banned
    state = redis.cli("HGET", "proxies:ytdlp-ops", tunnel.url)
    assert ('"BANNED"' in state) == proxy_is_banned
    assert queue.codes() == {watch_url("bot"): "BOT_DETECTED"}
    assert queue.failures[watch_url("bot")]["attempts"] == (1 if policy == "stop_loop" else 2)
    assert queue.inbox == [watch_url("playable")]
    assert (lane.succeeded, lane.failed) == (0, 1)


def test_without_bans_numbers_do_not_ban_either(start, redis, tunnel):
    queue = Queue(redis)
    queue.push([watch_url("media403"), watch_url("bot")])
    server = start(
        on_bannable_failure="retry_without_ban",
        account_failure_threshold=1,
        failure_threshold_count=1,
        failure_threshold_unique_accounts=1,
    )
    wait_lanes(server, lambda lane: lane.state == STOPPED, "the lane stops")
    assert queue.codes() == {watch_url("media403"): "MEDIA_403", watch_url("bot"): "BOT_DETECTED"}
    assert "BANNED" not in _states(redis)
    assert '"BANNED"' not in redis.cli("HGET", "proxies:ytdlp-ops", tunnel.url)


@pytest.mark.sanitizer
def test_a_download_that_is_refused_is_tried_again_with_a_new_token(start, redis, youtube):
    queue = Queue(redis)
    queue.push([watch_url("mediaonce"), watch_url("media403"), watch_url("cut")])
    # A kept token would bring the same media URLs again.
    start(token_cache_ttl=3600)
    queue.wait_drained()
    result = queue.results[watch_url("mediaonce")]
    assert result["attempts"] == 2
    assert "tried once more with the same account" in result["recovery"]
    assert decodes(result["files"][0])
    assert queue.codes() == {watch_url("media403"): "MEDIA_403", watch_url("cut"): "PROBE_FAILED"}
    for failure in queue.failures.values():
        assert failure["attempts"] == 2
        assert "the retry failed too" in failure["recovery"]
    for case in ("mediaonce", "media403", "cut"):
        assert youtube.requests[f"page {video_id(case)}"] == 2
