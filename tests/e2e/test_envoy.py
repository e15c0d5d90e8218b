"""The real Envoy before three real workers: calls go to whoever can take them."""

from __future__ import annotations

import os
import signal
from collections import Counter

import pytest

from support.calls import all_at_once, in_background, token_request
from support.contract import ServiceException, UserException
from support.fleet import Load
from support.processes import wait_until


@pytest.fixture
def load(fleet, web):
    """Steady calls through Envoy: two callers of getToken, four of getServerInfo."""
    url = web.url("video.mp4")

    def token(client):
        return client.getToken(token_request(url)).proxyUrl

    def info(client):
        return client.getServerInfo().instanceId

    with Load(fleet.envoy.port, [token, token, info, info, info, info]) as running:
        wait_until(lambda: len(running.count()) == 6, "each worker made tokens and answered", 60)
        yield running


def instances(fleet) -> list[str]:
    names = []
    for worker in fleet.workers:
        with worker.server.client() as client:
            names.append(client.getServerInfo().instanceId)
    return names


def proxies(fleet) -> list[str]:
    return [worker.proxy.url for worker in fleet.workers]


def test_calls_of_one_connection_are_spread_over_all(fleet, web):
    with fleet.envoy.client() as client:
        seen = Counter(client.getServerInfo().instanceId for _ in range(60))
        assert set(seen) == set(instances(fleet))
        assert min(seen.values()) >= 6, seen
        tokens = [client.getToken(token_request(web.url("video.mp4"))) for _ in range(3)]
    assert {each.serverIdentity for each in tokens} == {"fleet"}
    assert {each.proxyUrl for each in tokens} <= set(proxies(fleet))


def test_the_least_busy_worker_is_next(fleet, web):
    """Three jobs that hang: one each, never two for one worker. Envoy's threads choose at the same
    moment without knowing of each other, so each call comes when the one before it has a worker."""
    hanging = []
    for number in (1, 2, 3):
        hanging.append(in_background(_hang, fleet, web.url("hang")))
        wait_until(lambda: web.requests["/hang"] == number, f"{number} jobs hang")
    for worker in fleet.workers:
        with worker.server.client() as client:
            assert client.getServerInfo().tokenJobsRunning == 1
    web.released.set()
    for each in hanging:
        assert isinstance(each.result(60), ServiceException)


def _hang(fleet, url):
    with fleet.envoy.client() as client:
        try:
            return client.getToken(token_request(url))
        except ServiceException as error:
            return error


EJECTIONS = "cluster.workers.outlier_detection.ejections_enforced_total"


def test_declared_exceptions_take_nobody_out(fleet, web):
    before = fleet.envoy.counter(EJECTIONS)
    with fleet.envoy.client() as client:
        for _ in range(30):
            with pytest.raises(UserException) as caught:
                client.getToken(token_request("no url at all"))
            assert caught.value.errorCode == "INVALID_ARGUMENT"
        for _ in range(3):
            with pytest.raises((ServiceException, UserException)):
                client.getToken(token_request(web.url("status/404")))
    assert fleet.envoy.counter(EJECTIONS) == before


def test_callers_who_hang_up_take_nobody_out(fleet, web):
    before = fleet.envoy.counter(EJECTIONS)
    for number in range(12):
        client = fleet.envoy.connect()
        client.send_getToken(token_request(web.url(f"hang?{number}")))
        in_use = "cluster.workers.upstream_rq_active"
        wait_until(lambda: fleet.envoy.counter(in_use) == 1, "the call is at a worker")
        client.close()
        wait_until(lambda: fleet.envoy.counter(in_use) == 0, "Envoy has given it up")
    web.released.set()
    assert fleet.envoy.counter(EJECTIONS) == before
    wait_until(lambda: _jobs(fleet) == 0, "the jobs are over")


def test_large_answer_passes(fleet, web):
    with fleet.envoy.client() as client:
        data = client.getToken(token_request(web.url("huge")))
    assert len(data.infoJson) > 5_000_000


