"""getToken: an info.json made through a proxy, and a download from it."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest

from support.calls import token_request
from support.contract import Protocol, Transport
from support.download import download
from support.media_server import HUGE_BYTES
from support.processes import command_line, descendants_of, is_running, wait_until
from support.proxies import PASSWORD
from support.youtube_cases import EXPIRES_IN_S, video_id, watch_url

RUNNERS = ("warm", "command")
WIRES = [(transport, protocol) for transport in Transport for protocol in Protocol]
MEDIA = ("video.mp4", "video.webm", "stream.m3u8", "page")


@pytest.mark.sanitizer
@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("password", [None, PASSWORD], ids=["open", "password"])
def test_socks5_proxy(serve, microsocks, web, folder, runner, password):
    proxy = microsocks(password)
    server = serve(proxies=proxy.url, token_runner=runner)
    with server.client() as client:
        token = client.getToken(token_request(web.url("video.mp4"), "acc_01", jobId="job-7"))

    assert (token.jobId, token.accountId, token.proxyUrl) == ("job-7", "acc_01", proxy.url)
    assert token.serverIdentity == "ytdlp-ops"
    assert token.url == web.url("video.mp4")
    assert json.loads(token.infoJson)["ext"] == "mp4"
    assert token.durationMs > 0
    download(token, folder)
    server.stop()


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("password", [None, PASSWORD], ids=["open", "password"])
def test_http_proxy(serve, tinyproxy, web, folder, runner, password):
    proxy = tinyproxy(password)
    server = serve(proxies=proxy.url, token_runner=runner)
    with server.client() as client:
        download(client.getToken(token_request(web.url("video.webm"))), folder)


@pytest.mark.parametrize("name", MEDIA)
def test_every_kind_of_media(serve, microsocks, web, folder, name):
    server = serve(proxies=microsocks().url)
    with server.client() as client:
        download(client.getToken(token_request(web.url(name))), folder)


def test_download_goes_through_the_same_proxy(serve, tunnel, youtube, folder):
    server = serve(proxies=tunnel.url, ytdlp_args="--no-check-certificates")
    with server.client() as client:
        token = client.getToken(token_request(watch_url("playable")))
        before = tunnel.targets["rr1---sn-test.googlevideo.com:443"]
        download(token, folder)
    assert tunnel.targets["rr1---sn-test.googlevideo.com:443"] > before


@pytest.mark.parametrize("runner", RUNNERS)
def test_youtube_video(serve, tunnel, youtube, folder, runner):
    server = serve(proxies=tunnel.url, token_runner=runner, ytdlp_args="--no-check-certificates")
    with server.client() as client:
        token = client.getToken(token_request(watch_url("playable")))
        bare = client.getToken(token_request(video_id("playable", 1)))

    info = json.loads(token.infoJson)
    assert info["extractor"] == "youtube"
    assert info["id"] == video_id("playable")
    assert bare.url == watch_url("playable", 1)
    assert abs(token.expiresAt - time.time() - EXPIRES_IN_S) < 120
    assert token.cookies is None
    assert token.poTokens is None
    download(token, folder)


@pytest.mark.sanitizer
@pytest.mark.parametrize(("runner", "wires"), [("warm", WIRES), ("command", WIRES[:1])])
def test_info_json_of_5_mb(serve, microsocks, web, runner, wires):
    server = serve(proxies=microsocks().url, token_runner=runner)
    for transport, protocol in wires:
        with server.client(transport=transport, protocol=protocol) as client:
            token = client.getToken(token_request(web.url("huge")))
        assert len(json.loads(token.infoJson)["description"]) == HUGE_BYTES
    server.stop()


def test_worker_that_is_killed_is_replaced(serve, microsocks, web):
    server = serve(proxies=microsocks().url)
    with server.client() as client:
        client.getToken(token_request(web.url("video.mp4")))
        (worker,) = warm_workers(server.pid)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: not is_running(worker), "the worker is dead")
        client.getToken(token_request(web.url("video.mp4")))
        assert worker not in warm_workers(server.pid)


def test_workers_are_replaced_after_their_jobs(serve, microsocks, web):
    server = serve(proxies=microsocks().url, worker_max_jobs=2)
    with server.client() as client:
        seen = set()
        for _ in range(6):
            client.getToken(token_request(web.url("video.mp4")))
            seen |= set(warm_workers(server.pid))
    assert 3 <= len(seen) <= 4


def test_no_child_outlives_the_server(serve, microsocks, web):
    server = serve(proxies=microsocks().url, token_workers=2)
    with server.client() as client:
        client.getToken(token_request(web.url("video.mp4")))
    children = descendants_of(server.pid)
    assert children
    server.process.kill()
    for pid in children:
        wait_until(lambda pid=pid: not is_running(pid), f"{pid} is gone")


def warm_workers(server_pid: int) -> list[int]:
    """The pids of the server's warm yt-dlp processes."""
    return [pid for pid in descendants_of(server_pid) if "ytdlp_worker" in command_line(pid)]
