"""Lanes that are killed in the middle: no URL is lost, and none is done twice."""

from __future__ import annotations

import random
import time

import pytest

from support.lanes import Queue, decodes, files_in, unfinished_in
from support.youtube_cases import watch_url

N_KILLS = 50
LEASE_S = 2
EXPECTED = {
    **{watch_url("playable", number): "" for number in range(60)},
    **{watch_url("private", number): "PRIVATE_VIDEO" for number in range(50)},
    **{watch_url("media403", number): "MEDIA_403" for number in range(4)},
    **{f"http://unreachable-{n}.example/": "TARGET_UNREACHABLE" for n in range(46)},
    **{watch_url("removed", number): "VIDEO_REMOVED" for number in range(40)},
}


@pytest.mark.timeout(600)
def test_fifty_kills_lose_nothing_and_double_nothing(serve, redis, tunnel, folder):
    """
    Two servers with two lanes each share the queue. A moment is one kill -9 of one of them, server
    and lanes at once, at a random time after it was ready; it is started again at once. So all
    fifty hit lanes that are at work: in the end the queue is filled up as long as kills are due.
    """
    dice = random.Random(20)
    assert len(EXPECTED) == 200
    urls = dice.sample(sorted(EXPECTED), len(EXPECTED))
    queue = Queue(redis)
    queue.push(urls)
    media = folder / "media"

    def start():
        return serve(
            redis_url=redis.url,
            proxies=tunnel.url,
            ytdlp_args="--no-check-certificates",
            lanes=2,
            lane_idle="wait",
            account_pool="acc:20",
            download_dir=media,
            format="18",
            lease_s=LEASE_S,
            max_deliveries=1000,
            account_failure_threshold=0,
            failure_threshold_count=1000,
            http_listen="",
            drain_timeout_s=1,
        )

    servers = [start(), start()]
    n_idle = 0
    for _ in range(N_KILLS):
        time.sleep(dice.uniform(0.0, 0.8))
        victim = dice.randrange(2)
        n_idle += queue.is_drained()
        servers[victim].process.kill()
        servers[victim] = start()
    assert n_idle == 0, "there was no work left to kill"
    queue.wait_drained(400)

    results, failures = queue.results, queue.failures
    assert {url: "" for url in results} | queue.codes() == EXPECTED
    assert not results.keys() & failures.keys()
    marks = queue.count_marks()
    assert set(marks) == set(EXPECTED)
    assert {url: count for url, count in marks.items() if count > 1} == {}
    assert all(len(result["files"]) == 1 for result in results.values())
    assert files_in(media) == {result["files"][0] for result in results.values()}
    assert all(decodes(path) for path in files_in(media))
    assert max(end["deliveries"] for end in [*results.values(), *failures.values()]) > 1
    # What the killed ones left is swept by the next start.
    for server in servers:
        server.stop()
    start()
    assert unfinished_in(media) == []
