"""Lanes are watched, started and stopped from anywhere, and end in good order."""

from __future__ import annotations

import signal

import pytest

from support.cli_client import FAILED, USAGE, Cli
from support.faults import fault, refusal
from support.lanes import (
    PATIENCE_S,
    GatedYtdlp,
    Queue,
    files_in,
    lane_states,
    unfinished_in,
    wait_lanes,
    work_client,
)
from support.mapping_socks5 import MappingSocks5
from support.paths import server_program, worker_script
from support.processes import command_line, is_running, wait_until
from support.program import run
from support.youtube_cases import watch_url

pytestmark = pytest.mark.threads

DOWNLOADING, STOPPED, FULL = 3, 7, 0
SECRET = "s3cret"


@pytest.fixture
def gated(folder, media) -> GatedYtdlp:
    return GatedYtdlp(folder, media)


@pytest.fixture
def private_tunnel(youtube):
    proxy = MappingSocks5(youtube.host_map, "user", SECRET)
    yield proxy
    proxy.close()


@pytest.fixture
def start(serve, redis, private_tunnel, folder, gated):
    """Starts a worker whose downloads wait for the gate; extractions are real."""

    def start_server(**flags):
        defaults = {
            "redis_url": redis.url,
            "proxies": private_tunnel.url,
            "ytdlp": gated.program,
            "ytdlp_args": "--no-check-certificates",
            "account_pool": "acc:5",
            "download_dir": folder / "media",
            "drain_timeout_s": 1,
        }
        return serve(**(defaults | flags))

    return start_server


@pytest.fixture
def management(serve, redis):
    return serve(service_role="management", redis_url=redis.url)


def _downloading(server, count: int = 1):
    return wait_lanes(
        server,
        lambda lane: lane.state == DOWNLOADING,
        f"{count} lanes download",
    )


def test_a_lane_is_seen_from_the_management_role(start, management, redis, gated):
    Queue(redis).push([watch_url("playable")])
    worker = start(lanes=1)
    gated.wait_started()
    (lane,) = wait_lanes(
        management, lambda lane: lane.state == DOWNLOADING and lane.progress, "the progress"
    )
    assert lane.instanceId == worker.find_entry("ready")["instance_id"]
    assert lane.laneId == f"{lane.instanceId}.1"
    assert (lane.queue, lane.kind) == ("video_queue", FULL)
    assert lane.url == watch_url("playable")
    assert lane.accountId.startswith("acc_0")
    assert lane.progress == 25.0
    assert lane.proxyUrl.startswith("socks5://user:***@")
    assert lane_states(management, "other") == []

    # Nor does the process list have the password.
    (pid,) = gated.pids
    assert "--config-locations=-" in command_line(pid)
    assert SECRET not in command_line(pid)

    gated.open()
    (lane,) = wait_lanes(management, lambda lane: lane.state == STOPPED, "it stops")
    assert lane.reason == "the queue is empty"
    assert (lane.succeeded, lane.failed) == (1, 0)
    assert lane.url is None
    worker.stop()
    wait_until(lambda: lane_states(management) == [], "it leaves the board", PATIENCE_S)
    assert redis.cli("KEYS", "lane_*") == []


def test_lanes_of_a_killed_server_vanish(start, management, redis):
    worker = start(lanes=1, lane_idle="wait")
    wait_until(lambda: lane_states(management), "it is on the board", PATIENCE_S)
    worker.process.kill()
    wait_until(lambda: lane_states(management) == [], "it vanishes", PATIENCE_S)


def test_a_lane_stops_after_the_url_in_work(start, management, redis, gated):
    queue = Queue(redis)
    queue.push([watch_url("playable", number) for number in range(2)])
    worker = start(lanes=1)
    gated.wait_started()
    (lane,) = _downloading(management)
    with work_client(management) as client:
        assert client.stopLanes("", lane.laneId) == 1
        refusal("NOT_FOUND", client.stopLanes, "", "nobody.7")
        assert client.stopLanes("other", "") == 0
        refusal("ROLE_FORBIDDEN", client.startLanes, "", 1)
    wait_until(lambda: worker.find_entry("a lane is to stop"), "the lane has heard", PATIENCE_S)
    gated.open()
    (lane,) = wait_lanes(management, lambda lane: lane.state == STOPPED, "it stops")
    assert lane.reason == "it was asked to stop"
    assert len(queue.results) == 1
    assert queue.inbox == [watch_url("playable", 1)]

    # The server still works, and starts another one when it is asked to.
    with work_client(worker) as client:
        refusal("INVALID_ARGUMENT", client.startLanes, "", 0)
        refusal("INVALID_ARGUMENT", client.startLanes, "", 257)
        refusal("INVALID_ARGUMENT", client.startLanes, "no queue!", 1)
        assert client.startLanes("", 2) == 2
    queue.wait_drained()
    assert len(queue.results) == 2


