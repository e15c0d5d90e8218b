"""Equal requests in flight are one job, and results are kept as long as they hold."""

from __future__ import annotations

import pytest

from support.calls import all_at_once, in_background, token_request
from support.faults import fault
from support.processes import wait_until
from support.youtube_cases import video_id, watch_url

pytestmark = pytest.mark.threads

FLAGS = {"ytdlp_args": "--no-check-certificates", "token_workers": 2}


def pages(youtube, case: str, number: int = 0) -> int:
    """How often the video's page was asked for."""
    return youtube.requests[f"page {video_id(case, number)}"]


def test_equal_requests_in_flight_are_one_job(serve, tunnel, youtube, redis):
    server = serve(proxies=tunnel.url, redis_url=redis.url, **FLAGS)

    def ask(number: int):
        with server.client() as client:
            return client.getToken(token_request(watch_url("hang"), jobId=f"job-{number}"))

    together = in_background(all_at_once, [lambda n=n: ask(n) for n in range(6)])
    with server.client() as client:
        wait_until(lambda: youtube.requests[f"player {video_id('hang')}"], "the job hangs")
        late = in_background(ask, 6)
        wait_until(
            lambda: client.getServerInfo().tokenJobsRunning == 1, "one job runs for all of them"
        )
        youtube.released.set()
        tokens = [*together.result(30), late.result(30)]
    assert {token.infoJson for token in tokens} == {tokens[0].infoJson}
    assert pages(youtube, "hang") <= 2  # the late one may have come after the end
    assert int(redis.cli("HGET", "account_status:acc_01", "success_count")) == pages(
        youtube, "hang"
    )


def test_requests_that_differ_are_jobs_of_their_own(serve, tunnel, youtube):
    server = serve(proxies=tunnel.url, **FLAGS)

    def ask(account: str):
        with server.client() as client:
            return client.getToken(token_request(watch_url("hang"), account))

    together = in_background(all_at_once, [lambda: ask("acc_01"), lambda: ask("acc_02")])
    wait_until(lambda: pages(youtube, "hang") == 2, "two jobs run")
    youtube.released.set()
    assert [token.accountId for token in together.result(30)] == ["acc_01", "acc_02"]


def test_no_cache_by_default(serve, tunnel, youtube):
    server = serve(proxies=tunnel.url, **FLAGS)
    with server.client() as client:
        for _ in range(2):
            client.getToken(token_request(watch_url("playable")))
    assert pages(youtube, "playable") == 2


def test_cache_keeps_results(serve, tunnel, youtube):
    server = serve(proxies=tunnel.url, token_cache_ttl=600, **FLAGS)
    with server.client() as client:
        first = client.getToken(token_request(watch_url("playable"), jobId="job-1"))
        again = client.getToken(token_request(watch_url("playable"), jobId="job-2"))
        assert again.infoJson == first.infoJson
        assert (first.jobId, again.jobId) == ("job-1", "job-2")
        assert pages(youtube, "playable") == 1
        client.getToken(token_request(watch_url("playable"), "acc_02"))
        assert pages(youtube, "playable") == 2
        fresh = token_request(watch_url("playable"), requestParamsJson='{"no_cache": true}')
        client.getToken(fresh)
        assert pages(youtube, "playable") == 3


def test_failures_are_not_kept(serve, tunnel, youtube):
    server = serve(proxies=tunnel.url, token_cache_ttl=600, **FLAGS)
    with server.client() as client:
        for count in (1, 2):
            fault("PRIVATE_VIDEO", client.getToken, token_request(watch_url("private")))
            assert pages(youtube, "private") == count


@pytest.mark.parametrize("runner", ["warm", "command"])
def test_jobs_run_side_by_side(serve, tunnel, youtube, runner):
    server = serve(proxies=tunnel.url, token_runner=runner, **FLAGS)

    def ask(number: int):
        with server.client() as client:
            return client.getToken(token_request(watch_url("hang", number)))

    together = in_background(all_at_once, [lambda n=n: ask(n) for n in range(5)])
    with server.client() as client:
        wait_until(
            lambda: (
                (info := client.getServerInfo()).tokenJobsRunning == 2
                and info.tokenJobsWaiting == 3
            ),
            "two run and three wait",
        )
        youtube.released.set()
        tokens = together.result(60)
        assert [token.url for token in tokens] == [watch_url("hang", n) for n in range(5)]
        info = client.getServerInfo()
        assert (info.tokenJobsRunning, info.tokenJobsWaiting) == (0, 0)
