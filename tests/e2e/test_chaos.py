"""
The whole system under load, while Redis, proxies, upstreams, workers and disks are broken, in an
order that the seed gives: nothing is lost. About 60 s; YTOPS_SOAK_SECONDS lets it go on for longer,
YTOPS_SOAK_SEED in another order.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from support.chaos_blows import BLOWS, strike
from support.chaos_load import (
    Busy,
    Feeder,
    ask_something,
    check_programme,
    drain,
    play_file,
    revive_lanes,
    talk_rubbish,
)
from support.chaos_world import Node, World
from support.lanes import decodes
from support.metrics import scrape
from support.paths import BUILD
from support.processes import wait_until
from support.status_feed import StatusFeed
from support.youtube_cases import watch_url

SECONDS = float(os.environ.get("YTOPS_SOAK_SECONDS", "25"))
SEED = int(os.environ.get("YTOPS_SOAK_SEED", "1"))
URLS = {
    **{watch_url("playable", number): "" for number in range(90)},
    **{watch_url("private", number): "PRIVATE_VIDEO" for number in range(40)},
    **{watch_url("removed", number): "VIDEO_REMOVED" for number in range(40)},
}
"""Each with the code that it fails with; "": it succeeds. Time decides how many are used."""
IS_SANITIZED = BUILD.name in ("asan", "tsan")
MOST_NEW_FILES = 12  # connections to Redis, mostly, which come with the load and stay in the pool
MOST_NEW_MIB = 40


@pytest.fixture
def world(folder, media, current_ytdlp):
    whole = World(folder, media, random.Random(SEED))
    yield whole
    whole.close()


def assert_ends(world: World, tries: Counter[str]) -> None:
    """Each URL has one end; and whose failure was not its own succeeds when it is asked again."""
    results, failures = world.queue.results, world.queue.failures
    assert not results.keys() & failures.keys()
    assert results.keys() | failures.keys() == set(tries)
    marks = world.queue.count_marks()
    assert all(1 <= marks[url] <= tries[url] for url in tries), (marks, tries)
    assert all(failure["message"] for failure in failures.values()), failures
    world.ask(world.steady, "queue", "requeue", "video_queue")
    drain(world)
    results = world.queue.results
    assert {url: "" for url in results} | world.queue.codes() == {url: URLS[url] for url in tries}
    files = [result["files"] for result in results.values()]
    assert all(len(each) == 1 and decodes(each[0]) for each in files), files


def assert_audited(world: World) -> None:
    """Whomever a lane says that it banned is in the audit, and so is whoever is banned now."""
    events = world.ask(world.management, "events", "--limit=10000", "--json").json["events"]
    banned = {event["name"] for event in events if event["change"] == "banned"}
    ends = [*world.queue.results.values(), *world.queue.failures.values()]
    accounts = world.ask(world.management, "accounts", "list", "--json").json["accounts"]
    assert banned >= {name for end in ends for name in end.get("banned", [])}
    assert banned >= {each["accountId"] for each in accounts if each["state"] == "BANNED"}
    assert sum(each["successCount"] for each in accounts) > 0


def open_files(node: Node) -> int:
    return len(os.listdir(f"/proc/{node.server.pid}/fd"))


def resident_mib(node: Node) -> float:
    pages = int(Path(f"/proc/{node.server.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def n_players(node: Node) -> float:
    return scrape(node.server).value("ytdlp_ops_relay_clients")


def assert_steady(world: World, at_first: dict[Node, tuple[int, float]]) -> None:
    """Nothing has piled up in those that ran all the time, and their counters are plausible."""
    wait_until(lambda: n_players(world.steady) == 0, "the players are gone")
    for node, (files, memory) in at_first.items():
        most = files + MOST_NEW_FILES
        wait_until(lambda: open_files(node) <= most, f"{node.folder.name} has closed its files")
        assert IS_SANITIZED or resident_mib(node) < memory + MOST_NEW_MIB
        figures = scrape(node.server)
        assert figures.value("ytdlp_ops_redis_up") == 1
        assert figures.value("ytdlp_ops_redis_errors_total", kind="unavailable") > 0
    figures = scrape(world.steady.server)
    assert figures.value("ytdlp_ops_relay_retries_total") > 0
    assert figures.value("ytdlp_ops_relay_stream_failures_total") == 0


def assert_logs(world: World) -> None:
    """An error says what happened to whom; none is without its cause."""
    for node in world.nodes:
        for line in node.log_text().splitlines():
            if '"level":"error"' in line:
                assert json.loads(line).get("error"), line


@pytest.mark.timeout(400 + 4 * SECONDS)
def test_nothing_is_lost(world):
    dice = random.Random(SEED)
    world.mend()
    programme, video = world.make_streams(world.steady)
    doomed_programme, _ = world.make_streams(world.victim)
    at_first = {node: (open_files(node), resident_mib(node)) for node in world.nodes[:2]}

    feed = StatusFeed(world.management.api.port)
    players = [world.steady.api.watch(programme) for _ in range(3)]
    doomed = world.victim.api.watch(doomed_programme)
    feeder = Feeder(world, dice.sample(sorted(URLS), len(URLS)))
    busy = [
        Busy(feeder),
        Busy(lambda: revive_lanes(world), 0.5),
        Busy(lambda: ask_something(world, dice), 0.3),
        Busy(lambda: play_file(world, video), 0.3),
        Busy(lambda: talk_rubbish(dice.choice(world.nodes), dice), 0.2),
    ]
    wait_until(lambda: len(feeder.pushed) > 3, "work has begun", 60)
    struck = strike(world, SECONDS)
    assert set(struck) == {blow.__name__ for blow in BLOWS}
    for each in busy:
        each.finish()
    world.mend()

    for player in players:
        player.wait_more(20_000)
        check_programme(player)
    assert doomed.ended.is_set(), "a player outlived its server"
    drain(world)
    assert_ends(world, feeder.tries)
    assert_audited(world)
    assert not feed.ended.is_set(), "the page's feed was cut off"
    n_results = len(world.queue.results)
    wait_until(
        lambda: feed.row("queues", "video_queue").get("succeeded") == n_results,
        "the feed tells how many succeeded",
    )
    for each in [*players, doomed, feed]:
        each.close()
    assert_steady(world, at_first)
    assert_logs(world)
    for node in world.nodes:
        node.server.stop()
    wait_until(lambda: not world.processes(), "every process has ended")
