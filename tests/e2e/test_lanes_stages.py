"""The two-stage flow: one kind of lane makes tokens, another downloads by format."""

from __future__ import annotations

import hashlib
import json

import pytest

from support.lanes import PATIENCE_S, Queue, decodes, files_in
from support.processes import wait_until
from support.youtube_cases import watch_url

pytestmark = pytest.mark.threads


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@pytest.fixture
def stage(serve, redis, tunnel, folder):
    """Starts a server with lanes of one kind."""

    def start(kind: str, queue: str, **flags):
        defaults = {
            "redis_url": redis.url,
            "ytdlp_args": "--no-check-certificates",
            "proxies": tunnel.url,
            "lane_kind": kind,
            "queue": queue,
            "lanes": 1,
            "lane_idle": "wait",
            "download_dir": folder / "media",
            "drain_timeout_s": 1,
        }
        return serve(**(defaults | flags))

    return start


@pytest.fixture
def auth(redis) -> Queue:
    return Queue(redis, "queue2_auth")


@pytest.fixture
def dl(redis) -> Queue:
    return Queue(redis, "queue2_dl")


def _wait_ended(queue: Queue, count: int) -> None:
    wait_until(
        lambda: len(queue.results) + len(queue.failures) == count and queue.is_drained(),
        f"{count} ends in {queue.name}",
        PATIENCE_S,
    )


def _task(url: str, media_format: str) -> str:
    """As an auth lane writes it."""
    task = {"url": url, "format": media_format, "auth_queue": "queue2_auth"}
    return json.dumps(task, separators=(",", ":"))


def test_every_format_of_every_url_is_a_task(stage, redis, auth, dl, folder):
    playable = [watch_url("playable", number) for number in range(2)]
    auth.push([*playable, watch_url("private")])
    stage("auth", "queue2_auth", format="18;43", account_pool="acc:5")
    _wait_ended(auth, 3)
    assert auth.codes() == {watch_url("private"): "PRIVATE_VIDEO"}
    assert set(auth.results) == set(playable)
    assert sorted(dl.inbox) == sorted(_task(url, fmt) for url in playable for fmt in ("18", "43"))
    for url in playable:
        result = auth.results[url]
        assert result["formats"] == ["18", "43"]
        assert result["infoJsonKey"] == f"info_json:{_digest(url)}"
        life = redis.cli("TTL", result["infoJsonKey"])
        # The double's media URLs live a little less than six hours.
        assert 21000 < life <= 21540

    # Another server, with no account of its own.
    stage("download", "queue2_dl")
    _wait_ended(dl, 4)
    assert dl.failures == {}
    media = {path for result in dl.results.values() for path in result["files"]}
    assert len(media) == 4
    assert files_in(folder / "media") == media
    assert all(decodes(path) for path in media)
    for task, result in dl.results.items():
        ending = {"18": ".mp4", "43": ".webm"}[json.loads(task)["format"]]
        assert result["files"][0].endswith(ending)
        assert result["accountId"] == auth.results[result["url"]]["accountId"]


def test_a_task_whose_info_json_is_gone_goes_back_for_a_new_one(stage, redis, auth, dl, youtube):
    url = watch_url("playable")
    auth.push([url])
    first = stage("auth", "queue2_auth", format="18;43", account_pool="acc:5")
    _wait_ended(auth, 1)
    first.stop()
    redis.cli("DEL", f"info_json:{_digest(url)}")
    stage("download", "queue2_dl")
    # Nobody makes tokens now: the tasks wait in the first stage, one for each format.
    wait_until(lambda: len(auth.inbox) == 2, "both tasks are back", PATIENCE_S)
    assert sorted(auth.inbox) == sorted(_task(url, fmt) for fmt in ("18", "43"))
    assert set(dl.codes().values()) == {"MEDIA_403"}
    assert all("went back to the queue queue2_auth" in f["message"] for f in dl.failures.values())

    stage("auth", "queue2_auth", format="18;43", account_pool="acc:5")
    wait_until(lambda: len(dl.results) == 2, "both tasks are done", PATIENCE_S)
    # The later end has taken the place of the earlier one, and nothing was done twice.
    assert dl.failures == {}
    assert set(dl.results) == {_task(url, "18"), _task(url, "43")}
    assert youtube.requests["media playable_00"] == 2
    assert redis.cli("KEYS", "info_renewals:*") == []


def test_a_task_does_not_go_round_for_ever(stage, redis, auth, dl):
    task = _task(watch_url("playable"), "18")
    redis.cli("SET", f"info_renewals:{_digest(task)}", 3)
    dl.push([task])
    stage("download", "queue2_dl")
    _wait_ended(dl, 1)
    assert dl.codes() == {task: "MEDIA_403"}
    assert "3 new ones did not last" in dl.failures[task]["message"]
    assert auth.inbox == []


def test_a_task_that_cannot_go_back_fails_and_says_why(stage, redis, dl):
    task = '{"url":"https://h/x","format":"18","auth_queue":"no queue"}'
    dl.push([task])
    stage("download", "queue2_dl")
    _wait_ended(dl, 1)
    assert dl.codes() == {task: "MEDIA_403"}
    assert 'queue \\"no queue\\" has other characters' in json.dumps(dl.failures[task])
    assert redis.cli("KEYS", "info_renewals:*") == []


def test_what_is_no_task_fails(stage, dl):
    dl.push([watch_url("playable"), '{"url":"https://h/x"}'])
    stage("download", "queue2_dl")
    _wait_ended(dl, 2)
    assert set(dl.codes().values()) == {"INVALID_ARGUMENT"}
