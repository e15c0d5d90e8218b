"""Lanes that cannot work for now: they give their URL back, say why, and go on by themselves."""

from __future__ import annotations

import re
import signal
import socket
import time

import pytest

from support.contract import ServiceException
from support.lanes import PATIENCE_S, Queue, lane_flags, wait_lanes, work_client
from support.processes import wait_until
from support.youtube_cases import watch_url

PULLING, GETTING_TOKEN, PAUSED, STOPPED = 0, 2, 6, 7


@pytest.fixture
def start(serve, redis, tunnel, folder):
    """Starts a server with lanes on the pool acc:3."""
    defaults = lane_flags(redis, tunnel.url, folder)
    return lambda **flags: serve(**(defaults | flags))


def _let_rest(redis, seconds: dict[str, int]) -> None:
    now = int(time.time())
    for account, length in seconds.items():
        fields = ("status", "RESTING", "status_until", now + length, "reason", "used for 30 min")
        redis.cli("HSET", f"account_status:{account}", *fields)
        redis.cli("ZADD", "account_index", 0, account)


@pytest.mark.sanitizer
def test_lanes_pause_while_all_accounts_rest_and_go_on_when_one_is_back(start, redis):
    _let_rest(redis, {"acc_01": 3000, "acc_02": 12, "acc_03": 2000})
    queue = Queue(redis)
    urls = [watch_url("playable", number) for number in range(3)]
    queue.push(urls)
    server = start()

    lanes = wait_lanes(server, lambda lane: lane.state == PAUSED, "both lanes pause")
    assert len(lanes) == 2
    for lane in lanes:
        assert lane.reason.startswith("NO_ACTIVE_ACCOUNTS: ")
        assert re.search(r"acc_02 is active again in \d+ s; paused", lane.reason)
        assert "3 rest, 0 are banned" in lane.reason
        assert lane.url is None
    # Nobody holds a URL that nobody can work on.
    assert queue.progress == []
    assert sorted(queue.inbox) == sorted(urls)

    queue.wait_drained()
    assert {result["accountId"] for result in queue.results.values()} == {"acc_02"}
    assert sorted(queue.results) == sorted(urls)
    # It is no delivery where nobody worked on it.
    assert {result["deliveries"] for result in queue.results.values()} == {1}


def test_lanes_go_on_soon_when_an_operator_ends_a_rest(start, redis):
    _let_rest(redis, {"acc_01": 3000, "acc_02": 3000, "acc_03": 2000})
    queue = Queue(redis)
    queue.push([watch_url("playable")])
    server = start(lanes=1)
    wait_lanes(server, lambda lane: lane.state == PAUSED, "the lane pauses")
    with server.client() as client:
        client.unbanAccount("acc_03")
    queue.wait_drained()
    assert [result["accountId"] for result in queue.results.values()] == ["acc_03"]


def test_lanes_go_on_with_new_accounts_where_that_is_allowed(start, redis):
    _let_rest(redis, {"acc_01": 3000, "acc_02": 3000, "acc_03": 3000})
    queue = Queue(redis)
    queue.push([watch_url("playable", number) for number in range(3)])
    start(auto_create_new_accounts_on_exhaustion="true")
    queue.wait_drained()
    accounts = {result["accountId"] for result in queue.results.values()}
    assert len(queue.results) == 3
    assert all(account.startswith("acc-auto-") for account in accounts)


def test_lanes_pause_while_every_proxy_is_banned(start, redis, tunnel):
    queue = Queue(redis)
    queue.push([watch_url("playable")])
    server = start(lanes=0)
    with server.client() as client:
        client.banProxy("", tunnel.url, "as the test says", 3000)
    _start_lanes(server)
    (lane,) = wait_lanes(server, lambda lane: lane.state == PAUSED, "the lane pauses")
    assert lane.reason.startswith("NO_ACTIVE_PROXIES: ")
    assert queue.failures == {}
    with server.client() as client:
        client.unbanProxy("", tunnel.url)
    queue.wait_drained()
    assert len(queue.results) == 1


