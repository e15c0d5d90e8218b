"""scripts/run --demo: the whole system at work, and nothing left of it afterwards."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from support.paths import BUILD, ROOT, client_program
from support.processes import descendants_of, free_port, is_running, wait_until

DEMO = ROOT / "scripts/demo.py"


def _ask(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()


def _client(port: int, *words: str) -> Any:
    told = subprocess.run([client_program(), "--server", f"127.0.0.1:{port}", "--json", *words],
                          capture_output=True, text=True)
    return json.loads(told.stdout) if told.returncode == 0 else {}


def test_the_demo_moves_and_leaves_nothing_behind(folder: Path) -> None:
    port, http_port = free_port(), free_port()
    log = (folder / "demo.log").open("wb")
    demo = subprocess.Popen(
        [sys.executable, DEMO, "--port", str(port), "--http-port", str(http_port)],
        stdout=log, stderr=log,
        env=os.environ | {"YTOPS_BUILD_DIR": str(BUILD), "TMPDIR": str(folder)})
    try:
        queue = wait_until(
            lambda: [each for each in _client(port, "queue", "status").get("queues", [])
                     if each["succeeded"] >= 3], "three URLs succeeded", timeout_s=120)
        streams = wait_until(
            lambda: [stream for stream in json.loads(_ask(http_port, "/streams")[1])["streams"]
                     if stream["bytes_to_clients"] > 100_000], "the live stream flows", 60)
        page, body = _ask(http_port, "/")
        lanes = _client(port, "lane", "status")["lanes"]
        children = descendants_of(demo.pid)
        demo.send_signal(signal.SIGTERM)
        status = demo.wait(60)
    finally:
        if demo.poll() is None:
            demo.terminate()
            demo.wait(60)
        log.close()

    told = (folder / "demo.log").read_text()
    assert queue and streams and lanes, told
    assert page == 200 and b"<!doctype html>" in body[:200].lower()
    assert status == 0, told
    assert children and not [pid for pid in children if is_running(pid)]
    assert [path.name for path in folder.iterdir()] == ["demo.log"]
