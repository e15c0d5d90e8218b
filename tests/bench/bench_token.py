"""A warm token job against `yt-dlp -J` of the same URL through the same proxy: 6 times less CPU."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

from measure import cpu_seconds, finish, scratch_folder, show

from support.calls import token_request
from support.mapping_socks5 import MappingSocks5
from support.media import media_dir
from support.media_server import MediaServer
from support.paths import BUILD, ytdlp_program
from support.processes import descendants_of
from support.server import OpsServer, base_environment
from support.youtube_cases import watch_url
from support.youtube_double import YoutubeDouble

JOBS, COMMANDS = 40, 5
LIMIT = 6.0


def tree_cpu(pid: int) -> float:
    """CPU time of the server with its redis-server and its workers."""
    return sum(cpu_seconds(each) for each in [pid, *descendants_of(pid)])


def warm_job_cpu(server: OpsServer, url: str) -> float:
    with server.client() as client:
        client.getToken(token_request(url))
        before = tree_cpu(server.pid)
        for _ in range(JOBS):
            client.getToken(token_request(url))
        return (tree_cpu(server.pid) - before) / JOBS


def command_cpu(url: str, proxy: str, home: Path) -> float:
    argv = [ytdlp_program(), "-J", "--ignore-config", "--no-check-certificates", "--proxy", proxy]

    def once() -> None:
        subprocess.run(
            [*argv, "--", url], check=True, capture_output=True, env=base_environment(home)
        )

    once()
    return children_cpu(once) / COMMANDS


def children_cpu(call: Callable[[], None]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(COMMANDS):
        call()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(name: str, url: str, proxy: str, server: OpsServer, folder: Path) -> bool:
    warm, command = warm_job_cpu(server, url), command_cpu(url, proxy, folder)
    print(f"{name}: warm job {warm * 1000:.1f} ms of CPU, yt-dlp -J {command * 1000:.1f} ms")
    ratio = command / warm
    return show(f"{name}, command against warm job", ratio, "x", f">= {LIMIT}x", ratio >= LIMIT)


def main() -> None:
    with scratch_folder() as folder:
        media = media_dir(BUILD)
        web, youtube = MediaServer(media), YoutubeDouble(media, folder)
        proxy = MappingSocks5(youtube.host_map)
        server = OpsServer(
            folder / "server",
            proxies=proxy.url,
            log_level="info",
            worker_max_jobs=10_000,
            ytdlp_args="--no-check-certificates",
        )
        pages = {"local media": web.url("video.mp4"), "YouTube's double": watch_url("playable")}
        try:
            results = [compare(name, url, proxy.url, server, folder) for name, url in pages.items()]
        finally:
            for thing in (server, proxy, youtube, web):
                thing.close()
    finish(results)


if __name__ == "__main__":
    main()
