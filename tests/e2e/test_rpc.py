"""The wire: transports, protocols, names, limits, and what broken clients cannot do."""

from __future__ import annotations

import socket
import struct
import time

import pytest
from thrift.Thrift import TApplicationException
from thrift.transport.TTransport import TTransportException

from support.calls import all_at_once, in_background, token_request
from support.contract import (
    ManagementService,
    Protocol,
    Transport,
)
from support.faults import fault
from support.processes import wait_until
from support.server import OpsServer
from support.youtube_cases import video_id, watch_url

pytestmark = pytest.mark.sanitizer

WIRES = [(transport, protocol) for transport in Transport for protocol in Protocol]
WIRE_NAMES = [f"{transport.name}-{protocol.name}".lower() for transport, protocol in WIRES]


@pytest.fixture(scope="module")
def server(module_folder):
    """One server for all that needs no flags of its own; every test leaves it whole."""
    server = OpsServer(module_folder, token_runner="command")
    yield server
    server.close()


@pytest.fixture
def bystander(server):
    """A connection of another client, which must work before and after whatever the test does."""
    with server.client() as client:
        client.ping()
        yield client
        client.ping()


@pytest.mark.parametrize(("transport", "protocol"), WIRES, ids=WIRE_NAMES)
@pytest.mark.parametrize("name", [None, "TokenService", "ManagementService", "BaseService"])
def test_every_wire_and_name(server, transport, protocol, name):
    with server.client(transport=transport, protocol=protocol, multiplexed=name) as client:
        client.ping()
        assert client.getServerInfo().instanceId
        if name != "BaseService":
            for number in range(3):
                client.banAccount(f"acc_{number:02d}", "Grüße ✓ " * 40, -1)
            assert len(client.getAccountStatus("acc_", 0)) == 3
            assert client.getAccountStatus("acc_00", 1)[0].reason.startswith("Grüße ✓")


def test_clients_of_the_parent_services_work(server):
    with server.client(service=ManagementService) as client:
        client.ping()
        assert client.getProxyStatus("") == []


@pytest.mark.parametrize(("transport", "protocol"), WIRES, ids=WIRE_NAMES)
def test_unknown_method_and_service(server, bystander, transport, protocol):
    how = {"transport": transport, "protocol": protocol}
    with server.client(multiplexed="NoSuchService", **how) as client:
        with pytest.raises(TApplicationException):
            client.ping()
    with server.client(**how) as client:
        client._oprot.writeMessageBegin("noSuchMethod", 1, 7)
        client._oprot.writeStructBegin("args")
        client._oprot.writeFieldStop()
        client._oprot.writeStructEnd()
        client._oprot.writeMessageEnd()
        client._oprot.trans.flush()
        with pytest.raises(TApplicationException) as caught:
            client.recv_ping()
        assert caught.value.type == TApplicationException.UNKNOWN_METHOD
        client.ping()


def test_missing_fields_are_named(server, bystander):
    request = token_request("http://127.0.0.1:9/x")
    request.accountId = None
    request.validate = lambda: None
    with server.client() as client:
        with pytest.raises(Exception) as caught:
            client.getToken(request)
        assert "getToken" in str(caught.value)
        assert "missing field accountId" in str(caught.value)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\x00\x00\x00\x00",
        b"\x7f\xff\xff\xff",
        b"\xff\xff\xff\xff" * 4,
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x82\x21\x01\x04ping",
        b"\x80\x01\x00\x01" + struct.pack(">i", 0x7FFFFFFF) + b"ping",
        b"\x80\x01\x00\x01" + struct.pack(">i", -5),
        struct.pack(">i", 20) + b"\x80\x01\x00\x01" + struct.pack(">i", 4) + b"ping",
        bytes(range(256)) * 16,
    ],
    ids=lambda sent: sent[:12].hex() or "nothing",
)
def test_broken_bytes_harm_nobody(server, bystander, sent):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as tcp:
        tcp.sendall(sent)
        tcp.shutdown(socket.SHUT_WR)
        try:
            while tcp.recv(65536):
                pass
        except ConnectionResetError:
            pass


