"""Listing 100,000 accounts: under 2 s to the last byte. And how long ytdlp-ops takes for it."""

from __future__ import annotations

import socket
import struct
import subprocess
import time

from measure import finish, scratch_folder, show

from support.paths import client_program
from support.redis_server import RedisServer
from support.server import OpsServer, base_environment

ACCOUNTS = 100_000
LIMIT_S = 2.0


def fill(redis: RedisServer) -> None:
    """Accounts with everything that an account can have."""
    now = int(time.time())
    lines = []
    for number in range(ACCOUNTS):
        account = f"account_{number:06d}"
        lines.append(
            f"HSET account_status:{account} status ACTIVE active_since {now} success_count 12 "
            f"failure_count 3 consecutive_failures 1 last_success_timestamp {now} "
            f"last_failure_timestamp {now} last_proxy_url socks5://user:word@10.0.0.1:1080 "
            f"last_server_identity ytdlp-ops"
        )
        lines.append(f"ZADD account_index 0 {account}")
    redis.fill("\n".join(lines) + "\n")


def raw_listing_s(port: int) -> float:
    """Seconds from the call to the last byte of the answer: what the server needs."""
    name = b"getAccountStatus"
    call = b"\x80\x01\x00\x01" + struct.pack(">i", len(name)) + name + struct.pack(">i", 1) + b"\0"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as tcp:
        stream = tcp.makefile("rb")
        before = time.monotonic()
        tcp.sendall(struct.pack(">i", len(call)) + call)
        (length,) = struct.unpack(">i", stream.read(4))
        answer = stream.read(length)
        took = time.monotonic() - before
    if answer.count(b"account_") < ACCOUNTS:
        raise AssertionError(f"only {answer.count(b'account_')} accounts in {length} bytes")
    print(f"{ACCOUNTS} accounts are {length / 1e6:.1f} MB")
    return took


def client_listing_s(server: OpsServer) -> float:
    """Seconds that `ytdlp-ops accounts list --json` takes, start and end included."""
    argv = [client_program(), f"--server=127.0.0.1:{server.port}", "accounts", "list", "--json"]
    before = time.monotonic()
    done = subprocess.run(
        argv, check=True, capture_output=True, env=base_environment(server.folder)
    )
    took = time.monotonic() - before
    if done.stdout.count(b"account_") < ACCOUNTS:
        raise AssertionError(done.stdout[:200])
    return took


def main() -> None:
    with scratch_folder() as folder:
        redis = RedisServer(appendfsync="no")
        try:
            fill(redis)
            server = OpsServer(
                folder, redis_url=redis.url, token_runner="command", log_level="info"
            )
            try:
                took = raw_listing_s(server.port)
                print(f"with ytdlp-ops, which decodes and prints: {client_listing_s(server):.2f} s")
            finally:
                server.close()
        finally:
            redis.close()
    finish([show("listing", took, " s", f"< {LIMIT_S} s", took < LIMIT_S)])


if __name__ == "__main__":
    main()
