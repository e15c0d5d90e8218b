"""Proxies that fail: the code they lead to, what is recorded, and who comes next."""

from __future__ import annotations

import json

import pytest

from support.calls import token_request
from support.faults import fault, refusal
from support.mapping_socks5 import Behaviour
from support.processes import free_port
from support.proxies import PASSWORD
from support.youtube_cases import watch_url

IDENTITY = "ytdlp-ops"


def proxy_state(redis, proxy: str) -> dict:
    """What Redis holds of a proxy."""
    return json.loads(redis.cli("HGET", f"proxies:{IDENTITY}", proxy))


def failures_of(redis, proxy: str) -> list:
    return redis.cli("ZRANGE", f"proxy_failures:{IDENTITY}:{proxy}", 0, -1)


@pytest.mark.sanitizer
@pytest.mark.parametrize("runner", ["warm", "command"])
def test_dead_proxy_is_recorded_and_the_next_call_uses_the_next(
    serve, microsocks, web, redis, runner
):
    first, second = microsocks(), microsocks()
    server = serve(proxies=f"{first.url},{second.url}", redis_url=redis.url, token_runner=runner)
    with server.client() as client:
        request = token_request(web.url("video.mp4"), "acc_01", jobId="job-dead")
        assert client.getToken(request).proxyUrl == first.url
        assert client.getToken(request).proxyUrl == second.url
        first.kill()
        error = fault("SOCKS5_CONNECTION_FAILED", client.getToken, request)
        after = client.getToken(request)

    assert error.context["proxyUrl"] == first.url
    assert error.context["accountId"] == "acc_01"
    assert error.context["jobId"] == "job-dead"
    assert error.context["serverIdentity"] == IDENTITY
    assert error.context["bannable"] == "true"
    assert after.proxyUrl == second.url
    state = proxy_state(redis, first.url)
    assert (state["status"], state["success_count"], state["failure_count"]) == ("ACTIVE", 1, 1)
    (failure,) = failures_of(redis, first.url)
    assert "acc_01" in failure
    assert "job-dead" in failure
    assert "SOCKS5_CONNECTION_FAILED" in failure
    assert redis.cli("HGET", "account_status:acc_01", "failure_count") == "1"


def test_proxy_that_comes_back_is_used_again(serve, microsocks, web):
    proxy = microsocks()
    server = serve(proxies=proxy.url)
    proxy.kill()
    with server.client() as client:
        fault("SOCKS5_CONNECTION_FAILED", client.getToken, token_request(web.url("video.mp4")))
        proxy.revive()
        client.getToken(token_request(web.url("video.mp4")))


def test_wrong_password(serve, microsocks, tinyproxy, web, redis):
    socks, http = microsocks(PASSWORD), tinyproxy(PASSWORD)
    urls = [proxy.url.replace(PASSWORD, "wr0ng-secret") for proxy in (socks, http)]
    server = serve(proxies=",".join(urls), redis_url=redis.url)
    with server.client() as client:
        request = token_request(web.url("video.mp4"))
        errors = [
            fault("SOCKS5_AUTH_FAILED", client.getToken, request),
            fault("HTTP_PROXY_AUTH", client.getToken, request),
        ]
    for error, url in zip(errors, urls, strict=True):
        assert "wr0ng-secret" not in error.message
        assert proxy_state(redis, url)["failure_count"] == 1
        assert "wr0ng-secret" not in " ".join(failures_of(redis, url))
    server.stop()
    assert "wr0ng-secret" not in server.log_text()


def test_password_is_asked_for(serve, microsocks, web):
    proxy = microsocks(PASSWORD)
    server = serve(proxies=f"socks5://127.0.0.1:{proxy.port}")
    with server.client() as client:
        fault("SOCKS5_AUTH_FAILED", client.getToken, token_request(web.url("video.mp4")))


def test_dead_http_proxy(serve, web):
    server = serve(proxies=f"http://127.0.0.1:{free_port()}")
    with server.client() as client:
        fault("HTTP_PROXY_FAILED", client.getToken, token_request(web.url("video.mp4")))


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (Behaviour.CLOSE, "SOCKS5_CONNECTION_FAILED"),
        (Behaviour.GARBAGE, "SOCKS5_PROTOCOL"),
        (Behaviour.REFUSE_METHODS, "SOCKS5_AUTH_FAILED"),
    ],
    ids=["closes", "speaks-http", "no-method"],
)
def test_broken_socks5_proxy(serve, tunnel, redis, behaviour, code):
    server = serve(proxies=tunnel.url, redis_url=redis.url)
    tunnel.behaviour = behaviour
    with server.client() as client:
        error = fault(code, client.getToken, token_request(watch_url("playable")))
    assert error.context["bannable"] == "true"
    assert proxy_state(redis, tunnel.url)["failure_count"] == 1
    assert redis.cli("HGET", "account_status:acc_01", "failure_count") == "1"


@pytest.mark.parametrize("runner", ["warm", "command"])
def test_target_that_cannot_be_reached_is_the_proxys_failure(serve, tunnel, redis, runner):
    server = serve(
        proxies=tunnel.url,
        redis_url=redis.url,
        token_runner=runner,
        ytdlp_args="--no-check-certificates",
    )
    tunnel.behaviour = Behaviour.REFUSE_TARGETS
    with server.client() as client:
        error = fault("TARGET_UNREACHABLE", client.getToken, token_request(watch_url("playable")))
    assert error.context["bannable"] == "false"
    assert proxy_state(redis, tunnel.url)["failure_count"] == 1
    assert redis.cli("HGET", "account_status:acc_01", "failure_count") in (None, "0")


def test_silent_proxy_ends_at_the_deadline(serve, tunnel):
    server = serve(proxies=tunnel.url)
    tunnel.behaviour = Behaviour.HANG
    with server.client() as client:
        request = token_request(watch_url("playable"), timeoutS=2)
        fault("TIMEOUT", client.getToken, request)


def test_callers_own_choice(serve, microsocks, web):
    first, second = microsocks(), microsocks()
    server = serve(proxies=f"{first.url},{second.url}")
    with server.client() as client:
        url = web.url("video.mp4")
        for _ in range(2):
            token = client.getToken(token_request(url, proxyUrl=second.url))
            assert token.proxyUrl == second.url
        assert client.getToken(token_request(url)).proxyUrl == first.url
        foreign = f"socks5://127.0.0.1:{free_port()}"
        refusal("OUT_OF_SCOPE", client.getToken, token_request(url, proxyUrl=foreign))
        client.banProxy("", second.url, "by hand", 0)
        banned = token_request(url, proxyUrl=second.url)
        fault("NO_ACTIVE_PROXIES", client.getToken, banned)


def test_no_active_proxy(serve, microsocks, web):
    proxy = microsocks()
    server = serve(proxies=proxy.url)
    with server.client() as client:
        client.banProxy("", proxy.url, "by hand", 600)
        error = fault("NO_ACTIVE_PROXIES", client.getToken, token_request(web.url("video.mp4")))
    assert 590 <= int(error.context["retryAfterS"]) <= 600


def test_no_proxy_configured(serve, web):
    server = serve()
    with server.client() as client:
        fault("NO_ACTIVE_PROXIES", client.getToken, token_request(web.url("video.mp4")))
    assert not web.requests
