"""What callers send: a URL is an argument, bad input gets a clear answer, time is limited."""

from __future__ import annotations

import json
import time

import pytest

from support.calls import in_background, token_request
from support.contract import ServiceException, UserException
from support.faults import fault, refusal
from support.processes import command_line, descendants_of, wait_until
from support.server import OpsServer
from support.youtube_cases import video_id, watch_url

TRICKS = (
    "--exec=touch {folder}/pwned",
    "-o{folder}/pwned",
    "--config-locations={folder}/yt-dlp.conf",
    "{web}$(touch${{IFS}}{folder}/pwned)",
    "{web};touch {folder}/pwned;",
    "{web}`touch {folder}/pwned`",
    "{web}\n--exec touch {folder}/pwned",
    "{web}' --exec 'touch {folder}/pwned",
)


@pytest.mark.parametrize("runner", ["warm", "command"])
def test_url_is_neither_an_option_nor_a_shell_word(serve, microsocks, web, folder, runner):
    (folder / "yt-dlp.conf").write_text(f"--exec 'touch {folder}/pwned'\n")
    server = serve(proxies=microsocks().url, token_runner=runner, account_failure_threshold=0)
    with server.client() as client:
        for trick in TRICKS:
            url = trick.format(folder=folder, web=web.url("video.mp4?x="))
            try:
                client.getToken(token_request(url))
            except (ServiceException, UserException) as error:
                assert error.message
            assert not (folder / "pwned").exists(), url
        client.getToken(token_request(web.url("video.mp4")))
    server.stop()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", ""),
        ("url", "   "),
        ("url", "file:///etc/passwd"),
        ("url", "ftp://127.0.0.1/x"),
        ("url", "http://"),
        ("url", "ytsearch:cats"),
        ("accountId", ""),
        ("accountId", "../acc"),
        ("accountId", "a/b"),
        ("accountId", "line\nbreak"),
        ("accountId", "x" * 300),
        ("jobId", "has a blank"),
        ("clients", "web;rm"),
        ("timeoutS", -1),
        ("requestParamsJson", "{"),
        ("requestParamsJson", "[]"),
        ("requestParamsJson", '{"no_such_key": 1}'),
        ("requestParamsJson", '{"no_cache": "perhaps"}'),
    ],
)
def test_bad_field_is_refused(refusing_server, field, value):
    request = token_request("http://127.0.0.1:9/video.mp4")
    setattr(request, field, value)
    with refusing_server.client() as client:
        error = refusal("INVALID_ARGUMENT", client.getToken, request)
    words = error.message.lower()
    assert field.lower() in words or any(word in words for word in ("url", "account", "key"))


@pytest.fixture(scope="module")
def refusing_server(module_folder):
    """A server whose requests never get as far as a proxy."""
    server = OpsServer(module_folder, token_runner="command", proxies="socks5://127.0.0.1:9")
    yield server
    server.close()


def test_unsupported_url_and_bare_id_with_a_dash(serve, tunnel, youtube, web):
    server = serve(proxies=tunnel.url, ytdlp_args="--no-check-certificates")
    with server.client() as client:
        error = fault("VIDEO_UNAVAILABLE", client.getToken, token_request("-abcdefghij"))
        assert "-abcdefghij" in error.message
        fault("UNSUPPORTED_URL", client.getToken, token_request(web.url("text")))


@pytest.mark.parametrize("runner", ["warm", "command"])
def test_job_past_its_deadline_is_killed(serve, tunnel, youtube, redis, runner):
    server = serve(
        proxies=tunnel.url,
        redis_url=redis.url,
        token_runner=runner,
        ytdlp_args="--no-check-certificates",
    )
    with server.client() as client:
        client.getToken(token_request(watch_url("playable")))
        before = time.monotonic()
        error = fault("TIMEOUT", client.getToken, token_request(watch_url("hang"), timeoutS=4))
        assert 3.5 < time.monotonic() - before < 10
        assert youtube.requests[f"player {video_id('hang')}"] == 1
        wait_until(lambda: tunnel.open_tunnels == 0, "yt-dlp's connections are gone")
        assert error.context["bannable"] == "false"
        client.getToken(token_request(watch_url("playable")))
    state = json.loads(redis.cli("HGET", "proxies:ytdlp-ops", tunnel.url))
    assert (state["success_count"], state["failure_count"]) == (2, 1)
    assert redis.cli("HGET", "account_status:acc_01", "failure_count") in (None, "0")


def test_default_deadline(serve, tunnel, youtube):
    server = serve(
        proxies=tunnel.url,
        token_runner="command",
        token_timeout_s=2,
        ytdlp_args="--no-check-certificates",
    )
    with server.client() as client:
        fault("TIMEOUT", client.getToken, token_request(watch_url("hang")))
        wait_until(lambda: not ytdlp_processes(server.pid), "the killed yt-dlp is gone")


def test_waiting_counts_toward_the_deadline(serve, tunnel, youtube):
    server = serve(proxies=tunnel.url, ytdlp_args="--no-check-certificates")
    with server.client() as busy, server.client() as client:
        running = in_background(busy.getToken, token_request(watch_url("hang", 1)))
        wait_until(lambda: youtube.requests[f"player {video_id('hang', 1)}"], "the job hangs")
        request = token_request(watch_url("hang", 2), timeoutS=1)
        fault("TIMEOUT", client.getToken, request)
        assert not youtube.requests[f"player {video_id('hang', 2)}"]
        youtube.released.set()
        running.result(30)


def ytdlp_processes(server_pid: int) -> list[int]:
    """What runs below the server, the private Redis apart."""
    return [pid for pid in descendants_of(server_pid) if "redis-server" not in command_line(pid)]


@pytest.mark.parametrize("runner", ["warm", "command"])
def test_options_that_ytdlp_refuses_are_charged_to_nobody(serve, microsocks, web, redis, runner):
    proxy = microsocks()
    server = serve(
        proxies=proxy.url, token_runner=runner, redis_url=redis.url, ytdlp_args="--no-such-option"
    )
    with server.client() as client:
        error = fault("INTERNAL", client.getToken, token_request(web.url("video.mp4")))
    assert "no such option: --no-such-option" in error.message
    assert "--ytdlp-args" in error.message
    assert redis.cli("EXISTS", "account_status:acc_01") == 0
    assert redis.cli("EXISTS", f"proxy_failures:ytdlp-ops:{proxy.url}") == 0
