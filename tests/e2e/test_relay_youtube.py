"""Streams of a YouTube page: yt-dlp's real extractor, TLS, and names that only the proxy knows."""

from __future__ import annotations

import pytest

from support.certificate import can_be_trusted, certificate_path, trusting
from support.mapping_socks5 import MappingSocks5
from support.page_site import of_page
from support.relay_api import RelayServer
from support.youtube_cases import video_id, watch_url
from support.youtube_double import YoutubeDouble

pytestmark = [pytest.mark.relay]

MEDIA_HOST = "rr1---sn-test.googlevideo.com:443"


@pytest.fixture(scope="module")
def youtube(module_folder, media):
    double = YoutubeDouble(media, module_folder)
    yield double
    double.close()


@pytest.fixture(scope="module")
def proxy(youtube):
    tunnel = MappingSocks5(youtube.host_map)
    yield tunnel
    tunnel.close()


@pytest.fixture(scope="module")
def relay(module_folder, youtube, proxy):
    """It trusts the double, so that the relay checks certificates as everywhere."""
    certificate = certificate_path(module_folder)
    if not can_be_trusted(certificate):
        pytest.skip("needs root and mount namespaces")
    server = RelayServer(
        module_folder / "relay",
        launcher=trusting(certificate),
        token_runner="warm",
        proxies=proxy.url,
        ytdlp_args="--no-check-certificates",
        failure_threshold_count=1000,
        account_failure_threshold=0,
    )
    yield server
    server.close()


@pytest.mark.parametrize(
    ("spec", "name"),
    [({}, "video.mp4"), ({"format": "18"}, "video.mp4"), ({"format": "43"}, "video.webm")],
    ids=["best", "18", "43"],
)
def test_video_is_played(api, proxy, media, spec, name):
    reply = api.get(of_page(api, watch_url("playable"), **spec))
    assert (reply.status, reply.body == (media / name).read_bytes()) == (200, True)
    assert proxy.targets[MEDIA_HOST], "the name went to the proxy"


def test_bare_video_id(api, media):
    reply = api.get(of_page(api, video_id("playable", 7)))
    assert reply.body == (media / "video.mp4").read_bytes()


def test_media_that_are_always_refused(api, youtube):
    path = of_page(api, watch_url("media403", 3), settings={"relay_token_attempts": 2})
    reply = api.get(path)
    assert (reply.status, reply.error()["code"]) == (502, "HTTP_403")
    assert youtube.requests[f"media {video_id('media403', 3)}"] == 2


@pytest.mark.parametrize(
    ("case", "code"), [("private", "PRIVATE_VIDEO"), ("bot", "BOT_DETECTED")]
)
def test_what_youtube_says_is_told(api, case, code):
    reply = api.get(of_page(api, watch_url(case)))
    assert (reply.status, reply.error()["code"]) == (502, code)
    assert reply.error()["message"]
