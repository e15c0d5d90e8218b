"""Streams through the real Envoy: whoever made a stream is who plays it."""

from __future__ import annotations

import uuid

import pytest

from support.contract import RelayService, StreamSpec
from support.envoy import SECRETS
from support.relay_api import RelayApi
from support.upstream_answers import File, LiveSource, live

pytestmark = [pytest.mark.relay, pytest.mark.sanitizer]

TOKEN = SECRETS["YTDLP_OPS_API_TOKEN"]
RETRIES = "cluster.relay.upstream_rq_retry"
BODY = bytes(range(256)) * 400


@pytest.fixture
def api(fleet) -> RelayApi:
    """The relay's API as Envoy offers it."""
    return RelayApi(fleet.envoy.http_port, TOKEN)


def workers_api(fleet) -> list[RelayApi]:
    return [RelayApi(each.ports[1], TOKEN) for each in fleet.workers]


def counts(fleet) -> list[int]:
    return [each.ask("GET", "/streams")["total"] for each in workers_api(fleet)]


def test_streams_are_made_played_and_deleted(fleet, api, upstream):
    url = upstream.script("/a.mp4", *[File(BODY)] * 12)
    before = fleet.envoy.counter(RETRIES)
    made = [api.create(url, kind="vod") for _ in range(12)]
    assert sum(counts(fleet)) == 12
    assert sum(1 for count in counts(fleet) if count) >= 2, "the ids are not spread"
    for stream in made:
        assert api.get(stream["stream_endpoint"]).body == BODY
        assert api.stream(stream["stream_id"])["url"] == url
        api.ask("DELETE", f"/streams/{stream['stream_id']}")
        assert api.get(stream["stream_endpoint"]).status == 404
    assert counts(fleet) == [0, 0, 0]
    # Each deleted stream was looked for at all three; before that nobody was asked in vain.
    assert fleet.envoy.counter(RETRIES) - before == 12 * 2


def test_what_is_not_where_the_hash_leads_is_found(fleet, api, upstream):
    """Made at a worker itself, over HTTP and RPC, as if workers had come or gone since."""
    url = upstream.script("/a.mp4", *[File(BODY)] * 6)
    ids = [each.create(url, kind="vod")["stream_id"] for each in workers_api(fleet)]
    for worker in fleet.workers:
        with worker.server.client(service=RelayService) as client:
            ids.append(client.createStream(StreamSpec(url=url)).streamId)
    for stream_id in ids:
        assert api.get(f"/stream/{stream_id}").body == BODY
        api.ask("DELETE", f"/streams/{stream_id}")
    assert counts(fleet) == [0, 0, 0]


def test_live_stream_plays_through(fleet, api, upstream):
    made = api.create(upstream.script("/a.ts", live(LiveSource(8e6))), kind="live")
    player = api.watch(made["stream_endpoint"])
    try:
        assert player.wait_head() == 200
        player.wait_bytes(500_000)
        assert api.stream(made["stream_id"])["client_count"] == 1
    finally:
        player.close()
        api.ask("DELETE", f"/streams/{made['stream_id']}")


def test_refused_connection_is_tried_elsewhere(fleet, api, upstream):
    """Before a health check knows: players come and streams are made all the same."""
    url = upstream.script("/a.mp4", *[File(BODY)] * 20)
    fleet.workers[0].server.process.kill()
    made = [api.create(url, kind="vod") for _ in range(10)]
    for stream in made:
        assert api.get(stream["stream_endpoint"]).body == BODY
        api.ask("DELETE", f"/streams/{stream['stream_id']}")


def test_id_of_the_callers_own_is_not_taken(fleet, api):
    chosen = str(uuid.uuid4())
    made = api.call("POST", "/streams", {"url": "http://127.0.0.1:9/a"}, {"X-Stream-Id": chosen})
    assert made.status == 201
    assert made.json()["stream_id"] != chosen
    api.ask("DELETE", f"/streams/{made.json()['stream_id']}")


def test_what_one_worker_cannot_know_is_refused(api):
    of_one = ("/streams", "/stats", "/clients", "/events", "/webhooks", "/metrics", "/readyz", "/")
    for path in of_one:
        reply = api.get(path)
        assert reply.status == 404, path
        assert "ask a worker itself" in reply.error()["message"], path


def test_control_needs_the_token(fleet):
    bare = RelayApi(fleet.envoy.http_port)
    assert bare.call("POST", "/streams", {"url": "http://127.0.0.1:9/a"}).status == 401
    assert bare.get(f"/streams/{uuid.uuid4()}").status == 401
