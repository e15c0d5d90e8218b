"""Lanes that are killed in the middle: no URL is lost, and none is done twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from support.lanes import Queue, decodes, files_in, unfinished_in
from support.processes import wait_until
from support.server import OpsServer
from support.youtube_cases import watch_url

N_KILLS = 50
PLENTY = 8
"""So many URLs wait at each kill, while there are any left."""
EXPECTED = {
    **{watch_url("playable", number): "" for number in range(40)},
    **{watch_url("private", number): "PRIVATE_VIDEO" for number in range(50)},
    **{watch_url("media403", number): "MEDIA_403" for number in range(4)},
    **{f"http://unreachable-{n}.example/": "TARGET_UNREACHABLE" for n in range(46)},
    **{watch_url("removed", number): "VIDEO_REMOVED" for number in range(60)},
}


def _wait_at_work(queue: Queue, server: OpsServer) -> None:
    ready = server.find_entry("ready")
    assert ready
    instance = ready["instance_id"]
    wait_until(
        lambda: any(item["lane_id"].startswith(instance) for item in queue.progress)
        or time.sleep(0.05),
        f"a lane of {instance} is at work",
        60,
    )


def _kill_now_and_then(
    dice: random.Random, queue: Queue, urls: list[str], start: Callable[[], OpsServer]
) -> list[OpsServer]:
    """
    Two servers with two lanes each share the queue. One kill is one kill -9 of a server, and with
    it of its lanes, at a random moment after one of them was seen at work; another is started in
    its place at once. URLs come into the queue as they are used up, so that each kill meets work.
    """
    servers = [start(), start()]
    for _ in range(N_KILLS):
        while urls and len(queue.inbox) < PLENTY:
            queue.push([urls.pop()])
        victim = dice.randrange(2)
        _wait_at_work(queue, servers[victim])
        time.sleep(dice.uniform(0.0, 0.8))
        servers[victim].process.kill()
        servers[victim] = start()
    assert urls, "the last kills met no work"
    queue.push(urls)
    return servers


@pytest.mark.timeout(600)
def test_fifty_kills_lose_nothing_and_double_nothing(serve, redis, tunnel, folder):
    assert len(EXPECTED) == 200
    queue = Queue(redis)
    media = folder / "media"

    def start() -> OpsServer:
        return serve(
            redis_url=redis.url,
            proxies=tunnel.url,
            ytdlp_args="--no-check-certificates",
            lanes=2,
            lane_idle="wait",
            account_pool="acc:20",
            download_dir=media,
            format="18",
            lease_s=2,
            max_deliveries=1000,
            account_failure_threshold=0,
            failure_threshold_count=1000,
            http_listen="",
            drain_timeout_s=1,
        )

    dice = random.Random(20)
    urls = dice.sample(sorted(EXPECTED), len(EXPECTED))
    servers = _kill_now_and_then(dice, queue, urls, start)
    queue.wait_drained(400)

    results, failures = queue.results, queue.failures
    assert {url: "" for url in results} | queue.codes() == EXPECTED
    assert not results.keys() & failures.keys()
    # Redis' journal has every end that was ever written: one for each.
    assert queue.count_marks() == dict.fromkeys(EXPECTED, 1)
    assert all(len(result["files"]) == 1 for result in results.values())
    assert files_in(media) == {result["files"][0] for result in results.values()}
    assert all(decodes(path) for path in files_in(media))
    deliveries = [end["deliveries"] for end in [*results.values(), *failures.values()]]
    assert sum(deliveries) - len(EXPECTED) >= N_KILLS / 2, "the kills met hardly any work"
    # What the killed ones left is swept by the next start.
    for server in servers:
        server.stop()
    start()
    assert unfinished_in(media) == []
