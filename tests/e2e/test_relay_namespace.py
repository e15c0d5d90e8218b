"""Ways to private addresses over a real network: another machine, as network namespaces."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import support
from support.namespaces import PRIVATE_THERE, THERE, make_cable
from support.processes import ManagedProcess
from support.relay_api import RelayServer

pytestmark = [pytest.mark.relay]

PORT = 8000
PROGRAM = Path(support.__file__).parent / "redirecting_server.py"


@pytest.fixture(scope="module")
def cable():
    made = make_cable()
    if made is None:
        pytest.skip("needs root and network namespaces")
    yield made
    made.close()


class WebServer:
    """A redirecting server in one of the namespaces."""

    def __init__(self, run: tuple[str, ...], log: Path) -> None:
        self.process = ManagedProcess([*run, sys.executable, str(PROGRAM), str(PORT)], log)
        self.process.wait_ready(lambda: "ready" in self.process.log(), "the web server listens")

    def asked(self) -> list[str]:
        return self.process.log().split()[1:]


@pytest.fixture
def web_servers(cable, folder):
    """One on the other machine, and one on the relay's own loopback."""
    servers = {
        "there": WebServer(cable.run_there, folder / "there.log"),
        "here": WebServer(cable.run_here, folder / "here.log"),
    }
    yield servers
    for each in servers.values():
        each.process.close()


def fetch(cable, server: RelayServer, path: str) -> tuple[int, str]:
    """Status and body of what the relay answers for that path of the other machine."""
    spec = json.dumps({"url": f"http://{THERE}:{PORT}{path}"})
    made = curl(cable, "-d", spec, f"http://127.0.0.1:{server.http_port}/streams")
    status, body = get(cable, server, json.loads(made)["stream_endpoint"])
    named = [line for line in body.splitlines() if line.startswith("/hls/")]
    return get(cable, server, named[0]) if named else (status, body)


def get(cable, server: RelayServer, path: str) -> tuple[int, str]:
    url = f"http://127.0.0.1:{server.http_port}{path}"
    body, _, status = curl(cable, "-w", "\n%{http_code}", url).rpartition("\n")
    return int(status), body


def curl(cable, *words: str) -> str:
    argv = [*cable.run_here, "curl", "-sS", "--max-time", "30", *words]
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=60).stdout


WAYS = {"redirect": "/to/", "playlist": "/list/"}
TARGETS = {PRIVATE_THERE: "there", "127.0.0.1": "here"}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("allowed", [False, True], ids=["refused", "allowed"])
def test_private_address_by(cable, web_servers, folder, way, target, allowed):
    path = WAYS[way] + target
    server = RelayServer(
        folder / "relay", launcher=cable.run_here, relay_allow_private=str(allowed).lower()
    )
    try:
        assert fetch(cable, server, "/file") == (200, "this is /file"), "the public address serves"
        status, body = fetch(cable, server, path)
    finally:
        server.close()
    private = web_servers[TARGETS[target]]
    if allowed:
        assert (status, body) == (200, "this is /secret")
        assert "/secret" in private.asked()
    else:
        assert status == 502
        assert "relay-allow-private" in json.loads(body)["error"]["message"]
        assert "/secret" not in private.asked()
    assert path in web_servers["there"].asked()
