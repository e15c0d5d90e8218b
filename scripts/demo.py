#!/usr/bin/python3
"""
The whole system on this machine, without the Internet: scripts/run --demo.

A double of YouTube behind local SOCKS5 proxies, some of them bad; lanes that work through a queue;
a live stream whose upstream keeps breaking, and players that watch it. Ctrl-C ends everything.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.mapping_socks5 import Behaviour, MappingSocks5  # noqa: E402
from support.media import media_dir  # noqa: E402
from support.paths import (  # noqa: E402
    BUILD, client_program, server_program, worker_script, ytdlp_program, ytdlp_python)
from support.relay_api import RelayApi  # noqa: E402
from support.scripted_upstream import ScriptedUpstream  # noqa: E402
from support.upstream_exchange import Exchange  # noqa: E402
from support.youtube_cases import watch_url  # noqa: E402
from support.youtube_double import YoutubeDouble  # noqa: E402

QUEUE = "demo"
VIDEOS = ["playable"] * 40 + ["private"] * 4 + ["unavail"] * 2 + ["bot", "http429"]
BATCH = 30
POOL = "demo:24"
LIVE_BYTES_PER_S = 60_000

# Minutes where production has hours, so that something happens while one looks.
SETTINGS = {
    "account-active-duration-min": 1,
    "account-cooldown-duration-min": 1,
    "account-ban-duration-s": 90,
    "proxy-ban-duration-s": 30,
    "failure-window-s": 60,
    "failure-threshold-count": 4,
    "failure-threshold-unique-accounts": 4,
    "token-workers": 2,
    "lanes": 3,
    "queue": QUEUE,
    "account-pool": POOL,
    "on-bannable-failure": "retry_and_ban_account_only",
    "lane-idle": "wait",
    "relay-allow-private": "true",
    "stream-retry-attempts": 1,
    "drain-grace-s": 0,
    "drain-timeout-s": 5,
    "log-format": "text",
}


class Stopped(Exception):
    """Ctrl-C, or SIGTERM."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/run --demo", description=__doc__.split("\n")[1])
    parser.add_argument("--port", type=int, default=9090, help="Thrift port of the server")
    parser.add_argument("--http-port", type=int, default=8085, help="port of the page")
    parser.add_argument("--seconds", type=float, default=0,
                        help="end after this; 0: never")
    options = parser.parse_args()

    signal.signal(signal.SIGTERM, _raise_stopped)
    signal.signal(signal.SIGINT, _raise_stopped)
    folder = Path(tempfile.mkdtemp(prefix="ytops-demo-"))
    try:
        with ExitStack() as stack:
            return _show(stack, folder, options)
    except Stopped:
        print("\nended; nothing of it stays behind")
        return 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _raise_stopped(*_: object) -> None:
    raise Stopped


def _show(stack: ExitStack, folder: Path, options: argparse.Namespace) -> int:
    media = media_dir(BUILD)
    youtube = YoutubeDouble(media, folder)
    stack.callback(youtube.close)
    proxies = [MappingSocks5(youtube.host_map, "demo", f"secret{n}") for n in range(5)]
    for proxy in proxies:
        stack.callback(proxy.close)
    proxies[4].behaviour = Behaviour.REFUSE_TARGETS
    server = stack.enter_context(_server(folder, proxies, options))
    client = [str(client_program()), "--server", f"127.0.0.1:{options.port}"]
    _await_server(client, server, folder)

    api = RelayApi(options.http_port)
    stack.enter_context(_live_stream(folder, api))
    _introduce(folder, options)
    end = time.monotonic() + options.seconds if options.seconds else float("inf")
    while time.monotonic() < end and server.poll() is None:
        _keep_busy(client, proxies[3])
        _keep_lanes(client)
        _print_status(client)
        time.sleep(2)
    return server.poll() or 0


