"""What YouTube answers, the code it leads to, and who is charged for it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from support.calls import token_request
from support.faults import fault
from support.mapping_socks5 import MappingSocks5
from support.redis_server import RedisServer
from support.server import OpsServer
from support.youtube_cases import watch_url
from support.youtube_double import YoutubeDouble

ACCOUNT, PROXY, BANNABLE, RETRYABLE = "account", "proxy", "bannable", "retryable"
BOTH = {ACCOUNT, PROXY}
NEW = ("captcha", "blocked")
"""Answers that only a current yt-dlp knows."""

OUTCOMES = {
    "bot": ("BOT_DETECTED", {*BOTH, BANNABLE}),
    "captcha": ("CAPTCHA_REQUIRED", {*BOTH, BANNABLE}),
    "blocked": ("IP_BLOCKED", {PROXY, BANNABLE}),
    "limited": ("SESSION_RATE_LIMITED", {ACCOUNT, BANNABLE}),
    "http429": ("HTTP_429", BOTH),
    "http403": ("HTTP_403", BOTH),
    "http503": ("HTTP_5XX", {RETRYABLE}),
    "age": ("AGE_RESTRICTED", set()),
    "private": ("PRIVATE_VIDEO", set()),
    "members": ("MEMBERS_ONLY", set()),
    "ended": ("UPLOADER_TERMINATED", set()),
    "removed": ("VIDEO_REMOVED", set()),
    "unavail": ("VIDEO_UNAVAILABLE", set()),
    "geo": ("GEO_RESTRICTED", set()),
    "premiere": ("LIVE_NOT_STARTED", set()),
    "drm": ("DRM_PROTECTED", set()),
    "empty": ("NO_FORMATS", set()),
}


@dataclass
class Site:
    """A server whose only proxy leads to the double of YouTube. Nobody is banned by numbers."""

    server: OpsServer
    redis: RedisServer
    proxy: MappingSocks5

    def proxy_failures(self) -> list[str]:
        return self.redis.cli("ZRANGE", f"proxy_failures:ytdlp-ops:{self.proxy.url}", 0, -1)

    def account(self, account_id: str) -> dict[str, str]:
        return self.redis.cli("HGETALL", f"account_status:{account_id}")


@pytest.fixture(scope="module", params=["warm", "command"])
def site(request, module_folder, media):
    youtube = YoutubeDouble(media, module_folder)
    proxy = MappingSocks5(youtube.host_map)
    redis = RedisServer()
    server = OpsServer(
        module_folder / request.param,
        token_runner=request.param,
        redis_url=redis.url,
        proxies=proxy.url,
        ytdlp_args="--no-check-certificates",
        account_failure_threshold=0,
        failure_threshold_count=1000,
    )
    yield Site(server, redis, proxy)
    for thing in (server, redis, proxy, youtube):
        thing.close()


@pytest.mark.parametrize("case", OUTCOMES)
def test_answer_leads_to(site, case, request):
    if case in NEW:
        request.getfixturevalue("current_ytdlp")
    code, traits = OUTCOMES[case]
    account = f"acc_{case}"
    with site.server.client() as client:
        error = fault(code, client.getToken, token_request(watch_url(case), account))

    assert error.context["accountId"] == account
    assert error.context["proxyUrl"] == site.proxy.url
    assert error.context["bannable"] == str(BANNABLE in traits).lower()
    if RETRYABLE in traits:
        assert error.context["retryable"] == "true"
    recorded = [entry for entry in site.proxy_failures() if account in entry]
    assert len(recorded) == (1 if PROXY in traits else 0)
    assert all(code in entry for entry in recorded)
    failures = int(site.account(account).get("failure_count", 0))
    assert failures == (1 if ACCOUNT in traits else 0)
    assert site.account(account).get("status", "ACTIVE") == "ACTIVE"


def test_outcome_without_penalty_is_counted_only(site):
    with site.server.client() as client:
        request = token_request(watch_url("bot", 1), "acc_mild", penalize=False)
        fault("BOT_DETECTED", client.getToken, request)
    assert site.account("acc_mild")["failure_count"] == "1"
    assert site.account("acc_mild")["consecutive_failures"] == "0"
    assert not [entry for entry in site.proxy_failures() if "acc_mild" in entry]


def test_error_policy_changes_who_is_charged(serve, tunnel, folder, redis):
    policy = folder / "policy.json"
    policy.write_text(json.dumps({"PRIVATE_VIDEO": {"account": True, "bannable": True}}))
    server = serve(
        proxies=tunnel.url,
        redis_url=redis.url,
        error_policy=policy,
        token_runner="command",
        ytdlp_args="--no-check-certificates",
    )
    with server.client() as client:
        error = fault("PRIVATE_VIDEO", client.getToken, token_request(watch_url("private")))
    assert error.context["bannable"] == "true"
    assert redis.cli("HGET", "account_status:acc_01", "failure_count") == "1"
