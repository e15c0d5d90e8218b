"""The page with 2,000 accounts and 500 proxies: its first paint, and what an update costs."""

from __future__ import annotations

import statistics
from pathlib import Path

from measure import cpu_seconds, finish, scratch_folder, show

from support import page_world
from support.browser import Browser
from support.redis_server import RedisServer
from support.server import OpsServer
from support.status_feed import StatusFeed

LOADS = 15
UPDATES = 60
_FIRST_PAINT = "return performance.getEntriesByName('first-paint')[0]?.startTime"
PAINT_MS = 100.0
UPDATE_MS = 5.0


def first_paint_ms(browser: Browser, url: str) -> float:
    """Median of the times from the navigation to the first paint, in a browser that runs."""
    paints = []
    for _ in range(LOADS):
        # The end of the page before is not this one's.
        browser.open(f"{url}healthz")
        browser.open(url)
        paints.append(browser.wait(lambda: browser.run(_FIRST_PAINT), "it paints"))
    return statistics.median(paints)


def update_ms(server: OpsServer, feed: StatusFeed) -> tuple[float, float]:
    """Median cost of an update as the server measures it, and CPU time of the server for each."""
    before, first = cpu_seconds(server.pid), len(feed.costs_ms())
    with server.client() as client:
        for number in range(UPDATES):
            account = page_world.account_id(number)
            client.banAccount(account, f"the {number}", 600)
            feed.wait(
                lambda a=account, n=number: feed.row("accounts", a).get("reason") == f"the {n}",
                "the update comes",
            )
    costs = feed.costs_ms()[first:]
    return statistics.median(costs), (cpu_seconds(server.pid) - before) / len(costs) * 1000


def measure(folder: Path, redis: RedisServer) -> tuple[float, float, float]:
    """First paint, cost of an update, and its CPU time, all in ms."""
    server = OpsServer(folder / "server", redis_url=redis.url, service_role="management")
    port = int(server.find_entry("ready")["http_port"])
    try:
        browser = Browser(folder / "browser")
        try:
            paint = first_paint_ms(browser, f"http://127.0.0.1:{port}/")
        finally:
            browser.close()
        feed = StatusFeed(port)
        try:
            return (paint, *update_ms(server, feed))
        finally:
            feed.close()
    finally:
        server.close()


def main() -> None:
    with scratch_folder() as folder:
        redis = RedisServer(appendfsync="no")
        try:
            page_world.fill(redis)
            paint, update, cpu = measure(folder, redis)
        finally:
            redis.close()
    print(f"each update: {cpu:.2f} ms of the server's CPU time, the RPC behind it included")
    finish(
        [
            show("first paint", paint, " ms", f"< {PAINT_MS} ms", paint < PAINT_MS),
            show("an update", update, " ms", f"< {UPDATE_MS} ms", update < UPDATE_MS),
        ]
    )


if __name__ == "__main__":
    main()