@contextmanager
def _server(folder: Path, proxies: list[MappingSocks5],
            options: argparse.Namespace) -> Iterator[subprocess.Popen[bytes]]:
    settings = SETTINGS | {
        "port": options.port,
        "http-port": options.http_port,
        "data-dir": folder / "data",
        "download-dir": folder / "downloads",
        "python": ytdlp_python(),
        "ytdlp": ytdlp_program(),
        "worker-script": worker_script(),
        "ytdlp-args": "--no-check-certificates",  # the double's certificate is its own
    }
    argv = [str(server_program()), *(f"--{name}={value}" for name, value in settings.items())]
    environment = os.environ | {"YTDLP_OPS_PROXIES": ",".join(proxy.url for proxy in proxies)}
    with (folder / "server.log").open("wb") as log:
        # A group of its own: Ctrl-C on the terminal is for this script, which ends it in order.
        process = subprocess.Popen(argv, stdout=log, stderr=log, env=environment,
                                   start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_server(client: list[str], server: subprocess.Popen[bytes], folder: Path) -> None:
    while subprocess.run([*client, "ping"], capture_output=True).returncode != 0:
        if server.poll() is not None:
            sys.exit("the server did not start:\n" + (folder / "server.log").read_text())
        time.sleep(0.2)


def _introduce(folder: Path, options: argparse.Namespace) -> None:
    program = os.path.relpath(client_program())
    server = "" if options.port == 9090 else f" --server 127.0.0.1:{options.port}"
    print(f"""
The demo runs: {SETTINGS["lanes"]} lanes work through the queue '{QUEUE}', with 24 accounts and 5
proxies.

  the page          http://127.0.0.1:{options.http_port}/
  accounts          {program}{server} accounts list
  proxies           {program}{server} proxies list
  lanes             {program}{server} lane status
  changes of state  {program}{server} events --follow
  its log           {folder}/server.log

One proxy refuses every target and is banned; another dies now and then; some videos are private,
and some take the account for a bot. The live stream's upstreams break in turn. Ctrl-C ends it.
""")


def _keep_busy(client: list[str], flaky: MappingSocks5) -> None:
    """Fills the queue up before it runs dry, and lets the flaky proxy die and come back."""
    status = _status(client)
    if status.get("inbox", 0) < BATCH // 2:
        urls = [watch_url(random.choice(VIDEOS), random.randrange(100)) for _ in range(BATCH)]
        subprocess.run([*client, "queue", "push", QUEUE, "--file", "-"],
                       input="\n".join(urls).encode(), stdout=subprocess.DEVNULL, check=True)
    if random.random() < 0.1:
        flaky.die()
    elif random.random() < 0.3:
        flaky.die()
        flaky.revive()


def _keep_lanes(client: list[str]) -> None:
    """A lane stops where two accounts failed at one URL; an operator would start another."""
    told = subprocess.run([*client, "--json", "lane", "status"], capture_output=True)
    lanes = json.loads(told.stdout)["lanes"] if told.returncode == 0 else []
    missing = SETTINGS["lanes"] - sum(lane["state"] != "STOPPED" for lane in lanes)
    if lanes and missing > 0:
        subprocess.run([*client, "lane", "start", "--count", str(missing)],
                       stdout=subprocess.DEVNULL)


def _status(client: list[str]) -> dict[str, int]:
    told = subprocess.run([*client, "--json", "queue", "status", QUEUE], capture_output=True)
    return json.loads(told.stdout)["queues"][0] if told.returncode == 0 else {}


def _print_status(client: list[str]) -> None:
    status = _status(client)
    words = "  ".join(f"{name} {count}" for name, count in status.items() if name != "queue")
    end = "\r" if sys.stdout.isatty() else "\n"
    print(f"queue {QUEUE}: {words}   ", end=end, flush=True)


@contextmanager
def _live_stream(folder: Path, api: RelayApi) -> Iterator[None]:
    """A live stream with two upstreams that break in turn, one player of it, and one of a file."""
    clip = _live_clip(folder).read_bytes()
    upstream = ScriptedUpstream()
    urls = [upstream.script(f"/{name}.ts", _breaking(clip, after_s))
            for name, after_s in (("studio", 17), ("backup", 41))]
    stream = api.call("POST", "/streams", {
        "url": urls[0], "failover_urls": urls[1:], "kind": "live",
        "metadata": {"channel": "demo"}}).json()
    url = f"http://127.0.0.1:{api.port}{stream['stream_endpoint']}"
    stop = threading.Event()
    players = [threading.Thread(target=_watch, args=(url, stop), daemon=True)
               for _ in range(3)]
    for player in players:
        player.start()
    try:
        yield
    finally:
        stop.set()
        upstream.close()
        for player in players:
            player.join()


def _live_clip(folder: Path) -> Path:
    clip = folder / "live.ts"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin",
         *("-f", "lavfi", "-i", "testsrc=size=320x180:rate=15:duration=10"),
         *("-f", "lavfi", "-i", "sine=frequency=330:duration=10"),
         *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"), clip],
        check=True)
    return clip


def _breaking(clip: bytes, after_s: float):
    """The clip again and again at the pace of a live programme, until the connection is reset."""
    async def answer(exchange: Exchange) -> None:
        await exchange.start(200, {"Content-Type": "video/mp2t", "Connection": "close"})
        piece = LIVE_BYTES_PER_S // 5 // 188 * 188
        sent = 0
        while sent < after_s * LIVE_BYTES_PER_S:
            first = sent % len(clip)
            sent += len(clip[first:first + piece])
            await exchange.send(clip[first:first + piece])
            await asyncio.sleep(0.2)
        await exchange.reset()
    return answer


def _watch(url: str, stop: threading.Event) -> None:
    """Plays the stream, and comes back where the relay has given up on it."""
    while not stop.is_set():
        with suppress(OSError, http.client.HTTPException), urlopen(url, timeout=5) as body:
            while not stop.is_set() and body.read1(65536):
                pass
        stop.wait(1)


if __name__ == "__main__":
    sys.exit(main())
