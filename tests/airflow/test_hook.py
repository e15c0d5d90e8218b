"""YtdlpOpsHook and its client: connections, deadlines, errors."""

from __future__ import annotations

import json
import pickle
import socket
import threading
import time
from typing import Any

import pytest
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowException

from airflow_provider_ytdlp_ops import get_provider_info
from airflow_provider_ytdlp_ops.client import YtdlpOpsClient
from airflow_provider_ytdlp_ops.exceptions import (
    YtdlpOpsConnectionError,
    YtdlpOpsError,
    YtdlpOpsServiceError,
    YtdlpOpsUserError,
)
from airflow_provider_ytdlp_ops.hooks.ytdlp_ops import YtdlpOpsHook
from scripted_server import Hangup
from support.processes import free_port
from ytdlp_ops.common.ttypes import ServerInfo, ServiceException, ServiceRole, UserException
from ytdlp_ops.tokens.ttypes import OutcomeReport, TokenRequest
from ytdlp_ops.work.ttypes import QueueStatus, WorkItem

STATUS = QueueStatus(queue="q", inbox=1, inProgress=2, succeeded=3, failed=4)


def server_info(**more: Any) -> ServerInfo:
    known = {
        "version": "1.2.3",
        "serviceRole": ServiceRole.ALL_IN_ONE,
        "serverIdentity": "pool-a",
        "instanceId": "host-1",
        "startedAt": 1,
        "redisReachable": True,
        "draining": False,
        "tokenJobsRunning": 0,
        "tokenJobsWaiting": 0,
    }
    return ServerInfo(**{**known, **more})


def client_of(server, **more: Any) -> YtdlpOpsClient:
    return YtdlpOpsClient("127.0.0.1", server.port, **more)


@pytest.fixture
def connection(monkeypatch):
    """Sets the connection that hooks find, as Airflow takes it from the environment."""

    def make(name: str = YtdlpOpsHook.default_conn_name, **fields: Any) -> None:
        described = {"conn_type": "ytdlp_ops", **fields}
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(described))

    return make


def test_provider_info_names_the_hook():
    (kind,) = get_provider_info()["connection-types"]
    assert kind["connection-type"] == YtdlpOpsHook.conn_type == "ytdlp_ops"
    module, _, name = kind["hook-class-name"].rpartition(".")
    assert (YtdlpOpsHook.__module__, YtdlpOpsHook.__name__) == (module, name)
    assert kind["hook-name"] == YtdlpOpsHook.hook_name


def test_airflow_finds_the_provider():
    from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

    found = ProvidersManagerTaskRuntime().hooks["ytdlp_ops"]
    assert found.package_name == "airflow-provider-ytdlp-ops"
    assert found.connection_id_attribute_name == YtdlpOpsHook.conn_name_attr


def test_wheel_holds_two_packages():
    from importlib.metadata import files

    found = {file.parts[0] for file in files("airflow-provider-ytdlp-ops")}
    packages = {name for name in found if not name.endswith(".dist-info")}
    assert packages == {"airflow_provider_ytdlp_ops", "ytdlp_ops"}


def test_connection_says_who_answers(scripted, connection):
    server = scripted(getServerInfo=server_info, ping=lambda: None)
    connection(host="127.0.0.1", port=server.port)

    assert YtdlpOpsHook().test_connection() == (
        True,
        "ytdlp-ops-server 1.2.3, all-in-one, server identity pool-a, instance host-1",
    )


def test_connection_to_a_draining_server_is_no_good(scripted, connection):
    def ping() -> None:
        raise ServiceException("the server is shutting down", "DRAINING", {})

    server = scripted(getServerInfo=server_info, ping=ping)
    connection(host="127.0.0.1", port=server.port)

    assert YtdlpOpsHook().test_connection() == (False, "DRAINING: the server is shutting down")


def test_connection_to_nobody_says_where_it_looked(connection):
    port = free_port()
    connection(host="127.0.0.1", port=port)

    good, text = YtdlpOpsHook().test_connection()

    assert not good
    assert f"127.0.0.1:{port}" in text and "check that it runs" in text


@pytest.mark.parametrize("value", ["soon", -1, 0])
def test_connection_extra_must_be_seconds(connection, value):
    connection(host="127.0.0.1", extra={"timeout_s": value})

    good, text = YtdlpOpsHook().test_connection()

    assert not good and f"timeout_s is {value!r}" in text


def test_host_of_the_call_needs_no_connection(scripted):
    server = scripted(getQueueStatus=lambda queue: STATUS)
    with YtdlpOpsHook("there_is_no_such_connection", "127.0.0.1", server.port) as client:
        assert client.get_queue_status("q") == STATUS


def test_hook_takes_the_named_connection(scripted, connection):
    server = scripted(listQueues=lambda: ["a", "b"])
    connection("other", host="127.0.0.1", port=server.port, extra={"timeout_s": 3})
    hook = YtdlpOpsHook("other")

    assert hook.get_conn().list_queues() == ["a", "b"]
    assert hook.get_conn() is hook.get_conn()
    assert hook.get_conn().timeout_s == 3
    hook.close()


def test_connection_uri_is_understood():
    found = Connection.from_uri("ytdlp-ops://worker:9080/?timeout_s=5", "x")
    assert (found.conn_type, found.host, found.port) == ("ytdlp_ops", "worker", 9080)


def test_one_connection_serves_every_service(scripted):
    server = scripted(
        ping=lambda: None,
        getQueueStatus=lambda queue: STATUS,
        getProxyStatus=lambda identity: [],
    )
    with client_of(server) as client:
        client.ping()
        assert client.get_queue_status("q").failed == 4
        assert client.get_proxy_status() == []
    assert server.accepted == 1