def test_many_calls_wait_at_once(fleet, web):
    """Each on a connection to a worker; the limits are above those that Envoy has by itself."""
    with fleet.envoy.client() as client:
        assert client.getServerInfo()
    limits = fleet.envoy.admin("/clusters")
    assert "workers::default_priority::max_connections::10000" in limits
    assert "workers::default_priority::max_pending_requests::10000" in limits
    calls = [lambda n=n: _hang(fleet, web.url(f"hang?{n}")) for n in range(60)]
    waiting = in_background(all_at_once, calls)
    in_use = "cluster.workers.upstream_rq_active"
    wait_until(lambda: fleet.envoy.counter(in_use) == 60, "they wait")
    wait_until(lambda: _jobs(fleet) == 60, "all of them are at workers")
    with fleet.envoy.client(timeout_s=20) as client:
        client.ping()
    web.released.set()
    assert all(isinstance(each, ServiceException) for each in waiting.result(60))


def _jobs(fleet) -> int:
    total = 0
    for worker in fleet.workers:
        with worker.server.client() as client:
            info = client.getServerInfo()
        total += info.tokenJobsRunning + info.tokenJobsWaiting
    return total


OUT_WITHIN_S = 5.0


def test_worker_that_is_killed_costs_no_call_once_it_is_out(fleet, load):
    victim = fleet.workers[0]
    others = fleet.rpc_ports - {victim.ports[0]}
    victim.server.process.kill()
    fleet.envoy.wait_healthy(others)
    load.wait_answers(100)
    # The calls in work, and those that were refused before each of Envoy's threads knew: the third
    # refused connection takes it out, but callers who try again at once are many in a millisecond.
    after = list(load.failures)
    first = min((start for start, _, _ in after), default=0)
    assert max((end for _, end, _ in after), default=0) - first < OUT_WITHIN_S, after
    load.wait_answers(200)
    assert load.failures == after


def test_worker_that_drains_costs_nothing(fleet, load, web):
    victim = fleet.workers[1]
    os.kill(victim.server.pid, signal.SIGTERM)
    fleet.envoy.wait_healthy(fleet.rpc_ports - {victim.ports[0]})
    assert not victim.is_stopped, "Envoy must know before the worker stops listening"
    assert victim.server.process.wait(60) == 0
    load.wait_answers(100)
    assert not load.failures, load.failures


def test_worker_that_hangs_is_taken_out_and_comes_back(fleet):
    victim = fleet.workers[2]
    os.kill(victim.server.pid, signal.SIGSTOP)
    try:
        fleet.envoy.wait_healthy(fleet.rpc_ports - {victim.ports[0]})
        with fleet.envoy.client(timeout_s=20) as client:
            for _ in range(30):
                client.ping()
    finally:
        os.kill(victim.server.pid, signal.SIGCONT)
    fleet.envoy.wait_healthy(fleet.rpc_ports)


def test_rolling_restart_of_all_under_load_costs_nothing(fleet, load):
    for worker in fleet.workers:
        os.kill(worker.server.pid, signal.SIGTERM)
        assert worker.server.process.wait(60) == 0
        worker.start()
        fleet.envoy.wait_healthy(fleet.rpc_ports)
    load.wait_seen([*instances(fleet), *proxies(fleet)])
    assert not load.failures, load.failures


def test_what_all_workers_say_is_said_to_the_caller(fleet):
    """Without Redis none of them is well; their own error says more than Envoy's would."""
    fleet.redis.kill()
    try:
        fleet.envoy.wait_healthy(set())
        with fleet.envoy.client() as client, pytest.raises(ServiceException) as caught:
            client.getAccountStatus("", 0)
        assert caught.value.errorCode == "REDIS_UNAVAILABLE"
    finally:
        fleet.redis.restart()
    fleet.envoy.wait_healthy(fleet.rpc_ports)
