"""GET /metrics: its form, who may read it, and that each figure follows what happens."""

from __future__ import annotations

import json
import os
import re
import signal
import time

import pytest
from thrift.Thrift import TApplicationException

from support.calls import failure_report, in_background, token_request
from support.contract import Protocol, Transport, WorkService
from support.faults import fault, refusal
from support.metrics import OPENMETRICS, Figures, fetch, promtool, scrape
from support.paths import ROOT
from support.processes import wait_until
from support.relay_api import FAST
from support.upstream_answers import LiveSource, live, status

CLASSIC = "text/plain; version=0.0.4; charset=utf-8"
PROMETHEUS_ACCEPTS = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
WIRES = [(transport, protocol) for transport in Transport for protocol in Protocol]
ROLES = ("all-in-one", "worker", "management")


MAKE_ACCOUNTS = """
for n = 1, 20000 do
  redis.call('ZADD', 'account_index', 0, 'acc_' .. n)
  if n % 4 == 0 then redis.call('HSET', 'account_status:acc_' .. n, 'status', 'BANNED') end
end
"""


@pytest.fixture
def plain(serve):
    """An all-in-one server whose token jobs are run by the command."""
    return serve(token_runner="command")


@pytest.mark.parametrize("role", ROLES)
def test_both_formats_are_what_their_readers_want(serve, redis, role):
    server = serve(service_role=role, redis_url=redis.url, token_runner="command")
    with server.client() as client:
        client.ping()
    build = {"version": "0.1.0", "service_role": role, "server_identity": "ytdlp-ops"}
    assert scrape(server).value("ytdlp_ops_build_info", **build) == 1
    classic = fetch(server.http_port, "text/plain")
    assert classic.headers["content-type"] == CLASSIC
    assert promtool("check", "metrics", text=classic.body) == ""
    for accept in (None, "*/*", PROMETHEUS_ACCEPTS, "text/html"):
        assert fetch(server.http_port, accept).headers["content-type"] == OPENMETRICS, accept
    server.stop()


def described(text: str) -> dict[str, tuple[str, str]]:
    """Series to type and meaning, of the older format."""
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    return {
        name: (types[name], meaning)
        for name, meaning in re.findall(r"^# HELP (\S+) (.*)$", text, re.MULTILINE)
    }


def test_documentation_lists_every_metric(plain):
    scrape(plain)
    told = described(fetch(plain.http_port, "text/plain").body.decode())
    rows = re.findall(
        r"^\| `(\w+)` \| (\w+) \| [^|]* \| (.*) \|$",
        (ROOT / "docs" / "metrics.md").read_text(),
        re.MULTILINE,
    )
    written = {
        name: ("gauge" if kind == "info" else kind, meaning) for name, kind, meaning in rows
    }
    assert written == told
    assert len(rows) == len(written)


def test_scrape_needs_the_token(serve):
    server = serve(token_runner="command", api_token="sesame", http_listen="0.0.0.0")
    assert fetch(server.http_port).status == 401
    assert fetch(server.http_port, token="other").status == 401
    reply = fetch(server.http_port, token="sesame")
    assert reply.status == 200
    assert b"sesame" not in reply.body


@pytest.mark.sanitizer
def test_rpc_calls_by_method_and_result(plain):
    with plain.client() as client:
        for _ in range(3):
            client.ping()
        refusal("INVALID_ARGUMENT", client.getToken, token_request(""))
        refusal("NOT_FOUND", client.unbanAccount, "acc_01")
        client.banAccount("acc_01", "x", 60)
    seen = scrape(plain)
    calls = "ytdlp_ops_rpc_calls_total"
    assert seen.value(calls, method="ping", result="ok") == 3
    assert seen.value(calls, method="getToken", result="INVALID_ARGUMENT") == 1
    assert seen.value(calls, method="unbanAccount", result="NOT_FOUND") == 1
    assert seen.value(calls, method="banAccount", result="ok") == 1
    assert seen.has(calls, method="getToken", result="ok")
    took = "ytdlp_ops_rpc_call_duration_seconds"
    assert seen.value(f"{took}_count", method="ping") == 3
    assert seen.value(f"{took}_bucket", method="ping", le="+Inf") == 3
    assert 0 < seen.value(f"{took}_sum", method="ping") < 60
    assert not seen.has(f"{took}_count", method="resetAccount")


