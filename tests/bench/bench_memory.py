"""Memory after 1,000,000 pings against after 100,000: within 5 %."""

from __future__ import annotations

import socket
import struct
from concurrent.futures import ThreadPoolExecutor

from measure import finish, resident_kib, scratch_folder, show

from support.server import OpsServer

EARLY, LATE = 100_000, 1_000_000
CONNECTIONS, BATCH = 4, 500
LIMIT = 0.05

_CALL = b"\x80\x01\x00\x01" + struct.pack(">i", 4) + b"ping" + struct.pack(">i", 1) + b"\0"
_FRAME = struct.pack(">i", len(_CALL)) + _CALL
_REPLY = struct.pack(">i", len(_CALL)) + b"\x80\x01\x00\x02" + _CALL[4:]


def ping_many(port: int, count: int) -> None:
    """Pings over one connection, sent ahead in batches; every answer is looked at."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as tcp:
        stream = tcp.makefile("rb")
        for _ in range(count // BATCH):
            tcp.sendall(_FRAME * BATCH)
            if stream.read(len(_REPLY) * BATCH) != _REPLY * BATCH:
                raise AssertionError("a ping was not answered as it should be")


def ping(port: int, count: int) -> None:
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lambda _: ping_many(port, count // CONNECTIONS), range(CONNECTIONS)))


def main() -> None:
    with scratch_folder() as folder:
        server = OpsServer(folder, token_runner="command", log_level="info")
        try:
            ping(server.port, EARLY)
            early = resident_kib(server.pid)
            ping(server.port, LATE - EARLY)
            late = resident_kib(server.pid)
        finally:
            server.close()
    print(f"resident: {early} KiB after {EARLY} pings, {late} KiB after {LATE}")
    growth = late / early - 1
    finish([show("growth", growth * 100, " %", f"<= {LIMIT:.0%}", growth <= LIMIT)])


if __name__ == "__main__":
    main()