def test_a_drain_that_runs_out_gives_the_url_back_to_the_head(start, redis, gated, folder):
    queue = Queue(redis)
    urls = [watch_url("playable", number) for number in range(3)]
    queue.push(urls)
    worker = start(lanes=1, drain_timeout_s=1)
    gated.wait_started()
    (pid,) = gated.pids
    worker.stop()
    assert queue.inbox == urls
    assert queue.progress == []
    assert not is_running(pid)
    assert files_in(folder / "media") == set()
    assert unfinished_in(folder / "media") == []


def test_a_drain_waits_for_what_is_in_work(start, redis, gated):
    queue = Queue(redis)
    urls = [watch_url("playable", number) for number in range(2)]
    queue.push(urls)
    worker = start(lanes=1, drain_timeout_s=60)
    gated.wait_started()
    worker.process.signal(signal.SIGTERM)
    wait_until(lambda: worker.find_entry("draining"), "it drains", PATIENCE_S)
    gated.open()
    assert worker.process.wait(PATIENCE_S) == 0
    assert list(queue.results) == urls[:1]
    assert queue.inbox == urls[1:]


def test_a_lane_that_lost_its_lease_keeps_nothing(start, redis, gated, folder):
    """Another lane has the URL by then, as after a long outage or a frozen machine."""
    queue = Queue(redis)
    queue.push([watch_url("playable")])
    worker = start(lanes=1, lane_idle="wait", lease_s=3)
    gated.wait_started()
    (pid,) = gated.pids
    # As the end of its lease would do it.
    ((item_id, _),) = redis.cli("HGETALL", "video_queue_progress").items()
    redis.cli("HDEL", "video_queue_progress", item_id)
    redis.cli("ZREM", "video_queue_leases", item_id)
    wait_until(
        lambda: worker.find_entry("item abandoned: its lease was lost"), "it gives up", PATIENCE_S
    )
    wait_until(lambda: not is_running(pid), "its download ends", PATIENCE_S)
    wait_until(lambda: unfinished_in(folder / "media") == [], "nothing is kept", PATIENCE_S)
    assert files_in(folder / "media") == set()
    assert queue.results == {} and queue.failures == {}


def test_a_lease_is_renewed_while_its_url_is_in_work(start, redis, gated):
    queue = Queue(redis)
    queue.push([watch_url("playable")])
    start(lanes=2, lane_idle="wait", lease_s=2)
    gated.wait_started()
    (first,) = queue.progress
    # Three times the lease, with another lane that would take it.
    wait_until(
        lambda: queue.progress[0]["lease_expires_at"] > first["lease_expires_at"] + 6,
        "the lease is three times as old",
        PATIENCE_S,
    )
    gated.open()
    queue.wait_drained()
    assert [result["deliveries"] for result in queue.results.values()] == [1]
    assert len(gated.pids) == 1


def test_again_replaces_its_own_file(start, redis, gated, folder):
    queue = Queue(redis)
    gated.open()
    stranger = folder / "media" / "playable_00-stranger.mp4"
    stranger.parent.mkdir()
    stranger.write_text("somebody else's")
    for _ in range(2):
        queue.push([watch_url("playable")])
        start(lanes=1)
        queue.wait_drained()
        (result,) = queue.results.values()
        assert files_in(folder / "media") == {str(stranger), *result["files"]}
    assert stranger.read_text() == "somebody else's"


