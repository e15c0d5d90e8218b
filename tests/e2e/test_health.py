"""/healthz, /readyz, and what a service manager is told."""

from __future__ import annotations

import os
import signal

import pytest

from support.calls import in_background, token_request
from support.processes import wait_until
from support.relay_api import RelayApi
from support.server import OpsServer
from support.service_manager import ServiceManager
from support.threads import held, thread_named

WATCHDOG_S = 1.0
ROLES = ("all-in-one", "worker", "management")


def ask(server, path: str) -> tuple[int, str, list[str]]:
    """Status of the reply, and what it says."""
    reply = RelayApi(server.http_port).get(path)
    assert reply.headers["cache-control"] == "no-store"
    return reply.status, reply.json()["status"], reply.json()["reasons"]


def is_ready(server) -> bool:
    return ask(server, "/readyz")[0] == 200


@pytest.fixture
def manager(folder):
    made = ServiceManager(folder, WATCHDOG_S)
    yield made
    made.close()


@pytest.fixture
def supervised(folder, manager):
    """A server that a service manager watches."""
    server = OpsServer(folder / "s", env=manager.environment, token_runner="command")
    yield server
    server.close()


@pytest.mark.sanitizer
@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_alive_and_ready(serve, redis, role):
    server = serve(service_role=role, redis_url=redis.url, api_token="sesame")
    wait_until(lambda: is_ready(server), "it is ready", 60)
    assert ask(server, "/readyz") == (200, "ready", [])
    assert ask(server, "/healthz") == (200, "alive", [])
    assert RelayApi(server.http_port).call("HEAD", "/healthz").status == 200
    server.stop()


def test_without_redis_it_is_alive_and_not_ready(serve, redis):
    server = serve(redis_url=redis.url, token_runner="command")
    wait_until(lambda: is_ready(server), "it is ready", 60)
    redis.kill()
    wait_until(lambda: not is_ready(server), "it is not ready", 60)
    assert ask(server, "/readyz") == (503, "not ready", ["Redis does not answer"])
    assert ask(server, "/healthz") == (200, "alive", [])
    redis.restart()
    wait_until(lambda: is_ready(server), "it is ready again", 60)


def test_redis_that_hangs_is_no_redis(serve, redis):
    server = serve(redis_url=redis.url, token_runner="command", redis_timeout_ms=500)
    wait_until(lambda: is_ready(server), "it is ready", 60)
    os.kill(redis.process.pid, signal.SIGSTOP)
    try:
        wait_until(lambda: not is_ready(server), "it is not ready", 60)
    finally:
        os.kill(redis.process.pid, signal.SIGCONT)
    wait_until(lambda: is_ready(server), "it is ready again", 60)


def test_server_that_drains_is_not_ready(serve, microsocks, web):
    server = serve(token_runner="command", proxies=microsocks().url, drain_grace_s=30)
    wait_until(lambda: is_ready(server), "it is ready", 60)
    with server.client() as client:
        job = in_background(client.getToken, token_request(web.url("hang"), timeoutS=5))
        wait_until(lambda: web.requests["/hang"] > 0, "the job runs", 60)
        server.process.signal(signal.SIGTERM)
        wait_until(lambda: not is_ready(server), "it is not ready", 60)
        assert "the server is draining" in ask(server, "/readyz")[2]
        assert ask(server, "/healthz")[0] == 200
        assert job.exception(60)
    assert server.process.wait(60) == 0


def test_no_worker_no_readiness(serve):
    server = serve(python="/no/such/python")
    want = (503, "not ready", ["no token worker is ready"])
    wait_until(lambda: ask(server, "/readyz") == want, "only its workers are missing", 60)
    assert ask(server, "/healthz")[0] == 200


@pytest.mark.sanitizer
def test_service_manager_hears_of_a_life(supervised, manager):
    manager.wait_for("READY=1")
    for _ in range(3):
        manager.wait_for("WATCHDOG=1")
    wait_until(
        lambda: manager.listen() and any(
            line.startswith("STATUS=serving: 0 RPC connections") for line in manager.heard
        ),
        "its status is told",
        60,
    )
    supervised.stop()
    manager.listen()
    assert "STOPPING=1" in manager.heard
    assert manager.heard.index("STOPPING=1") > manager.heard.index("READY=1")


def test_children_do_not_speak_for_the_server(supervised, manager):
    manager.wait_for("READY=1")
    for child in os.listdir("/proc"):
        if not child.isdigit():
            continue
        try:
            with open(f"/proc/{child}/stat", encoding="utf-8") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
            with open(f"/proc/{child}/environ", encoding="utf-8") as file:
                environment = file.read()
        except OSError:
            continue
        if parent == supervised.pid:
            assert "NOTIFY_SOCKET" not in environment


@pytest.mark.parametrize("thread", ["rpc-loop", "relay-loop"])
def test_loop_that_stands_is_neither_alive_nor_tells_the_watchdog(supervised, manager, thread):
    manager.wait_for("WATCHDOG=1")
    with held(thread_named(supervised.pid, thread)):
        if thread == "rpc-loop":
            wait_until(lambda: ask(supervised, "/healthz")[0] == 503, "it is not alive", 60)
            assert ask(supervised, "/healthz")[1:] == ("stuck", ["the RPC loop does not turn"])
            assert ask(supervised, "/readyz")[0] == 503
        else:
            wait_until(lambda: supervised.find_entry("the server is stuck"), "it is told", 60)
        assert manager.misses("WATCHDOG=1", 2 * WATCHDOG_S)
    wait_until(lambda: ask(supervised, "/healthz")[0] == 200, "it is alive again", 60)
    manager.wait_for("WATCHDOG=1")
    supervised.stop()
