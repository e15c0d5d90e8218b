"""Files: whatever breaks, the client gets every byte once, or learns that it did not."""

from __future__ import annotations

import http.client
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from support.processes import wait_until
from support.relay_api import RelayApi
from support.upstream_answers import File, drip, reset, silence, some_bytes, status

pytestmark = [pytest.mark.relay]

BODY = some_bytes(400_000)
RUNS, WORKERS = 1000, 12
THENS = ("reset", "end", "stall")


def vod(api: RelayApi, *urls: str, **spec) -> str:
    """Makes a stream; the path to watch it at."""
    return api.create(*urls, kind="vod", **spec)["stream_endpoint"]


@pytest.mark.sanitizer
def test_whole_file(api, upstream):
    path = vod(api, upstream.script("/a.mp4", File(BODY)))
    reply = api.get(path)
    assert (reply.status, reply.body == BODY) == (200, True)
    assert reply.headers["content-length"] == str(len(BODY))
    assert reply.headers["content-type"] == "video/mp4"
    assert reply.headers["accept-ranges"] == "bytes"
    assert reply.headers["etag"] == '"v1"'
    assert reply.headers["last-modified"] == File(b"").last_modified


@pytest.mark.sanitizer
def test_kind_is_found_out(api, upstream):
    made = api.create(upstream.script("/a.mp4", File(BODY)))
    assert api.get(made["stream_endpoint"]).body == BODY
    assert api.stream(made["stream_id"])["kind"].lower() == "vod"


@pytest.mark.sanitizer
def test_found_out_to_be_a_file_it_may_pause_as_one(make_relay, upstream):
    """What finds the kind out begins with the chunk timeout of live streams."""
    relay = make_relay(live_chunk_timeout_seconds=0.3, vod_chunk_timeout_seconds=20)
    made = relay.api.create(upstream.script("/a", drip(b"abc", 1, 0.8)))
    reply = relay.api.get(made["stream_endpoint"])
    assert (reply.body, reply.broken) == (b"abc", False)
    assert len(upstream.requests("/a")) == 1


@pytest.mark.sanitizer
@pytest.mark.parametrize(
    ("wanted", "first", "end"),
    [
        ("bytes=0-", 0, 400_000),
        ("bytes=0-0", 0, 1),
        ("bytes=1000-1999", 1000, 2000),
        ("bytes=399999-", 399_999, 400_000),
        ("bytes=399990-999999", 399_990, 400_000),
        ("bytes=-500", 399_500, 400_000),
    ],
)
def test_range(api, upstream, wanted, first, end):
    path = vod(api, upstream.script("/a.mp4", File(BODY)))
    reply = api.get(path, Range=wanted)
    assert (reply.status, reply.body == BODY[first:end]) == (206, True)
    assert reply.headers["content-range"] == f"bytes {first}-{end - 1}/{len(BODY)}"
    assert reply.headers["content-length"] == str(end - first)


@pytest.mark.sanitizer
def test_range_past_the_end(api, upstream):
    path = vod(api, upstream.script("/a.mp4", File(BODY)))
    reply = api.get(path, Range="bytes=400000-")
    assert reply.status == 416
    assert reply.headers["content-range"] == "bytes */400000"


@pytest.mark.sanitizer
def test_if_range_of_another_file_gets_the_whole(api, upstream):
    path = vod(api, upstream.script("/a.mp4", File(BODY)))
    assert api.get(path, Range="bytes=5-", If_Range='"v1"').status == 206
    whole = api.get(path, Range="bytes=5-", If_Range='"v0"')
    assert (whole.status, whole.body == BODY) == (200, True)


@pytest.mark.sanitizer
def test_head(api, upstream):
    path = vod(api, upstream.script("/a.mp4", File(BODY)))
    reply = api.call("HEAD", path)
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["content-length"] == str(len(BODY))
    ranged = api.call("HEAD", path, headers={"Range": "bytes=10-19"})
    assert ranged.status in (200, 206)


@pytest.mark.sanitizer
def test_empty_file(api, upstream):
    reply = api.get(vod(api, upstream.script("/a.mp4", File(b""))))
    assert (reply.status, reply.body, reply.broken) == (200, b"", False)


@pytest.mark.sanitizer
@pytest.mark.parametrize("then", THENS)
@pytest.mark.parametrize("wanted", [None, "bytes=1000-", "bytes=1000-299999", "bytes=-300000"])
def test_break_is_resumed_at_the_exact_byte(api, upstream, then, wanted):
    broken = File(BODY, stop_after=123_457, then=then)
    path = vod(api, upstream.script("/a.mp4", broken, broken, File(BODY)))
    headers = {"Range": wanted} if wanted else {}
    reply = api.get(path, **headers)
    assert not reply.broken
    assert reply.body == expected(wanted)
    resumed = upstream.requests("/a.mp4")[1]
    assert resumed.headers["range"].startswith(f"bytes={expected_first(wanted) + 123_457}-")
    assert resumed.headers["if-range"] == '"v1"'


