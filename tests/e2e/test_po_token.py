"""PO tokens from a server that speaks as bgutil's does."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from support.calls import token_request
from support.pot_provider import Answer, token_for
from support.youtube_cases import video_id, watch_url

VIDEO = video_id("playable")


@pytest.fixture(params=["warm", "command"])
def server(request, serve, tunnel, pot_provider):
    return serve(
        proxies=tunnel.url,
        token_runner=request.param,
        pot_provider_url=pot_provider.url,
        ytdlp_args="--no-check-certificates",
    )


@pytest.mark.usefixtures("current_ytdlp")
@pytest.mark.parametrize("answer", [Answer.CURRENT, Answer.OLD])
def test_token_is_fetched_through_the_proxy_and_used(server, tunnel, pot_provider, answer):
    pot_provider.answer = answer
    with server.client() as client:
        token = client.getToken(token_request(watch_url("playable"), clients="web"))
    (question,) = pot_provider.questions
    assert question["content_binding"] == VIDEO
    assert question["proxy"] == tunnel.url
    assert set(token.poTokens.values()) == {token_for(VIDEO)}
    assert "gvs" in token.poTokens
    formats = json.loads(token.infoJson)["formats"]
    assert formats
    for each in formats:
        assert parse_qs(urlsplit(each["url"]).query)["pot"] == [token_for(VIDEO)]


def test_other_sites_need_none(server, web, pot_provider):
    with server.client() as client:
        token = client.getToken(token_request(web.url("video.mp4")))
    assert token.poTokens is None
    assert not pot_provider.questions


@pytest.mark.parametrize("answer", [Answer.ERROR, Answer.HANG])
def test_job_goes_on_without(server, pot_provider, answer):
    pot_provider.answer = answer
    with server.client() as client:
        token = client.getToken(token_request(watch_url("playable"), timeoutS=12))
    assert token.poTokens is None
    assert pot_provider.questions


def test_provider_that_is_down(serve, tunnel, pot_provider):
    server = serve(
        proxies=tunnel.url,
        pot_provider_url=pot_provider.url,
        ytdlp_args="--no-check-certificates",
    )
    pot_provider.close()
    with server.client() as client:
        assert client.getToken(token_request(watch_url("playable"))).poTokens is None
