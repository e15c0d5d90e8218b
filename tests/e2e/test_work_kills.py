"""Servers and Redis killed with -9 while a queue is worked off: no URL is lost or doubled."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

from support.contract import Connection, ServiceException, UserException, WorkService
from support.processes import wait_until

URLS = [f"https://video.example/{number}" for number in range(1500)]
KILLS = 8
LANES = 4

# How many URLs are in the four parts of the queue, and those that are not in exactly one.
_AUDIT = """
local seen, n, wrong = {}, 0, {}
local function see(url) seen[url] = (seen[url] or 0) + 1 end
for _, url in ipairs(redis.call('LRANGE', 'q_inbox', 0, -1)) do see(url) end
for _, text in ipairs(redis.call('HVALS', 'q_progress')) do see(cjson.decode(text).url) end
for _, url in ipairs(redis.call('HKEYS', 'q_result')) do see(url) end
for _, url in ipairs(redis.call('HKEYS', 'q_fail')) do see(url) end
for url, count in pairs(seen) do
  n = n + 1
  if count ~= 1 then wrong[#wrong + 1] = url end
end
return n .. ' ' .. table.concat(wrong, ' ')
"""


class Lane(threading.Thread):
    """Pulls and marks; one item in ten it forgets, as if it had died with it."""

    def __init__(self, find_port: Callable[[], int], number: int) -> None:
        super().__init__(daemon=True)
        self.find_port = find_port
        self.name = f"lane-{number}"
        self.random = random.Random(number)
        self.acknowledged: list[str] = []
        self.refused: list[str] = []
        self.ended = threading.Event()
        self.start()

    def run(self) -> None:
        while not self.ended.is_set():
            try:
                with Connection(self.find_port(), service=WorkService, timeout_s=10) as work:
                    while not self.ended.is_set():
                        self._work_on_one(work)
            except (OSError, EOFError, ServiceException):
                pass  # the server or Redis is gone, or was just killed
            except Exception as error:  # Thrift's own of a broken connection
                if not type(error).__module__.startswith("thrift."):
                    raise
            self.ended.wait(0.02)

    def _work_on_one(self, work) -> None:
        try:
            item = work.pullUrl("q", self.name, 2)
            if self.random.random() < 0.1:
                return
            if self.random.random() < 0.2:
                work.markFailure("q", item.itemId, '{"errorCode": "GENERIC"}')
            else:
                work.markSuccess("q", item.itemId, "{}")
            self.acknowledged.append(item.url)
        except UserException as refused:
            self.refused.append(refused.errorCode)
            self.ended.wait(0.02)


def test_kills_at_random_moments_lose_and_double_nothing(serve, redis):
    flags = {
        "redis_url": redis.url,
        "token_runner": "command",
        "proxies": "socks5://127.0.0.1:1",
        "max_deliveries": 1000,
    }
    servers = [serve(**flags)]
    with servers[0].client(service=WorkService) as work:
        work.pushUrls("q", URLS)
    lanes = [Lane(lambda: servers[-1].port, number) for number in range(LANES)]
    chance = random.Random(4)
    for kill in range(KILLS):
        before = sum(len(lane.acknowledged) for lane in lanes)
        enough = before + chance.randint(10, 120)
        wait_until(
            lambda: sum(len(lane.acknowledged) for lane in lanes) >= enough, "lanes work on", 60
        )
        if kill % 3 == 2:
            redis.kill()
            redis.restart()
        else:
            servers[-1].process.kill()
            servers.append(serve(**flags))
        assert redis.cli("EVAL", _AUDIT, 0) == f"{len(URLS)} "

    with servers[-1].client(service=WorkService) as work:
        wait_until(lambda: _is_drained(work), "the queue is worked off", 60)
        for lane in lanes:
            lane.ended.set()
        for lane in lanes:
            lane.join(60)
            assert not lane.is_alive()
        status = work.getQueueStatus("q")
    assert status.succeeded + status.failed == len(URLS)
    assert redis.cli("EVAL", _AUDIT, 0) == f"{len(URLS)} "
    # NOT_FOUND: an answer that came so late that the lease was over.
    assert {code for lane in lanes for code in lane.refused} <= {"QUEUE_EMPTY", "NOT_FOUND"}
    # What was acknowledged once is never given out again.
    acknowledged = [url for lane in lanes for url in lane.acknowledged]
    assert len(acknowledged) == len(set(acknowledged))


def _is_drained(work) -> bool:
    try:
        status = work.getQueueStatus("q")
    except ServiceException:
        return False  # Redis has just come back
    return status.inbox == 0 and status.inProgress == 0
