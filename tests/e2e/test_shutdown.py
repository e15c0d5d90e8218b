"""Shutting down: what is in work finishes, nothing new begins, and the status is 0."""

from __future__ import annotations

import os
import signal
import time

import pytest

from support.calls import in_background, token_request
from support.contract import ServiceException
from support.faults import fault
from support.paths import server_program
from support.processes import (
    ManagedProcess,
    accepts,
    children_of,
    descendants_of,
    is_running,
    wait_until,
)
from support.server import base_environment
from support.youtube_cases import video_id, watch_url

pytestmark = pytest.mark.sanitizer

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@pytest.fixture
def busy(serve, tunnel, youtube):
    """Starts a server, and on it a token job that goes on until the double is released."""

    def start(**flags):
        defaults = {"ytdlp_args": "--no-check-certificates", "proxies": tunnel.url}
        server = serve(**defaults | flags)
        client = server.connect()
        running = in_background(client.getToken, token_request(watch_url("hang")))
        wait_until(lambda: youtube.requests[f"player {video_id('hang')}"], "the job runs")
        return server, running

    return start


def is_draining(client) -> bool:
    """Whether ping says so."""
    try:
        client.ping()
    except ServiceException as error:
        assert error.errorCode == "DRAINING", error
        return True
    return False


@pytest.mark.parametrize("sign", SIGNALS)
def test_token_in_work_is_finished(busy, youtube, sign):
    server, running = busy(drain_grace_s=2)
    with server.client() as client:
        client.ping()
        os.kill(server.pid, sign)
        wait_until(lambda: is_draining(client), "ping says DRAINING")
        with server.client() as late:
            assert is_draining(late)  # within the grace, new connections are served
            assert late.getAccountStatus("", 0) == []
        assert client.getServerInfo().draining
        wait_until(lambda: not accepts(server.port), "the listener is closed")
        fault("DRAINING", client.getToken, token_request(watch_url("playable")))
        assert is_draining(client)
    youtube.released.set()
    assert running.result(30).infoJson
    assert server.process.wait() == 0
    server.check_log()


@pytest.mark.parametrize("runner", ["warm", "command"])
def test_drain_timeout_ends_what_is_still_in_work(busy, youtube, runner):
    server, running = busy(drain_timeout_s=1, token_runner=runner)
    children = descendants_of(server.pid)
    before = time.monotonic()
    server.stop()
    assert 0.9 < time.monotonic() - before < 15
    with pytest.raises(ServiceException) as caught:
        running.result(10)
    assert caught.value.errorCode == "DRAINING"
    for pid in children:
        wait_until(lambda pid=pid: not is_running(pid), f"{pid} is gone")


def test_second_signal_does_not_wait(busy):
    server, running = busy(drain_timeout_s=600)
    os.kill(server.pid, signal.SIGTERM)
    wait_until(lambda: server.find_entry("draining"), "it drains")
    os.kill(server.pid, signal.SIGTERM)
    assert server.process.wait(20) == 0
    with pytest.raises(ServiceException):
        running.result(10)


def test_interrupted_job_is_charged_to_nobody(busy, redis, tunnel):
    server, running = busy(drain_timeout_s=0, redis_url=redis.url)
    server.stop()
    with pytest.raises(ServiceException):
        running.result(10)
    assert redis.cli("EXISTS", f"proxy_failures:ytdlp-ops:{tunnel.url}") == 0
    assert redis.cli("EXISTS", "account_status:acc_01") == 0


@pytest.mark.parametrize("role", ["all-in-one", "management", "worker"])
def test_idle_server_stops_at_once(serve, role):
    server = serve(service_role=role, drain_grace_s=5)
    with server.client() as client:
        client.ping()
    before = time.monotonic()
    server.stop()
    assert time.monotonic() - before < 10


def test_idle_connections_do_not_hold_it_up(serve):
    server = serve(token_runner="command")
    clients = [server.connect() for _ in range(20)]
    for client in clients:
        client.ping()
    before = time.monotonic()
    server.stop()
    assert time.monotonic() - before < 10
    for client in clients:
        client.close()


@pytest.mark.parametrize("sign", SIGNALS)
def test_server_that_still_starts_stops_at_once(folder, sign):
    """Its Redis does not answer yet, as one that reads much data."""
    slow = folder / "slow-redis"
    slow.write_text("#!/bin/sh\nexec sleep 1000\n")
    slow.chmod(0o755)
    argv = [server_program(), "--redis-server", slow, "--data-dir", folder / "data", "--port", "0"]
    process = ManagedProcess(argv, folder / "server.log", base_environment(folder))
    try:
        (child,) = process.wait_ready(lambda: children_of(process.pid), "its Redis runs")
        process.signal(sign)
        assert process.wait(20) == 0
        wait_until(lambda: not is_running(child), "its Redis is gone")
    finally:
        process.close()
