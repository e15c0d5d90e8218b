"""Lanes: the URLs of a queue become verified media files, or failures with a reason."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from support.lanes import Queue, decodes, files_in, unfinished_in, wait_lanes
from support.mapping_socks5 import MappingSocks5
from support.youtube_cases import watch_url

MIXTURE = {
    "playable": 28,
    "botonce": 12,
    "private": 92,
    "removed": 20,
    "media403": 4,
    "cut": 2,
    "bot": 2,
}
N_UNREACHABLE = 40
OUTCOMES = {
    "private": "PRIVATE_VIDEO",
    "removed": "VIDEO_REMOVED",
    "media403": "MEDIA_403",
    "cut": "PROBE_FAILED",
    "bot": "BOT_DETECTED",
}


def _urls() -> dict[str, str]:
    """Two hundred URLs, each with the code that it fails with; "": it succeeds."""
    urls = {
        watch_url(case, number): OUTCOMES.get(case, "")
        for case, count in MIXTURE.items()
        for number in range(count)
    }
    for number in range(N_UNREACHABLE):
        urls[f"http://unreachable-{number}.example/watch"] = "TARGET_UNREACHABLE"
    return urls


@pytest.fixture
def tunnels(youtube):
    """Proxies enough for those that the policy bans."""
    proxies = [MappingSocks5(youtube.host_map, "user", "s3cret") for _ in range(3)]
    yield proxies
    for proxy in proxies:
        proxy.close()


def _banned(redis, key: str) -> set[str]:
    """Accounts that are banned, of those with that prefix."""
    names = redis.cli("KEYS", f"account_status:{key}*")
    return {
        name.removeprefix("account_status:")
        for name in names
        if redis.cli("HGET", name, "status") == "BANNED"
    }


def _banned_proxies(redis, tunnels) -> set[str]:
    states = redis.cli("HGETALL", "proxies:ytdlp-ops")
    return {tunnel.url for tunnel in tunnels if '"BANNED"' in states.get(tunnel.url, "")}


@pytest.mark.timeout(600)
def test_two_hundred_urls_through_four_lanes(serve, redis, tunnels, folder):
    expected = _urls()
    assert len(expected) == 200
    queue = Queue(redis)
    queue.push(random.Random(4).sample(sorted(expected), len(expected)))
    media = folder / "media"
    server = serve(
        redis_url=redis.url,
        proxies=",".join(tunnel.url for tunnel in tunnels),
        ytdlp_args="--no-check-certificates",
        token_workers=2,
        lanes=4,
        account_pool="acc:60",
        download_dir=media,
        format="18",
        drain_timeout_s=1,
        # So that nobody but the policy bans.
        account_failure_threshold=0,
        failure_threshold_count=1000,
    )
    queue.wait_drained(500)

    results, failures = queue.results, queue.failures
    assert not results.keys() & failures.keys()
    assert {url: "" for url in results} | queue.codes() == expected
    assert all(failure["message"] for failure in failures.values())
    assert all(count == 1 for count in queue.count_marks().values())
    # One file each, and no other.
    assert all(len(result["files"]) == 1 for result in results.values())
    assert files_in(media) == {result["files"][0] for result in results.values()}
    assert unfinished_in(media) == []
    assert all(decodes(path) for path in files_in(media))
    # Each first bot check bans its account, each second one also the proxy, and stops the lane.
    told = [*results.values(), *failures.values()]
    banned = Counter(name for end in told for name in end.get("banned", []))
    n_bans = MIXTURE["botonce"] + 2 * MIXTURE["bot"]
    shown = {tunnel.url.replace("s3cret", "***"): tunnel.url for tunnel in tunnels}
    assert {name for name in banned if name not in shown} == _banned(redis, "acc")
    assert len(_banned(redis, "acc")) == n_bans
    assert {shown[name] for name in banned if name in shown} == _banned_proxies(redis, tunnels)
    assert 1 <= len(_banned_proxies(redis, tunnels)) <= MIXTURE["bot"]
    lanes = wait_lanes(server, lambda lane: lane.state == 7, "every lane has stopped")
    stopped_by_policy = [lane for lane in lanes if "retry failed too" in lane.reason]
    assert len(stopped_by_policy) == MIXTURE["bot"]
    assert sum(lane.succeeded for lane in lanes) == len(results)
    assert sum(lane.failed for lane in lanes) == len(failures)
    # No password anywhere but where proxies are kept.
    assert "s3cret" not in server.log_text()
    assert "s3cret" not in str(told)
    assert "s3cret" not in str(lanes)