def test_call_that_comes_byte_by_byte(server):
    message = b"\x80\x01\x00\x01" + struct.pack(">i", 4) + b"ping" + struct.pack(">i", 9) + b"\x00"
    for sent in (message, struct.pack(">i", len(message)) + message):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as tcp:
            tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in sent:
                tcp.sendall(bytes([byte]))
                time.sleep(0.001)
            assert b"ping" in tcp.recv(4096)


def test_calls_that_are_sent_ahead_are_answered_in_order(server):
    frames = b""
    for number in range(50):
        head = b"\x80\x01\x00\x01" + struct.pack(">i", 4) + b"ping" + struct.pack(">i", number)
        frames += struct.pack(">i", len(head) + 1) + head + b"\x00"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as tcp:
        tcp.sendall(frames)
        stream = tcp.makefile("rb")
        for number in range(50):
            (length,) = struct.unpack(">i", stream.read(4))
            answer = stream.read(length)
            assert answer[8:12] == b"ping"
            assert struct.unpack(">i", answer[12:16]) == (number,)


def test_message_beyond_the_limit_is_refused(serve):
    server = serve(token_runner="command", frame_limit_mib=1)
    with server.client() as other:
        with server.client(timeout_s=20) as client:
            with pytest.raises((TApplicationException, TTransportException, OSError)):
                client.banAccount("acc_01", "x" * (2 << 20), 0)
        other.ping()


def test_connections_beyond_the_limit_are_refused(serve):
    server = serve(token_runner="command", connection_limit=10)
    clients = [server.connect() for _ in range(10)]
    for client in clients:
        client.ping()
    with pytest.raises((TTransportException, OSError, EOFError)):
        with server.client(timeout_s=5) as one_too_many:
            one_too_many.ping()
    clients.pop().close()

    def is_served() -> bool:
        try:
            with server.client(timeout_s=5) as client:
                client.ping()
        except (TTransportException, OSError, EOFError):
            return False
        return True

    wait_until(is_served, "the free place is given")
    for client in clients:
        client.ping()
        client.close()


def test_idle_connection_is_closed(serve):
    server = serve(token_runner="command", idle_timeout_s=1)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as tcp:
        assert tcp.recv(1) == b""


def test_full_queue_is_overloaded(serve, tunnel, youtube):
    server = serve(proxies=tunnel.url, token_queue_limit=1, ytdlp_args="--no-check-certificates")

    def ask(number: int):
        with server.client() as client:
            return client.getToken(token_request(watch_url("hang", number)))

    with server.client() as client:
        running = in_background(ask, 0)
        wait_until(lambda: youtube.requests[f"player {video_id('hang', 0)}"], "one job runs")
        waiting = in_background(ask, 1)
        wait_until(lambda: client.getServerInfo().tokenJobsWaiting == 1, "one job waits")
        error = fault("OVERLOADED", ask, 2)
        assert error.context["retryable"] == "true"
        client.ping()
        youtube.released.set()
        assert running.result(30).infoJson
        assert waiting.result(30).infoJson


def test_many_waiting_tokens_hold_up_nobody(serve, tunnel, youtube):
    server = serve(
        proxies=tunnel.url,
        rpc_workers=1,
        drain_timeout_s=0,
        ytdlp_args="--no-check-certificates",
    )

    def ask(number: int):
        with server.client() as client:
            return fault(
                "DRAINING", client.getToken, token_request(watch_url("hang"), f"a{number}")
            )

    together = in_background(all_at_once, [lambda n=n: ask(n) for n in range(60)])
    with server.client(timeout_s=10) as client:
        wait_until(lambda: client.getServerInfo().tokenJobsWaiting == 59, "59 jobs wait")
        before = time.monotonic()
        for _ in range(50):
            client.ping()
        assert time.monotonic() - before < 5
    server.stop()
    assert {answer.context["accountId"] for answer in together.result(60)} == {
        f"a{number}" for number in range(60)
    }


def test_client_that_goes_away_leaves_its_job_to_the_others(serve, tunnel, youtube):
    server = serve(proxies=tunnel.url, ytdlp_args="--no-check-certificates")
    gone = server.connect()
    gone.send_getToken(token_request(watch_url("hang")))
    wait_until(lambda: youtube.requests[f"player {video_id('hang')}"], "the job runs")
    gone.close()
    youtube.released.set()
    with server.client() as client:
        assert client.getToken(token_request(watch_url("hang"))).infoJson
    server.stop()