def test_every_form_of_message_is_understood(plain):
    for transport, protocol in WIRES:
        with plain.client(transport=transport, protocol=protocol) as client:
            client.ping()
            refusal("NOT_FOUND", client.resetAccount, "nobody")
    seen = scrape(plain)
    calls = "ytdlp_ops_rpc_calls_total"
    assert seen.value(calls, method="ping", result="ok") == len(WIRES)
    assert seen.value(calls, method="resetAccount", result="NOT_FOUND") == len(WIRES)


def test_a_full_http_port_has_its_files_however_few_rpc_connections_are_allowed(serve):
    launcher = ("prlimit", "--nofile=1024:15000")
    server = serve(token_runner="command", connection_limit=100, launcher=launcher)
    assert scrape(server).value("process_max_fds") == 15000


def test_calls_over_the_limit_are_counted_and_told_when_to_come_again(serve, redis):
    """One of two is refused while the other waits for a Redis that hangs."""
    server = serve(token_runner="command", redis_url=redis.url, call_limit=1)
    with server.client() as one, server.client() as other:
        os.kill(redis.process.pid, signal.SIGSTOP)
        try:
            calls = [in_background(each.getAccountStatus, "", 0) for each in (one, other)]
            errors = [call.exception(60) for call in calls]
        finally:
            os.kill(redis.process.pid, signal.SIGCONT)
    assert {each.errorCode for each in errors} == {"OVERLOADED", "REDIS_UNAVAILABLE"}
    refused = next(each for each in errors if each.errorCode == "OVERLOADED")
    assert refused.context == {"retryable": "true", "retryAfterS": "1"}
    seen = scrape(server)
    for error in errors:
        result = {"method": "getAccountStatus", "result": error.errorCode}
        assert seen.value("ytdlp_ops_rpc_calls_total", **result) == 1


def test_unknown_methods_share_one_series(plain):
    with plain.client(service=WorkService, multiplexed="NoService") as client:
        for _ in range(2):
            with pytest.raises(TApplicationException):
                client.getQueueStatus("x")
    seen = scrape(plain)
    assert seen.value("ytdlp_ops_rpc_calls_total", method="unknown", result="PROTOCOL_ERROR") == 2


def test_token_jobs(serve, microsocks, web):
    server = serve(token_runner="command", proxies=microsocks().url, token_cache_ttl=600)
    with server.client() as client:
        for _ in range(3):
            client.getToken(token_request(web.url("video.mp4")))
        fault("VIDEO_UNAVAILABLE", client.getToken, token_request(web.url("status/404")))
    seen = scrape(server)
    requests = "ytdlp_ops_token_requests_total"
    assert seen.value(requests, met_by="job") == 2
    assert seen.value(requests, met_by="cache") == 2
    assert seen.value("ytdlp_ops_token_jobs_total", result="ok") == 1
    assert seen.value("ytdlp_ops_token_jobs_total", result="VIDEO_UNAVAILABLE") == 1
    took = "ytdlp_ops_token_job_duration_seconds_count"
    assert (seen.value(took, outcome="ok"), seen.value(took, outcome="failed")) == (1, 1)
    assert seen.value("ytdlp_ops_token_workers") == 1
    assert seen.value("ytdlp_ops_token_workers_ready") == 1
    assert seen.value("ytdlp_ops_token_jobs_running") == 0


def test_running_and_waiting_jobs(serve, microsocks, web):
    server = serve(token_runner="command", proxies=microsocks().url, token_queue_limit=2)

    def ask(n: int):
        with server.client() as client:
            return client.getToken(token_request(web.url("hang"), f"acc_{n}", timeoutS=5))

    calls = [in_background(ask, n) for n in range(3)]
    wait_until(
        lambda: scrape(server).value("ytdlp_ops_token_jobs_waiting") == 2, "two jobs wait", 60
    )
    calls.append(in_background(ask, 2))
    requests = "ytdlp_ops_token_requests_total"
    wait_until(lambda: scrape(server).value(requests, met_by="shared_job") == 1, "it joins", 60)
    fault("OVERLOADED", ask, 4)
    seen = scrape(server)
    assert seen.value("ytdlp_ops_token_jobs_running") == 1
    assert seen.value(requests, met_by="job") == 3
    assert seen.value(requests, met_by="refusal") == 1
    assert seen.value("ytdlp_ops_rpc_calls_total", method="getToken", result="OVERLOADED") == 1
    for call in calls:
        call.exception(60)


