"""One use of a large pool against one of a small pool: runs a program made with growth.c."""

from __future__ import annotations

import subprocess

from measure import finish, show

from support.paths import BUILD
from support.redis_server import RedisServer

SMALL, LARGE, ROUNDS = 10, 10_000, 4000
LIMIT = 1.5


def compare(program: str, name: str, uses: str, things: str) -> None:
    """Ends the program, with status 1 where the large pool takes more than LIMIT times as long."""
    redis = RedisServer(appendfsync="no")
    try:
        shown = subprocess.run(
            [BUILD / "bin" / program, redis.url, str(SMALL), str(LARGE), str(ROUNDS)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    finally:
        redis.close()
    medians = dict(word.split("=") for word in shown.split())
    small, large = float(medians["small_us"]), float(medians["large_us"])
    print(f"median of {ROUNDS} {uses}: {SMALL} {things} {small} us, {LARGE} {things} {large} us")
    ratio = large / small
    finish([show(f"{name}, many against few", ratio, "x", f"<= {LIMIT}x", ratio <= LIMIT)])
