"""The choice of an account out of 10,000, half of them banned, against 10: at most 1.5 times."""

from __future__ import annotations

import subprocess

from measure import finish, show

from support.paths import BUILD
from support.redis_server import RedisServer

SMALL, LARGE, ROUNDS = 10, 10_000, 4000
LIMIT = 1.5


def main() -> None:
    redis = RedisServer(appendfsync="no")
    try:
        shown = subprocess.run(
            [BUILD / "bin/bench_assign", redis.url, str(SMALL), str(LARGE), str(ROUNDS)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    finally:
        redis.close()
    medians = dict(word.split("=") for word in shown.split())
    small, large = float(medians["small_us"]), float(medians["large_us"])
    print(f"median of {ROUNDS} choices: {SMALL} accounts {small} us, {LARGE} accounts {large} us")
    ratio = large / small
    finish([show("assignment, many against few", ratio, "x", f"<= {LIMIT}x", ratio <= LIMIT)])


if __name__ == "__main__":
    main()
