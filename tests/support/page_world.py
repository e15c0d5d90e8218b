"""What the page is tested with: thousands of accounts, hundreds of proxies, as servers keep it."""

from __future__ import annotations

import json
import time

from .redis_server import RedisServer

ACCOUNTS = 2000
PROXIES = 500
IDENTITIES = ("east", "west")
SECRET = "pr0xy-s3cret"

_REASONS = (
    "BOT_DETECTED: Sign in to confirm you are not a bot",
    "HTTP_429: Too Many Requests",
    "LOGIN_REQUIRED: The cookies of this account are no longer valid",
)


def account_id(number: int) -> str:
    return f"acc_{number:04}"


def account_state(number: int) -> str:
    """Of every ten accounts one rests, of every twenty-five one is banned."""
    if number % 25 == 7:
        return "BANNED"
    return "RESTING" if number % 10 == 3 else "ACTIVE"


def proxy_url(number: int) -> str:
    return f"socks5://user{number:03}:{SECRET}@10.{number // 250}.{number % 250}.17:1080"


def shown_url(number: int) -> str:
    return proxy_url(number).replace(SECRET, "***")


def proxy_identity(number: int) -> str:
    return IDENTITIES[number * len(IDENTITIES) // PROXIES]


def proxy_state(number: int) -> str:
    return "BANNED" if number % 20 == 4 else "ACTIVE"


def _account(number: int, now: int) -> str:
    state, key = account_state(number), f"account_status:{account_id(number)}"
    used = number % 97
    fields = {
        "status": state,
        "success_count": used * 11,
        "failure_count": used * (number % 5),
        "consecutive_failures": number % 3 if state == "ACTIVE" else 0,
        "last_proxy_url": proxy_url(number % PROXIES),
        "last_server_identity": proxy_identity(number % PROXIES),
    }
    if used:
        fields["last_success_timestamp"] = now - used * 60
    if state != "ACTIVE":
        fields["status_until"] = now + 600 + number
    if state == "BANNED":
        fields["reason"] = _REASONS[number % 3]
    words = " ".join(f"{name} {json.dumps(str(value))}" for name, value in fields.items())
    return f"HSET {key} {words}\nZADD account_index 0 {account_id(number)}\n"


def _proxy(number: int, now: int) -> str:
    state, identity, url = proxy_state(number), proxy_identity(number), proxy_url(number)
    banned = state == "BANNED"
    entry = {
        "status": state,
        "success_count": 40 * (number % 31),
        "failure_count": 3 * (number % 13),
        "last_success_timestamp": now - 30 * number,
        "last_failure_timestamp": now - 45 * number,
        "ban_reason": "3 failures with 3 accounts in 3600 s" if banned else None,
        "banned_until": now + 1200 + number if banned else None,
    }
    return (
        f"HSET proxies:{identity} {url} {json.dumps(json.dumps(entry))}\n"
        f"ZADD proxy_order:{identity} {number} {url}\n"
        f"SADD server_identities {identity}\n"
    )


def fill(redis: RedisServer, accounts: int = ACCOUNTS, proxies: int = PROXIES) -> None:
    """Puts them into Redis."""
    now = int(time.time())
    everything = [_account(number, now) for number in range(accounts)]
    everything += [_proxy(number, now) for number in range(proxies)]
    # At once: each command by itself would be synced to the disk.
    redis.fill("".join(["MULTI\n", *everything, "EXEC\n"]))