def expected_first(wanted: str | None) -> int:
    """The byte that a Range of BODY begins at."""
    if wanted is None:
        return 0
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    return int(first) if first else len(BODY) - int(last)


def expected(wanted: str | None) -> bytes:
    """What a Range of BODY is to give."""
    first, _, last = (wanted or "bytes=0-").removeprefix("bytes=").partition("-")
    return BODY[expected_first(wanted) : int(last) + 1 if first and last else len(BODY)]


@pytest.mark.sanitizer
@pytest.mark.parametrize(
    "dead",
    [reset(), silence(), status(503), status(404)],
    ids=["reset", "silence", "503", "404"],
)
def test_resumed_at_a_failover_url(api, upstream, dead):
    first = upstream.script("/a.mp4", File(BODY, stop_after=99_999), dead)
    second = upstream.script("/b.mp4", File(BODY))
    reply = api.get(vod(api, first, second))
    assert (reply.body == BODY, reply.broken) == (True, False)
    assert upstream.requests("/b.mp4")[0].headers["range"].startswith("bytes=99999-")


@pytest.mark.sanitizer
def test_resumed_at_a_failover_url_with_an_etag_of_its_own(api, upstream):
    """Each host names the file as it likes: length and Last-Modified tell that it is the same."""
    first = upstream.script("/a.mp4", File(BODY, stop_after=99_999), status(404))
    second = upstream.script("/b.mp4", File(BODY, etag='"on-another-host"'))
    reply = api.get(vod(api, first, second))
    assert (reply.body == BODY, reply.broken) == (True, False)
    assert "if-range" not in upstream.requests("/b.mp4")[0].headers


@pytest.mark.sanitizer
def test_resumed_by_last_modified_where_there_is_no_etag(api, upstream):
    url = upstream.script("/a.mp4", File(BODY, etag=None, stop_after=99_999), File(BODY, etag=None))
    assert api.get(vod(api, url)).body == BODY
    assert upstream.requests("/a.mp4")[1].headers["if-range"] == File(b"").last_modified


@pytest.mark.sanitizer
def test_weak_etag_is_no_validator_for_ranges(api, upstream):
    """Its file can be resumed by Last-Modified, or not at all; never by If-Range: W/..."""
    file = File(BODY, etag='W/"v1"')
    url = upstream.script("/a.mp4", replace(file, stop_after=99_999), file)
    reply = api.get(vod(api, url))
    assert reply.body == BODY or (reply.broken and BODY.startswith(reply.body))
    assert not upstream.requests("/a.mp4")[1].headers.get("if-range", "").startswith("W/")


OTHER = some_bytes(400_000, seed=2)


@pytest.mark.sanitizer
@pytest.mark.parametrize(
    "later",
    [
        File(OTHER, etag='"v2"', last_modified="Sun, 04 Jan 2026 10:00:00 GMT"),
        File(OTHER, etag='"v2"', last_modified="Sun, 04 Jan 2026 10:00:00 GMT", ranges=False),
        File(OTHER, etag='"v2"'),
        File(BODY[:-1]),
        File(BODY + b"x"),
    ],
    ids=["new-etag", "new-etag-no-range", "new-etag-same-date", "shorter", "longer"],
)
def test_another_file_is_never_mixed_in(api, upstream, later):
    url = upstream.script("/a.mp4", File(BODY, stop_after=99_999), later)
    player = api.watch(vod(api, url))
    body = player.wait_end()
    assert player.broken
    assert body == BODY[:99_999]


@pytest.mark.sanitizer
def test_another_file_on_a_failover_url_is_never_mixed_in(api, upstream):
    first = upstream.script("/a.mp4", File(BODY, stop_after=99_999), status(404))
    second = upstream.script("/b.mp4", File(OTHER[:-5], etag='"v2"'))
    player = api.watch(vod(api, first, second))
    assert BODY.startswith(player.wait_end())
    assert player.broken


@pytest.mark.sanitizer
def test_upstream_that_cannot_resume(api, upstream):
    file = File(BODY, ranges=False)
    url = upstream.script("/a.mp4", replace(file, stop_after=99_999), file)
    player = api.watch(vod(api, url))
    assert BODY.startswith(player.wait_end())
    assert player.broken


@pytest.mark.sanitizer
@pytest.mark.parametrize("then", ["end", "reset"])
def test_more_promised_than_there_is(api, upstream, then):
    url = upstream.script("/a.mp4", File(BODY, extra_length=1000, then=then))
    player = api.watch(vod(api, url))
    assert player.wait_end() == BODY
    assert player.broken