def test_settings_that_cannot_work_are_named(serve, redis, folder):
    server = serve(redis_url=redis.url)
    with work_client(server) as client:
        error = refusal("INVALID_ARGUMENT", client.startLanes, "", 1)
        assert error.message.startswith("--account-pool: ")
    blocked = folder / "a-file"
    blocked.write_text("")
    server = serve(redis_url=redis.url, account_pool="acc:2", download_dir=blocked)
    with work_client(server) as client:
        error = refusal("INVALID_ARGUMENT", client.startLanes, "", 1)
        assert error.message.startswith("--download-dir: ")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "--account-pool: "),
        (["--account-pool=acc:0"], "--account-pool: "),
        (["--account-pool=acc:2", "--queue=no queue"], "--queue: "),
        (["--account-pool=acc:2", "--format=18;43"], "--format: "),
        (["--account-pool=acc:2", "--lane-kind=auth", "--queue=queue2_dl"], "--lane-next-queue: "),
        (["--service-role=management"], "--lanes: "),
    ],
)
def test_a_server_does_not_start_with_such_lanes(redis, folder, flags, said):
    argv = [server_program(), f"--redis-url={redis.url}", "--port=0", "--http-listen="]
    argv += ["--lanes=1", f"--data-dir={folder}", f"--worker-script={worker_script()}"]
    ended = run([*argv, *flags], folder)
    assert ended.status == USAGE
    assert f"ytdlp-ops-server: {said}" in ended.err


@pytest.mark.parametrize(
    "setting",
    [
        {"ytdlp": "/nowhere/yt-dlp"},
        {"python": "/nowhere/python3"},
        {"python": "/bin/false"},
        {"ytdlp_args": "--no-such-option"},
    ],
)
def test_what_is_broken_for_every_url_stops_the_lane_and_costs_none(start, redis, setting):
    queue = Queue(redis)
    urls = [watch_url("playable", number) for number in range(2)]
    queue.push(urls)
    server = start(lanes=1, **setting)
    (lane,) = wait_lanes(server, lambda lane: lane.state == STOPPED, "it stops")
    (value,) = setting.values()
    assert value in lane.reason
    assert queue.inbox == urls
    assert queue.failures == {}


def test_the_client(start, management, redis, gated, folder):
    queue = Queue(redis, "nightly")
    queue.push([watch_url("playable")])
    worker = start()
    cli, overview = Cli(folder, worker.port), Cli(folder, management.port)
    assert "No lane runs; " in cli("lane", "status").err
    assert "No lane runs on the queue other; " in cli("lane", "status", "other").err
    assert cli("lane", "start", "nightly", "--count", "2", "--json").json == {
        "action": "start",
        "lanes": 2,
    }
    gated.wait_started()
    wait_lanes(
        worker, lambda lane: lane.state == STOPPED or lane.progress, "one works, one found nothing"
    )
    lanes = overview("lane", "status", "nightly", "--json").json["lanes"]
    (busy,) = [lane for lane in lanes if lane["state"] == "DOWNLOADING"]
    (idle,) = [lane for lane in lanes if lane["state"] == "STOPPED"]
    assert busy["progress"] == 25.0
    assert (busy["kind"], busy["queue"], busy["reason"]) == ("FULL", "nightly", None)
    assert idle["reason"] == "the queue is empty"
    shown = overview("lane", "status")
    assert "DOWNLOADING 25%" in shown.row(busy["laneId"])
    assert "the queue is empty" in shown.row(idle["laneId"])
    assert SECRET not in shown.out

    assert overview("lane", "stop", busy["laneId"]).out == (
        "1 lane will stop after the URL in work\n"
    )
    unknown = overview("lane", "stop", "nobody.1", status=FAILED).err
    assert "NOT_FOUND" in unknown and "list the lanes to see which do" in unknown
    assert overview("lane", "stop", "--queue", "nightly", "--json").json["asked"] >= 0
    assert "exactly one of LANE_ID" in cli("lane", "stop", status=USAGE).err
    assert "ROLE_FORBIDDEN" in overview("lane", "start", status=FAILED).err
    gated.open()
    queue.wait_drained()


def test_a_server_that_drains_starts_no_lane(start, redis, gated):
    Queue(redis).push([watch_url("playable")])
    worker = start(lanes=1, drain_timeout_s=60, drain_grace_s=60)
    gated.wait_started()
    with work_client(worker) as client:
        worker.process.signal(signal.SIGTERM)
        wait_until(lambda: worker.find_entry("draining"), "it drains", PATIENCE_S)
        fault("DRAINING", client.startLanes, "", 1)
    gated.open()
    assert worker.process.wait(PATIENCE_S) == 0
