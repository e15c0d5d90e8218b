"""Web servers that fail, and the codes they lead to on sites that are not YouTube."""

from __future__ import annotations

import pytest

from support.calls import token_request
from support.faults import fault
from support.media_server import MediaServer
from support.proxies import Microsocks
from support.server import OpsServer


@pytest.fixture(scope="module", params=["warm", "command"])
def site(request, module_folder, media):
    """A server and the web server that its only proxy leads to. Nobody is banned by numbers."""
    web, proxy = MediaServer(media), Microsocks(module_folder)
    server = OpsServer(
        module_folder / request.param,
        token_runner=request.param,
        proxies=proxy.url,
        account_failure_threshold=0,
        failure_threshold_count=1000,
    )
    yield server, web
    for thing in (server, proxy, web):
        thing.close()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("status/503", "HTTP_5XX"),
        ("status/403", "HTTP_403"),
        ("status/429", "HTTP_429"),
        ("status/404", "VIDEO_UNAVAILABLE"),
        ("reset", "CONNECTION_RESET"),
        ("text", "UNSUPPORTED_URL"),
    ],
)
def test_answer_leads_to(site, path, code):
    server, web = site
    with server.client() as client:
        fault(code, client.getToken, token_request(web.url(path)))


def test_silence_leads_to_a_read_timeout(site):
    server, web = site
    patience = '{"socket_timeout_s": 1}'
    with server.client() as client:
        request = token_request(web.url("hang"), requestParamsJson=patience, timeoutS=30)
        fault("READ_TIMEOUT", client.getToken, request)
