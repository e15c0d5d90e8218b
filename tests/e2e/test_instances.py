"""What every running instance tells of itself in Redis."""

from __future__ import annotations

import json

import pytest

from support.processes import wait_until
from support.upstream_answers import LiveSource, live


def documents(redis) -> dict[str, dict]:
    """Instance id to document, of those that are listed."""
    listed = redis.cli("ZRANGE", "instances", "0", "-1")
    texts = {each: redis.cli("GET", f"instance:{each}") for each in listed}
    return {each: json.loads(text) for each, text in texts.items() if text}


def roles(redis) -> list[str]:
    return sorted(each["service_role"] for each in documents(redis).values())


@pytest.mark.sanitizer
def test_instances_of_each_role_are_there_while_they_run(serve, redis):
    shared = {"redis_url": redis.url, "token_runner": "command"}
    worker = serve(service_role="worker", server_identity="pool-1", **shared)
    management = serve(service_role="management", **shared)
    wait_until(lambda: roles(redis) == ["management", "worker"], "both are there", 60)
    by_role = {each["service_role"]: each for each in documents(redis).values()}
    assert by_role["worker"] | {
        "server_identity": "pool-1",
        "rpc_address": f"127.0.0.1:{worker.port}",
        "http_address": f"127.0.0.1:{worker.http_port}",
        "pid": worker.pid,
        "draining": False,
        "token_workers_ready": True,
        "token_jobs_running": 0,
        "token_jobs_waiting": 0,
    } == by_role["worker"]
    assert by_role["worker"]["streams"]["total"] == 0
    assert by_role["management"]["rpc_address"] == f"127.0.0.1:{management.port}"
    assert "streams" not in by_role["management"]
    assert "token_jobs_running" not in by_role["management"]

    worker.stop()
    assert roles(redis) == ["management"]
    management.stop()
    assert roles(redis) == []


def test_streams_are_told_with_what_they_do(make_relay, redis, upstream):
    relay = make_relay(redis_url=redis.url)
    url = upstream.script("/a.ts", live(LiveSource(8e6)))
    made = relay.api.create(url, kind="live")
    idle = relay.api.create(url.replace("//", "//user:secret@", 1))
    player = relay.api.watch(made["stream_endpoint"])

    def streams() -> dict:
        return next(iter(documents(redis).values()), {}).get("streams", {})

    wait_until(lambda: streams().get("bits_per_second", 0) > 0, "a stream flows", 60)
    told = streams()
    assert (told["total"], told["clients"]) == (2, 1)
    assert told["by_state"]["STREAMING"] == told["by_state"]["IDLE"] == 1
    first, second = told["list"]
    assert first["stream_id"] == made["stream_id"]
    assert (first["kind"], first["state"], first["client_count"]) == ("live", "STREAMING", 1)
    assert first["current_url"] == url
    assert first["bytes_from_upstream"] > 0
    assert told["bits_per_second"] == first["bits_per_second"]
    assert second["stream_id"] == idle["stream_id"]
    assert "secret" not in json.dumps(told)
    player.close()
    relay.stop()
    assert documents(redis) == {}
