"""CPU of the relay beside nginx as a plain proxy: one client of a file, 100 clients of a stream."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from measure import cpu_seconds, finish, scratch_folder, show

from support import nginx
from support.crowd import crowd, result
from support.numbered_ts import PACKET
from support.relay_api import RelayServer
from support.scripted_upstream import ScriptedUpstream
from support.upstream_answers import LiveSource, live

GIB = 1 << 30
FILE_BYTES = 2 * GIB
RUNS = 3
LIMIT = 1.3
CLIENTS = 100
BITS_PER_S, SECONDS = 8e6, 8


def cpu_of(pid: int, work: Callable[[], int]) -> float:
    """CPU seconds of the process for each GiB of work()."""
    before = cpu_seconds(pid)
    done = work()
    return (cpu_seconds(pid) - before) / (done / GIB)


def download(url: str) -> int:
    """Bytes of the file, which curl throws away."""
    argv = ["curl", "-sSf", "-o", os.devnull, "-w", "%{size_download}", url]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    assert int(done.stdout) == FILE_BYTES, done.stdout
    return FILE_BYTES


def watch(port: int, path: str) -> int:
    """Bytes that the crowd took, each of them checked."""
    packets = int(BITS_PER_S / 8 / PACKET * SECONDS)
    with crowd(port, path, CLIENTS, packets) as process:
        done = result(process)
    assert done["complete"] == CLIENTS, done
    return done["bytes"]


def compare(name: str, relayed: float, plain: float, limit: float | None) -> bool:
    print(f"{name}: relay {relayed:.3f} CPU s/GiB, nginx {plain:.3f} CPU s/GiB", flush=True)
    wanted = f"<= {limit}x" if limit else "no limit"
    ratio = relayed / plain
    return show(f"{name}, relay against nginx", ratio, "x", wanted, not limit or ratio <= limit)


def one_client(relay: RelayServer, folder: Path) -> bool:
    files = folder / "files"
    files.mkdir()
    with (files / "big.mp4").open("wb") as file:
        file.truncate(FILE_BYTES)
    origin = nginx.origin(folder / "origin", files)
    plain = nginx.proxy(folder / "proxy", origin.port)
    try:
        made = relay.api.create(origin.url("/big.mp4"), kind="vod")
        url = f"http://127.0.0.1:{relay.http_port}{made['stream_endpoint']}"
        pairs = [
            (
                cpu_of(relay.pid, lambda: download(url)),
                cpu_of(plain.pid, lambda: download(plain.url("/big.mp4"))),
            )
            for _ in range(RUNS)
        ]
    finally:
        plain.close()
        origin.close()
    best = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    return compare("one client", *best, LIMIT)


def many_clients(relay: RelayServer, folder: Path) -> bool:
    """nginx opens an upstream connection for each client, the relay one for all."""
    upstream = ScriptedUpstream()
    plain = nginx.proxy(folder / "live-proxy", upstream.port)
    try:
        url = upstream.script("/live.ts", live(LiveSource(BITS_PER_S)))
        made = relay.api.create(url, kind="live")
        relayed = cpu_of(relay.pid, lambda: watch(relay.http_port, made["stream_endpoint"]))
        upstream.script("/live.ts", live(LiveSource(BITS_PER_S)))
        proxied = cpu_of(plain.pid, lambda: watch(plain.port, "/live.ts"))
    finally:
        plain.close()
        upstream.close()
    return compare(f"{CLIENTS} clients of one stream", relayed, proxied, None)


def main() -> None:
    with scratch_folder() as folder:
        relay = RelayServer(folder / "relay", log_level="info", live_chunk_timeout_seconds=15)
        try:
            results = [one_client(relay, folder), many_clients(relay, folder)]
        finally:
            relay.close()
    finish(results)


if __name__ == "__main__":
    main()
