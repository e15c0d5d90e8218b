"""Roles: what management, worker and all-in-one serve, and how workers share a pool."""

from __future__ import annotations

import pytest

from support.calls import failure_report, token_request
from support.contract import ServiceRole
from support.faults import fault, refusal
from support.processes import free_port
from support.relay_api import RelayApi

IDENTITY = "shared"
OTHER = "another-pool"


def next_of(client, identity: str = IDENTITY) -> dict[str, list[str]]:
    """Proxy to the instances that take it next, where there are any."""
    return {each.proxyUrl: each.nextFor for each in client.getProxyStatus(identity) if each.nextFor}


@pytest.fixture
def worker(serve, redis):
    def start(*proxies: str, identity: str = IDENTITY, **flags):
        defaults = {
            "service_role": "worker",
            "server_identity": identity,
            "redis_url": redis.url,
            "token_runner": "command",
            "proxies": ",".join(proxies),
        }
        return serve(**defaults | flags)

    return start


@pytest.fixture
def management(serve, redis):
    return serve(service_role="management", redis_url=redis.url)


def test_management_takes_no_turn_whatever_its_proxies(worker, serve, redis):
    proxy = f"socks5://127.0.0.1:{free_port()}"
    flags = {"redis_url": redis.url, "proxies": proxy, "server_identity": IDENTITY}
    server = serve(service_role="management", **flags)
    with server.client() as client:
        assert client.getProxyStatus(IDENTITY) == []
        tokens = worker(proxy)
        with tokens.client() as other:
            other.getProxyStatus(IDENTITY)
            instance = other.getServerInfo().instanceId
        assert next_of(client) == {proxy: [instance]}


def test_info_names_the_role(worker, management, serve):
    proxy = f"socks5://127.0.0.1:{free_port()}"
    everything = serve(token_runner="command")
    expected = {
        worker(proxy): ServiceRole.WORKER,
        management: ServiceRole.MANAGEMENT,
        everything: ServiceRole.ALL_IN_ONE,
    }
    instances = set()
    for server, role in expected.items():
        with server.client() as client:
            info = client.getServerInfo()
        assert info.serviceRole == role
        assert info.redisReachable
        assert not info.draining
        assert info.version
        instances.add(info.instanceId)
    assert len(instances) == 3


def test_management_makes_no_tokens(management):
    with management.client() as client:
        client.ping()
        refusal("ROLE_FORBIDDEN", client.getToken, token_request("http://127.0.0.1:9/x"))
        report = failure_report("socks5://127.0.0.1:9", "acc_01")
        refusal("ROLE_FORBIDDEN", client.reportOutcome, report)
        assert client.getProxyStatus("") == []


def test_management_has_http_and_no_relay(management):
    http = RelayApi(management.http_port)
    for path in ("/streams", "/stats", "/events", "/stream/x"):
        assert http.get(path).error()["code"] == "NOT_FOUND", path
    assert http.call("POST", "/streams", {"url": "http://127.0.0.1:9/"}).status == 404


def test_worker_serves_its_own_identity_only(worker):
    proxy = f"socks5://127.0.0.1:{free_port()}"
    with worker(proxy).client() as client:
        for identity in ("", IDENTITY):
            assert [each.proxyUrl for each in client.getProxyStatus(identity)] == [proxy]
        for call, *args in (
            (client.getProxyStatus,),
            (client.banProxy, proxy, "x", 0),
            (client.unbanProxy, proxy),
            (client.resetProxy, proxy),
            (client.banAllProxies, "x", 0),
            (client.unbanAllProxies,),
            (client.resetAllProxies,),
            (client.deleteProxiesFromRedis, []),
        ):
            refusal("OUT_OF_SCOPE", call, OTHER, *args)
        client.banAccount("acc_01", "x", 60)


def test_two_workers_share_state_and_keep_to_their_own_proxies(
    worker, management, microsocks, web, redis
):
    lists = [[microsocks(), microsocks()], [microsocks(), microsocks()]]
    workers = [worker(*(each.url for each in own), token_runner="warm") for own in lists]
    clients = [server.connect() for server in workers]
    used = [
        [client.getToken(token_request(web.url("video.mp4"))).proxyUrl for _ in range(4)]
        for client in clients
    ]
    for proxies, sequence in zip(lists, used, strict=True):
        assert sequence == [each.url for each in proxies] * 2

    instances = [client.getServerInfo().instanceId for client in clients]
    with management.client() as manager:
        seen = {each.proxyUrl: each for each in manager.getProxyStatus(IDENTITY)}
        assert set(seen) == {each.url for proxies in lists for each in proxies}
        assert {each.successCount for each in seen.values()} == {2}
        expected = {proxies[0].url: [name] for proxies, name in zip(lists, instances, strict=True)}
        assert next_of(manager) == expected
        assert {each.serverIdentity for each in manager.getProxyStatus("")} == {IDENTITY}

        manager.banProxy(IDENTITY, lists[0][0].url, "by the manager", 600)
        second = lists[0][1].url
        for _ in range(2):
            assert clients[0].getToken(token_request(web.url("video.mp4"))).proxyUrl == second
        manager.banAllProxies(IDENTITY, "maintenance", 600)
        for client in clients:
            fault("NO_ACTIVE_PROXIES", client.getToken, token_request(web.url("video.mp4")))
        manager.unbanAllProxies(IDENTITY)
        clients[1].getToken(token_request(web.url("video.mp4")))
    for client in clients:
        client.close()


def test_workers_on_one_list_share_the_failures(worker, redis):
    proxy = f"socks5://127.0.0.1:{free_port()}"
    first, second = worker(proxy), worker(proxy)
    with first.client() as one, second.client() as two:
        one.reportOutcome(failure_report(proxy, "acc_01"))
        two.reportOutcome(failure_report(proxy, "acc_02"))
        one.reportOutcome(failure_report(proxy, "acc_03"))
        for client in (one, two):
            error = fault("NO_ACTIVE_PROXIES", client.getToken, token_request("http://127.0.0.1/"))
            assert int(error.context["retryAfterS"]) > 3500


def test_management_sees_every_identity(worker, management):
    one, two = (f"socks5://127.0.0.1:{free_port()}" for _ in range(2))
    servers = worker(one), worker(two, identity=OTHER)
    for server in servers:
        with server.client() as client:
            client.getProxyStatus("")
    with management.client() as manager:
        seen = {(each.serverIdentity, each.proxyUrl) for each in manager.getProxyStatus("")}
        assert seen == {(IDENTITY, one), (OTHER, two)}
        assert [each.proxyUrl for each in manager.getProxyStatus(OTHER)] == [two]
        manager.banProxy(OTHER, two, "x", -1)
    with servers[1].client() as client:
        assert client.getProxyStatus("")[0].stateText == "BANNED (until unbanned)"


def test_worker_that_ended_has_no_next(worker, management):
    proxy = f"socks5://127.0.0.1:{free_port()}"
    server = worker(proxy)
    with server.client() as client:
        instance = client.getServerInfo().instanceId
        client.getProxyStatus("")
    with management.client() as manager:
        assert next_of(manager) == {proxy: [instance]}
        server.stop()
        assert next_of(manager) == {}
        assert [each.proxyUrl for each in manager.getProxyStatus(IDENTITY)] == [proxy]
