"""A web site of one page whose video moves, on the ScriptedUpstream."""

from __future__ import annotations

import json
import time
from itertools import count
from typing import Any

from .relay_api import RelayApi
from .scripted_upstream import Answer, Gate, Request, ScriptedUpstream
from .upstream_answers import File, gated, status, text
from .upstream_exchange import Exchange

ACCOUNT = "acc_01"


class PageSite:
    """A page whose video has another address, of the same file, each time the page is asked for."""

    def __init__(self, upstream: ScriptedUpstream, body: bytes) -> None:
        self.upstream = upstream
        self.body = body
        self.n_media = 0

    def page(self, *media: str, **headers: str) -> str:
        """The URL of a page that names these media, one after the other; the last one for ever."""
        named = {"content_type": "text/html", **headers}
        answers = [status(200, _page(each).encode(), **named) for each in media]
        return self.upstream.script("/page", *answers)

    def gated_page(self, gate: Gate, media: str) -> str:
        """A page that is not answered before the gate opens."""
        return self.upstream.script("/page", gated(gate, text(_page(media), "text/html")))

    def media(self, *answers: Answer, expires_in_s: int = 3600) -> str:
        """
        The URL of a copy of the file, on a host that names it in its own way. `answers` are for the
        relay, in their order; the last one, or else the file, is for all that follow.
        """
        self.n_media += 1
        whole = File(self.body, etag=f'"copy-{self.n_media}"')
        return self._script(f"/copy{self.n_media}.mp4", whole, answers or (whole,), expires_in_s)

    def live_media(self, *answers: Answer) -> str:
        """A copy that is a live transport stream."""
        self.n_media += 1
        found = status(200, b"", content_type="video/mp2t")
        return self._script(f"/copy{self.n_media}.ts", found, answers, 3600)

    def hls_media(self, path: str, *answers: Answer) -> str:
        """A playlist."""
        return self._script(path, answers[0], answers, 3600)

    def _script(
        self, path: str, found: Answer, answers: tuple[Answer, ...], expires_in_s: int
    ) -> str:
        """The extractor, which may look at what it finds, gets `found`."""
        seen = count()

        async def answer(exchange: Exchange) -> None:
            if by_relay(exchange.request):
                await answers[min(next(seen), len(answers) - 1)](exchange)
            else:
                await found(exchange)

        url = self.upstream.script(path, answer)
        return f"{url}?expire={int(time.time()) + expires_in_s}"

    def broken(self, after: int, then: str = "reset") -> File:
        """The next copy of the file, whose transfer breaks after so many bytes."""
        return File(self.body, etag=f'"copy-{self.n_media + 1}"', stop_after=after, then=then)

    def asked(self, number: int) -> list[Request]:
        """The relay's requests for a copy."""
        return [each for each in self.upstream.requests(f"/copy{number}.mp4") if by_relay(each)]

    def pages(self) -> int:
        """How often the page was read."""
        return len(self.upstream.requests("/page"))


def of_page(api: RelayApi, page: str, **spec: Any) -> str:
    """Makes a stream of the page for ACCOUNT; the path that it plays at."""
    made = api.create(page, account_id=ACCOUNT, **spec)
    assert made["primary_url"] == page
    return made["stream_endpoint"]


def plays(api: RelayApi, path: str, site: PageSite) -> bool:
    """Whether the path gives the whole file of the site."""
    reply = api.get(path)
    return (reply.status, reply.body == site.body, reply.broken) == (200, True, False)


def by_relay(request: Request) -> bool:
    """The relay takes the bytes as they are, and never sends what yt-dlp sends."""
    return "accept-encoding" not in request.headers


def _page(media: str) -> str:
    """yt-dlp's generic extractor finds the video by its JSON-LD."""
    video = {"@type": "VideoObject", "@context": "https://schema.org", "name": "A video"}
    told = json.dumps(video | {"description": "x", "contentUrl": media})
    script = f'<script type="application/ld+json">{told}</script>'
    return f"<html><head><title>page</title>{script}</head></html>"
