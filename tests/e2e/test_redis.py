"""Redis: embedded and external, authentication, loss and recovery."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections import Counter

import pytest

from support.calls import success_report
from support.contract import ServiceException
from support.faults import fault
from support.processes import (
    children_of,
    command_line,
    free_port,
    is_running,
    listening_ports,
    wait_until,
)
from support.redis_server import PASSWORD, RedisServer

FAST_S = 5.0
"""A call that fails fast: well below this on a loaded machine."""


def embedded_pid(server) -> int | None:
    """The server's own redis-server."""
    found = [pid for pid in children_of(server.pid) if "redis-server" in command_line(pid)]
    return found[0] if found else None


def answers(client) -> bool:
    """Whether ping says that the server can work."""
    try:
        client.ping()
    except ServiceException as error:
        assert error.errorCode == "REDIS_UNAVAILABLE", error
        return False
    return True


# ---- the embedded server


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_embedded_redis_ends_with_its_parent(serve, sign):
    server = serve(token_runner="command")
    pid = embedded_pid(server)
    os.kill(server.pid, sign)
    server.process.wait()
    wait_until(lambda: not is_running(pid), "redis-server is gone")


def test_embedded_redis_keeps_its_data(serve, folder):
    for kill in (False, True, False):
        server = serve(token_runner="command", data_dir=folder / "kept")
        with server.client() as client:
            if kill:
                assert client.getAccountStatus("", 0)[0].reason == "first"
                client.banAccount("acc_01", "second", -1)
            elif not client.getAccountStatus("", 0):
                client.banAccount("acc_01", "first", -1)
            else:
                assert client.getAccountStatus("", 0)[0].reason == "second"
        if kill:
            server.process.kill()
        else:
            server.stop()


@pytest.mark.sanitizer
@pytest.mark.parametrize("launcher", [(), ("env", "--ignore-signal=CHLD")], ids=["plain", "deaf"])
def test_embedded_redis_is_restarted_when_it_dies(serve, launcher):
    """Also where who started the server has left it deaf to the end of its children."""
    server = serve(token_runner="command", launcher=launcher)
    with server.client() as client:
        client.banAccount("acc_01", "kept", -1)
        for _ in range(2):
            pid = embedded_pid(server)
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda old=pid: embedded_pid(server) not in (None, old), "another runs")
            wait_until(lambda: answers(client), "the service is back")
            assert client.getAccountStatus("", 0)[0].reason == "kept"
    server.stop()


def test_embedded_redis_is_private(serve):
    server = serve(token_runner="command")
    data = server.folder / "data"
    assert data.stat().st_mode & 0o077 == 0
    assert listening_ports(embedded_pid(server)) == []
    assert list(data.rglob("*.aof"))


# ---- an external one


@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_password(serve, tcp):
    redis = RedisServer(tcp=tcp, password=PASSWORD)
    try:
        server = serve(redis_url=redis.url, token_runner="command")
        with server.client() as client:
            client.banAccount("acc_01", "x", -1)
        assert redis.cli("HGET", "account_status:acc_01", "status") == "BANNED"
        wrong = redis.url.replace(PASSWORD, "wr0ng")
        other = serve(redis_url=wrong, token_runner="command")
        with other.client() as client:
            error = fault("REDIS_UNAVAILABLE", client.ping)
            assert "wr0ng" not in error.message
        assert "wr0ng" not in other.log_text()
    finally:
        redis.close()


def test_server_starts_without_redis_and_works_when_it_comes(serve):
    redis = RedisServer(tcp=True)
    redis.kill()
    try:
        server = serve(redis_url=redis.url, token_runner="command")
        with server.client() as client:
            error = fault("REDIS_UNAVAILABLE", client.ping)
            assert error.message
            assert not client.getServerInfo().redisReachable
            redis.restart()
            wait_until(lambda: answers(client), "the service is there")
            assert client.getServerInfo().redisReachable
    finally:
        redis.close()


def test_scripts_that_redis_forgot_are_loaded_again(serve, redis):
    server = serve(redis_url=redis.url, token_runner="command")
    with server.client() as client:
        for _ in range(2):
            client.banAccount("acc_01", "x", -1)
            redis.cli("SCRIPT", "FLUSH")
            assert len(client.getAccountStatus("", 0)) == 1
    server.stop()