def pools_of(server, before: float) -> Figures:
    """The figures once Redis was read at a later time than that."""

    def read() -> Figures | None:
        seen = scrape(server)
        at = seen.value("ytdlp_ops_pools_read_timestamp_seconds")
        return seen if at > before else None

    return wait_until(read, "the pools are read", 60)


def test_accounts_proxies_windows_and_queues(serve, redis):
    proxies = [f"socks5://127.0.0.1:{port}" for port in (1, 2, 3)]
    shared = {"redis_url": redis.url, "token_runner": "command"}
    worker = serve(service_role="worker", server_identity="pool-1", proxies=",".join(proxies),
                   **shared)
    with worker.client() as client:
        client.getProxyStatus("")
        for n in range(4):
            client.reportOutcome(failure_report(proxies[0], f"acc_{n}"))
        for n in range(2):
            client.reportOutcome(failure_report(proxies[1], f"acc_{n}"))
        client.banAccount("acc_9", "x", 600)
    with worker.client(service=WorkService) as client:
        client.pushUrls("videos", ["https://a.example/1", "https://a.example/2"])
    server = serve(**shared)
    seen = pools_of(server, 0)
    assert seen.value("ytdlp_ops_accounts", state="ACTIVE") == 4
    assert seen.value("ytdlp_ops_accounts", state="BANNED") == 1
    assert seen.has("ytdlp_ops_accounts", state="RESTING")
    pool = {"server_identity": "pool-1"}
    assert seen.value("ytdlp_ops_proxies", state="ACTIVE", **pool) == 2
    assert seen.value("ytdlp_ops_proxies", state="BANNED", **pool) == 1
    assert seen.value("ytdlp_ops_proxy_window_failures", **pool) == 6
    assert seen.value("ytdlp_ops_proxy_window_failures_max", **pool) == 4
    assert seen.value("ytdlp_ops_proxies_near_ban", **pool) == 1
    assert seen.value("ytdlp_ops_queue_items", queue="videos", part="inbox") == 2

    told = scrape(worker)
    assert not told.has("ytdlp_ops_accounts", state="ACTIVE")
    assert not told.has("ytdlp_ops_queue_items", queue="videos", part="inbox")

    worker.stop()
    with server.client() as client:
        client.deleteProxiesFromRedis("pool-1", [])
        client.deleteAccountsFromRedis("")
    seen = pools_of(server, time.time())
    assert not seen.has("ytdlp_ops_proxies", state="ACTIVE", **pool)
    assert seen.value("ytdlp_ops_accounts", state="BANNED") == 0


def test_what_other_hands_wrote_hides_nothing(serve, redis):
    redis.cli("SADD", "work_queues", "damaged", "videos")
    redis.cli("SET", "damaged_inbox", "x")
    redis.cli("RPUSH", "videos_inbox", "https://a.example/1")
    redis.cli("ZADD", "lane_instances", time.time() + 600, "other")
    lane = {"lane_id": "other.1", "instance_id": "other", "kind": "full", "state": "PULLING"}
    redis.cli("HSET", "lane_status:other", "other.1", json.dumps(lane))
    seen = pools_of(serve(redis_url=redis.url, token_runner="command"), 0)
    assert seen.value("ytdlp_ops_queue_items", queue="videos", part="inbox") == 1
    assert not seen.has("ytdlp_ops_queue_items", queue="damaged", part="inbox")
    assert not seen.families["ytdlp_ops_lanes"].samples


def test_lanes_of_other_instances_are_counted(serve, redis):
    shared = {"redis_url": redis.url, "token_runner": "command"}
    pool = {"queue": "videos", "account_pool": "demo:2"}
    worker = serve(service_role="worker", lanes=3, lane_idle="wait", **pool, **shared)
    with worker.client(service=WorkService) as client:
        wait_until(lambda: len(client.getLaneStatus("")) == 3, "the lanes are on the board", 60)
    seen = pools_of(serve(service_role="management", **shared), 0)
    told = seen.families["ytdlp_ops_lanes"].samples
    assert {sample.labels["queue"] for sample in told} == {"videos"}
    assert sum(sample.value for sample in told) == 3


