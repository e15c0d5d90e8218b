"""
The pictures of docs/page.md: the page of a server at work, dark, light and on a phone.

    cd tests && /usr/bin/python3 -m support.page_shots ../docs/images
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

from . import page_world
from .browser import Browser
from .contract import WorkService
from .page_world import account_id, proxy_url
from .processes import wait_until
from .redis_server import RedisServer
from .relay_api import RelayServer
from .scripted_upstream import ScriptedUpstream
from .upstream_answers import LiveSource, head_then, live, status

DESK = (1360, 800)
PHONE = (390, 780)
BIT_RATES = (6.2e6, 3.1e6, 1.4e6, 8e6)


class Scene:
    """A server with accounts, proxies, queues, lanes and streams, on which something happens."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.redis = stack.enter_context(closing(RedisServer(appendfsync="no")))
        page_world.fill(self.redis)
        self.upstream = stack.enter_context(closing(ScriptedUpstream()))
        self.server = stack.enter_context(closing(RelayServer(
            folder / "server",
            redis_url=self.redis.url,
            server_identity="east",
            proxies=",".join(proxy_url(number) for number in range(250)),
            lanes=3,
            lane_idle="wait",
            queue="night_queue",
            account_pool="acc:50",
            download_dir=folder / "media",
        )))
        self.other = stack.enter_context(closing(RelayServer(
            folder / "other",
            redis_url=self.redis.url,
            service_role="worker",
            server_identity="west",
            proxies=",".join(proxy_url(number) for number in range(250, 500)),
        )))
        self._streams(stack)
        self._happenings()

    def _streams(self, stack: ExitStack) -> None:
        for number, rate in enumerate(BIT_RATES):
            good = self.upstream.script(f"/channel-{number}.ts", live(LiveSource(rate)))
            urls = [good] if number else [
                self.upstream.script("/channel-0-first.ts", status(503)), good]
            made = self.server.api.create(*urls, kind="live")
            for _ in range(number + 1):
                stack.enter_context(closing(self.server.api.watch(made["stream_endpoint"])))
        stuck = self.upstream.script("/quiet.ts", head_then("stall"))
        made = self.other.api.create(stuck, kind="live")
        stack.enter_context(closing(self.other.api.watch(made["stream_endpoint"])))

    def _happenings(self) -> None:
        with self.server.client(service=WorkService) as work:
            for queue, number in (("video_queue", 340), ("shorts", 41)):
                work.pushUrls(queue, [f"https://a.example/{n}" for n in range(number)])
                for n in range(number // 8):
                    item = work.pullUrl(queue, "lane-1", 600)
                    if n % 9 == 5:
                        work.markFailure(queue, item.itemId, '{"errorCode": "PRIVATE_VIDEO"}')
                    elif n % 8 < 7:
                        work.markSuccess(queue, item.itemId, "{}")
        with self.server.client() as client:
            for number in (31, 62, 124, 155, 186):
                client.banAccount(account_id(number), "cookies have expired", 3600 * (number % 4))
                time.sleep(0.2)
            client.unbanAccount(account_id(62))
            client.banProxy("east", proxy_url(9), "too slow", 0)
            client.banAccount(account_id(2), "", -1)


def shoot(page: Browser, path: Path) -> None:
    """With a palette, which makes a third of the file."""
    with tempfile.NamedTemporaryFile(suffix=".png") as whole:
        page.shoot(Path(whole.name))
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-i", whole.name, "-vf",
             "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=dither=none", path],
            check=True,
        )


def main(target: Path) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ytops-")))
        scene = Scene(folder, stack)
        page = stack.enter_context(closing(Browser(folder / "browser", *DESK)))
        page.prefer("dark")
        page.open(f"http://127.0.0.1:{scene.server.http_port}/")
        wait_until(lambda: page.text("#tab-streams .legend").startswith("10 clients"), "players")
        shoot(page, target / "page-accounts-dark.png")
        page.click("#tab-streams")
        # Until there is something to draw of the bit rates.
        longest = "Math.max(0, ...[...store.rates.values()].map((each) => each.length))"
        wait_until(lambda: page.run(f"return {longest}") > 9, "the bit rates", 60)
        shoot(page, target / "page-streams-dark.png")
        page.prefer("light")
        page.click("#tab-proxies")
        wait_until(lambda: len(page.texts(".row")) > 10, "the proxies")
        shoot(page, target / "page-proxies-light.png")
        page.resize(*PHONE, is_phone=True)
        page.click("#tab-accounts")
        wait_until(lambda: page.find(".row").size["height"] > 50, "cards")
        shoot(page, target / "page-phone-light.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