@pytest.mark.parametrize(
    ("setting", "sign"), [("maxmemory", "OOM"), ("min-replicas-to-write", "NOREPLICAS")]
)
def test_redis_that_takes_no_writes_is_away_and_forgets_nothing(serve, redis, setting, sign):
    proxy = "socks5://127.0.0.1:1"
    server = serve(redis_url=redis.url, token_runner="command", proxies=proxy)
    with server.client() as client:
        client.banProxy("ytdlp-ops", proxy, "by hand", 1)
        client.banAccount("acc_01", "by hand", 1)
        over_at = time.time() + 2
        kept = redis.cli("XRANGE", "audit_events", "-", "+")
        redis.cli("CONFIG", "SET", setting, 1)
        # Then even who only looks has something to write.
        wait_until(lambda: time.time() > over_at, "the bans are over")
        for call, args in (
            (client.banAccount, ("acc_02", "by hand", 60)),
            (client.banProxy, ("ytdlp-ops", proxy, "by hand", 60)),
            (client.unbanAccount, ("acc_01",)),
            (client.getProxyStatus, ("ytdlp-ops",)),
        ):
            error = fault("REDIS_UNAVAILABLE", call, *args)
            assert "it takes no writes now, and answered the script" in error.message
            assert f"'{sign} " in error.message
        assert redis.cli("XRANGE", "audit_events", "-", "+") == kept
        redis.cli("CONFIG", "SET", setting, 0)
        client.banAccount("acc_02", "by hand", 60)


def test_redis_that_hangs_costs_a_call_its_limit(serve):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        server = serve(redis_url=url, redis_timeout_ms=300, token_runner="command")
        with server.client() as client:
            before = time.monotonic()
            fault("REDIS_UNAVAILABLE", client.getAccountStatus, "", 0)
            assert time.monotonic() - before < FAST_S


# ---- kill -9 in the middle of the work


class Callers:
    """200 clients that report outcomes until stopped, and count what was acknowledged."""

    COUNT = 200

    def __init__(self, server, proxy: str) -> None:
        self.acknowledged: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.slowest_refusal = 0.0
        self.unexpected: list[BaseException] = []
        self._server, self._proxy = server, proxy
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, args=(f"acc_{n:03d}",), daemon=True)
            for n in range(self.COUNT)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in self._threads), "a call hangs"
        assert not self.unexpected, self.unexpected[:3]

    def total(self) -> int:
        with self._lock:
            return self.acknowledged.total()

    def _work(self, account: str) -> None:
        try:
            with self._server.client() as client:
                while not self._stop.is_set():
                    self._call(client, account)
        except Exception as error:  # noqa: BLE001 - shown by stop()
            self.unexpected.append(error)

    def _call(self, client, account: str) -> None:
        before = time.monotonic()
        try:
            client.reportOutcome(success_report(self._proxy, account))
        except ServiceException as error:
            took = time.monotonic() - before
            with self._lock:
                self.refused[error.errorCode] += 1
                self.slowest_refusal = max(self.slowest_refusal, took)
            time.sleep(0.05)  # a caller that was refused waits a little
        else:
            with self._lock:
                self.acknowledged[account] += 1


@pytest.mark.sanitizer
def test_kill_redis_in_the_middle_of_200_callers(serve):
    redis = RedisServer(tcp=True)
    proxy = f"socks5://127.0.0.1:{free_port()}"
    try:
        server = serve(redis_url=redis.url, proxies=proxy, token_runner="command")
        callers = Callers(server, proxy)
        wait_until(lambda: len(callers.acknowledged) == Callers.COUNT, "all callers work")
        redis.kill()
        wait_until(lambda: callers.refused.total() >= Callers.COUNT, "calls are refused")
        redis.restart()
        before = callers.total()
        wait_until(lambda: callers.total() > before + Callers.COUNT, "the service is back")
        callers.stop()
        assert set(callers.refused) == {"REDIS_UNAVAILABLE"}
        assert callers.slowest_refusal < FAST_S
        for account, acknowledged in callers.acknowledged.items():
            counted = int(redis.cli("HGET", f"account_status:{account}", "success_count"))
            # A call whose answer was lost may have taken effect; one that was answered must have.
            assert acknowledged <= counted <= acknowledged + callers.refused.total()
        server.stop()
    finally:
        redis.close()