def test_service_error_keeps_code_and_context(scripted):
    context = {"bannable": "true", "retryable": "false", "accountId": "a", "retryAfterS": "7"}

    def get_token(request):
        raise ServiceException("Sign in", "BOT_DETECTED", context)

    with client_of(scripted(getToken=get_token)) as client:
        with pytest.raises(YtdlpOpsServiceError) as caught:
            client.get_token(TokenRequest(url="u", accountId="a"))

    error = caught.value
    assert isinstance(error, AirflowException)
    assert (error.error_code, error.message, error.context) == ("BOT_DETECTED", "Sign in", context)
    assert (error.bannable, error.retryable, error.retry_after_s) == (True, False, 7)
    assert str(error) == "BOT_DETECTED: Sign in"


def test_user_error_is_another_class(scripted):
    def pull(*_):
        raise UserException("nothing in q", "QUEUE_EMPTY", None)

    def nothing_held(*_):
        raise UserException("lane holds nothing", "NOT_FOUND", None)

    with client_of(scripted(pullUrl=pull, getLaneItem=nothing_held)) as client:
        with pytest.raises(YtdlpOpsUserError) as caught:
            client.pull_url("q", "lane", 60)

    assert caught.value.error_code == "QUEUE_EMPTY" and caught.value.context == {}
    assert (caught.value.bannable, caught.value.retry_after_s) == (False, None)


def test_error_survives_pickling():
    error = YtdlpOpsServiceError("HTTP_429", "slow down", {"retryable": "true"})
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.error_code, copy.message, copy.context) == (
        YtdlpOpsServiceError, "HTTP_429", "slow down", {"retryable": "true"},
    )


def test_repeatable_call_survives_a_broken_connection(scripted):
    answers = [Hangup, Hangup, None]

    def status(queue):
        answer = answers.pop(0)
        if answer:
            raise answer
        return STATUS

    server = scripted(getQueueStatus=status)
    with client_of(server) as client:
        assert client.get_queue_status("q") == STATUS
    assert server.accepted == 3


def test_pull_whose_answer_was_lost_gives_the_same_url(scripted):
    """Real servers: tests/e2e/test_work.py."""
    item = WorkItem(itemId="i", queue="q", url="u", deliveries=1, leaseExpiresAt=1)
    held: list[WorkItem] = []

    def pull(*_):
        held.append(item)
        raise Hangup

    def get_held(*_):
        if held:
            return held[0]
        raise UserException("nothing", "NOT_FOUND", None)

    server = scripted(pullUrl=pull, getLaneItem=get_held)
    with client_of(server) as client:
        with pytest.raises(YtdlpOpsConnectionError):
            client.pull_url("q", "lane", 60)
        assert client.pull_url("q", "lane", 60) == item
    assert server.calls["pullUrl"] == 1


def test_push_is_not_repeated(scripted):
    def push(queue, urls):
        raise Hangup

    server = scripted(pushUrls=push, ping=lambda: None)
    with client_of(server) as client:
        with pytest.raises(YtdlpOpsConnectionError) as caught:
            client.push_urls("q", ["u"])
        assert caught.value.retryable
        assert server.calls["pushUrls"] == 1
        client.ping()  # and the client still works


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.get_token(TokenRequest(url="u", accountId="a")),
        lambda client: client.report_outcome(
            OutcomeReport(jobId="j", accountId="a", proxyUrl="p", success=True)
        ),
        lambda client: client.release_url("q", "i"),
    ],
)
def test_call_that_counts_is_made_once(scripted, call):
    def hang_up(*_):
        raise Hangup

    server = scripted(getToken=hang_up, reportOutcome=hang_up, releaseUrl=hang_up)
    with client_of(server) as client, pytest.raises(YtdlpOpsConnectionError):
        call(client)
    assert server.calls.total() == 1


def test_call_past_its_deadline_fails(scripted):
    released = threading.Event()

    def push(queue, urls):
        released.wait()
        return 1

    with client_of(scripted(pushUrls=push), timeout_s=0.2) as client:
        with pytest.raises(YtdlpOpsConnectionError, match="pushUrls"):
            client.push_urls("q", ["u"])
    released.set()


def test_get_token_waits_for_the_deadline_of_the_request(scripted):
    def get_token(request):
        time.sleep(0.6)
        raise ServiceException("too slow", "TIMEOUT", {})

    with client_of(scripted(getToken=get_token), timeout_s=0.2) as client:
        with pytest.raises(YtdlpOpsServiceError, match="TIMEOUT"):
            client.get_token(TokenRequest(url="u", accountId="a", timeoutS=5))


def test_answer_of_sixteen_mebibytes_arrives(scripted):
    large = "x" * (17 * 1024 * 1024)
    with client_of(scripted(listQueues=lambda: [large])) as client:
        assert client.list_queues() == [large]


def test_what_is_no_thrift_server_is_a_connection_error():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def answer():
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    peer.recv(100)
                    peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        client = YtdlpOpsClient("127.0.0.1", listener.getsockname()[1], timeout_s=5)
        with pytest.raises(YtdlpOpsError) as caught:
            client.push_urls("q", ["u"])
        assert caught.value.error_code == "CONNECTION_FAILED"
        listener.shutdown(socket.SHUT_RDWR)


def test_unknown_method_is_an_error_that_names_it(scripted):
    with client_of(scripted()) as client, pytest.raises(YtdlpOpsError, match="listQueues"):
        client.list_queues()