@pytest.mark.sanitizer
def test_retries_are_given_back_by_data(api, upstream):
    """Twenty breaks, two retries each."""
    breaks = [File(BODY, stop_after=15_000)] * 20
    url = upstream.script("/a.mp4", *breaks, File(BODY))
    reply = api.get(vod(api, url))
    assert (reply.body == BODY, reply.broken) == (True, False)


def test_slow_client_holds_the_upstream_back(relay, api, upstream):
    """The relay keeps a little of the file, not all that the client has not taken."""
    body = some_bytes(64 * 1024 * 1024)
    url = upstream.script("/a.mp4", File(body))
    made = api.create(url, kind="vod")
    connection = http.client.HTTPConnection("127.0.0.1", api.port)
    connection.request("GET", made["stream_endpoint"])
    response = connection.getresponse()
    assert response.read(1000) == body[:1000]
    taken = stops_growing(lambda: api.stream(made["stream_id"])["bytes_from_upstream"])
    assert taken < len(body) // 2
    assert body[:1000] + response.read() == body
    assert len(upstream.requests("/a.mp4")) == 1
    connection.close()


def stops_growing(count) -> int:
    """The value that count() has come to rest at."""
    seen: list[int] = []

    def rests() -> bool:
        seen.append(count())
        return len(seen) > 20 and len(set(seen[-20:])) == 1

    wait_until(rests, "it stops growing")
    return seen[-1]


def test_client_that_goes_ends_the_fetch(api, upstream):
    url = upstream.script("/a.mp4", File(some_bytes(32 * 1024 * 1024)))
    player = api.watch(vod(api, url))
    player.wait_bytes(1)
    player.close()
    upstream.wait_inactive("/a.mp4")


class Trial:
    """One run: a file, how it breaks, what is asked for. All of it follows from the seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random = random.Random(seed)
        self.size = self._random.randint(1, 120_000)
        self.first = self._random.randrange(len(BODY) - self.size)
        self.body = BODY[self.first : self.first + self.size]
        self.range, self.wanted = self._range()
        self.chunk = self._random.randint(1, 20_000)

    def _range(self) -> tuple[str | None, bytes]:
        a, b = sorted(self._random.randrange(self.size) for _ in range(2))
        return self._random.choice(
            [
                (None, self.body),
                (None, self.body),
                (f"bytes={a}-", self.body[a:]),
                (f"bytes={a}-{b}", self.body[a : b + 1]),
                (f"bytes=-{a + 1}", self.body[-a - 1 :]),
            ]
        )

    def answers(self) -> list:
        """Up to four breaks, each after at least a byte, then the file."""
        breaks = [
            File(
                self.body,
                stop_after=self._random.randint(1, max(1, self.size // 2)),
                then=self._random.choices(THENS, (10, 10, 1))[0],
                piece=self._random.randint(1, 20_000),
            )
            for _ in range(self._random.randint(1, 4))
        ]
        return [*breaks, File(self.body, piece=self._random.randint(1, 20_000))]

    def run(self, api: RelayApi, upstream) -> None:
        url = upstream.script(f"/{self.seed}.mp4", *self.answers())
        spare = upstream.script(f"/{self.seed}.spare.mp4", File(self.body))
        urls = (url, spare) if self._random.random() < 0.5 else (url,)
        made = api.create(*urls, kind="vod", settings=self._settings(len(urls)))
        status_code, body = self._read(api.port, made["stream_endpoint"])
        assert status_code == (206 if self.range else 200), self
        assert body == self.wanted, self
        api.ask("DELETE", f"/streams/{made['stream_id']}")

    def _settings(self, n_urls: int) -> dict:
        retries = self._random.choice([0, 3]) if n_urls > 1 else 3
        return {
            "stream_retry_attempts": retries,
            "stream_retry_delay": 0.01,
            "vod_chunk_timeout_seconds": 0.5,
        }

    def _read(self, port: int, path: str) -> tuple[int, bytes]:
        """In pieces of this trial's size."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path, headers={"Range": self.range} if self.range else {})
        response = connection.getresponse()
        pieces = []
        while piece := response.read(self.chunk):
            pieces.append(piece)
        connection.close()
        return response.status, b"".join(pieces)

    def __repr__(self) -> str:
        return f"trial {self.seed}: {self.size} bytes, Range {self.range}"


@pytest.mark.timeout(600)
def test_a_thousand_random_breaks(api, upstream):
    """Random break points, piece sizes, and ranges: the bytes are the file's, always."""
    with ThreadPoolExecutor(WORKERS) as pool:
        for _ in pool.map(lambda seed: Trial(seed).run(api, upstream), range(RUNS)):
            pass