def test_many_accounts_are_counted_in_steps(serve, redis):
    redis.cli("EVAL", MAKE_ACCOUNTS, "0")
    seen = pools_of(serve(redis_url=redis.url, token_runner="command"), 0)
    assert seen.value("ytdlp_ops_accounts", state="ACTIVE") == 15000
    assert seen.value("ytdlp_ops_accounts", state="BANNED") == 5000
    slow = seen.value("ytdlp_ops_redis_command_duration_seconds_count") - seen.value(
        "ytdlp_ops_redis_command_duration_seconds_bucket", le="1.0"
    )
    assert slow == 0


@pytest.mark.sanitizer
def test_relay(make_relay, upstream):
    relay = make_relay()
    dead = upstream.script("/dead.ts", status(503))
    good = upstream.script("/good.ts", live(LiveSource(8e6)))
    made = relay.api.create(dead, good, kind="live")
    player = relay.api.watch(made["stream_endpoint"])
    player.wait_more(200_000)
    seen = scrape(relay)
    assert seen.value("ytdlp_ops_relay_streams", kind="LIVE", state="STREAMING") == 1
    assert seen.value("ytdlp_ops_relay_clients") == 1
    assert seen.value("ytdlp_ops_relay_clients_connected_total") == 1
    assert seen.value("ytdlp_ops_relay_retries_total") == FAST["stream_retry_attempts"]
    failovers = [
        sample.value for sample in seen.families["ytdlp_ops_relay_failovers"].samples
    ]
    assert failovers == [1]
    errors = seen.families["ytdlp_ops_relay_upstream_errors"].samples
    assert sum(sample.value for sample in errors) == FAST["stream_retry_attempts"] + 1
    assert seen.value("ytdlp_ops_relay_to_clients_bytes_total") >= 200_000
    assert seen.value("ytdlp_ops_relay_from_upstream_bytes_total") >= 200_000
    player.close()

    relay.api.call("DELETE", f"/streams/{made['stream_id']}")
    after = scrape(relay)
    assert after.value("ytdlp_ops_relay_streams", kind="LIVE", state="STREAMING") == 0
    total = "ytdlp_ops_relay_from_upstream_bytes_total"
    assert after.value(total) >= seen.value(total)

    lost = relay.api.create(dead, kind="live")
    assert relay.api.get(lost["stream_endpoint"]).status == 502
    wait_until(
        lambda: scrape(relay).value("ytdlp_ops_relay_stream_failures_total") == 1, "it failed"
    )
    relay.stop()


def test_redis_outage_is_told_while_it_lasts(serve, redis):
    server = serve(redis_url=redis.url, token_runner="command")
    seen = scrape(server)
    assert seen.value("ytdlp_ops_redis_up") == 1
    assert seen.value("ytdlp_ops_redis_command_duration_seconds_count") > 0
    redis.kill()
    with server.client() as client:
        fault("REDIS_UNAVAILABLE", client.getAccountStatus, "", 0)
    start = time.monotonic()
    seen = scrape(server)
    assert time.monotonic() - start < 5
    assert seen.value("ytdlp_ops_redis_up") == 0
    assert seen.value("ytdlp_ops_redis_errors_total", kind="unavailable") > 0
    redis.restart()
    wait_until(lambda: scrape(server).value("ytdlp_ops_redis_up") == 1, "Redis is back", 60)


def test_process_and_draining(plain):
    seen = scrape(plain)
    assert seen.value("process_start_time_seconds") == pytest.approx(time.time(), abs=120)
    assert seen.value("process_threads") == len(os.listdir(f"/proc/{plain.pid}/task"))
    assert seen.value("process_cpu_seconds_total") > 0
    assert seen.value("ytdlp_ops_draining") == 0
    with plain.client() as client:
        client.ping()
        assert scrape(plain).value("ytdlp_ops_rpc_connections") == 1
    assert seen.value("ytdlp_ops_http_connections") == 1