def test_lanes_outlive_an_outage_of_redis(start, redis):
    queue = Queue(redis)
    urls = [watch_url("playable", number) for number in range(4)]
    server = start(lanes=2, lane_idle="wait")
    redis.kill()
    wait_until(lambda: server.find_entry("a lane pauses"), "a lane pauses", PATIENCE_S)
    wait_until(lambda: server.find_entry("a lane still pauses"), "it looks again", PATIENCE_S)
    assert server.log_text().count('"a lane pauses"') <= 2, "an outage is told once a lane"
    redis.restart()
    queue.push(urls)
    wait_until(lambda: sorted(queue.results) == sorted(urls), "every URL is done", PATIENCE_S)
    assert queue.failures == {}
    # The board, which Redis may have lost, is written again.
    assert len(wait_lanes(server, lambda lane: lane.state not in (PAUSED, STOPPED), "both")) == 2


def test_a_url_that_could_not_be_given_back_is_taken_up_again(start, redis, youtube):
    url = watch_url("hang")
    queue = Queue(redis)
    queue.push([url])
    # The retry after the first attempt's end is what meets the outage.
    server = start(lanes=1, lease_s=600, token_timeout_s=6)
    wait_lanes(server, lambda lane: lane.state == GETTING_TOKEN, "the lane is at work")
    redis.kill()
    wait_until(lambda: server.find_entry("a lane pauses"), "the lane pauses", PATIENCE_S)
    redis.restart()
    youtube.released.set()
    wait_until(lambda: queue.results, "the URL is done before its lease is over", PATIENCE_S)
    assert queue.results[url]["deliveries"] == 1


def _has_redis(server) -> bool:
    with work_client(server) as client:
        try:
            return client.getQueueStatus("video_queue") is not None
        except ServiceException:
            return False


def _lose_the_answer_of_a_pull(redis, server, url: str) -> None:
    """The URL is in progress for a lane of the server, which pauses and does not know it."""
    wait_lanes(server, lambda lane: lane.state == PULLING, "the lane waits for a URL")
    with socket.socket(socket.AF_UNIX) as pusher:
        pusher.connect(str(redis.socket))
        pusher.sendall(b"PING\r\n")
        assert pusher.recv(16) == b"+PONG\r\n"
        redis.process.signal(signal.SIGSTOP)
        pusher.sendall(f"RPUSH video_queue_inbox {url}\r\n".encode())
        wait_until(lambda: server.find_entry("a lane pauses"), "the lane pauses", PATIENCE_S)
        redis.process.signal(signal.SIGCONT)


def test_a_url_whose_pull_was_not_answered_is_taken_up(start, redis):
    url = watch_url("playable")
    _lose_the_answer_of_a_pull(redis, start(lanes=1, lane_idle="wait", lease_s=600), url)
    queue = Queue(redis)
    wait_until(lambda: queue.results, "the URL is done before its lease is over", PATIENCE_S)
    assert queue.results[url]["deliveries"] == 1


def test_a_lane_that_stops_gives_back_what_it_does_not_know_of(start, redis):
    url = watch_url("playable")
    server = start(lanes=1, lane_idle="wait", lease_s=600)
    _lose_the_answer_of_a_pull(redis, server, url)
    wait_until(lambda: _has_redis(server), "the server has Redis again", PATIENCE_S)
    server.stop()
    queue = Queue(redis)
    assert queue.progress == []
    assert [*queue.inbox, *queue.results] == [url]


def test_lanes_pause_while_redis_takes_no_writes(start, redis):
    queue = Queue(redis)
    queue.push([watch_url("playable")])
    redis.cli("CONFIG", "SET", "min-replicas-to-write", 1)
    server = start()
    wait_until(lambda: server.find_entry("a lane pauses"), "a lane pauses", PATIENCE_S)
    redis.cli("CONFIG", "SET", "min-replicas-to-write", 0)
    queue.wait_drained()
    assert list(queue.results) == [watch_url("playable")]


def _start_lanes(server, count: int = 1) -> None:
    with work_client(server) as client:
        client.startLanes("", count)
