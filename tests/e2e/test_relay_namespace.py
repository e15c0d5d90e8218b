"""Redirects to private addresses over a real network: another machine, as network namespaces."""

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
    base = f"http://127.0.0.1:{server.http_port}"
    spec = json.dumps({"url": f"http://{THERE}:{PORT}{path}", "kind": "vod"})
    made = curl(cable, "-d", spec, f"{base}/streams")
    shown = curl(cable, "-w", "\n%{http_code}", base + json.loads(made)["stream_endpoint"])
    body, _, status = shown.rpartition("\n")
    return int(status), body


def curl(cable, *words: str) -> str:
    argv = [*cable.run_here, "curl", "-sS", "--max-time", "30", *words]
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=60).stdout


TARGETS = {PRIVATE_THERE: "there", "127.0.0.1": "here"}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("allowed", [False, True], ids=["refused", "allowed"])
def test_redirect_to_a_private_address(cable, web_servers, folder, target, allowed):
    server = RelayServer(
        folder / "relay", launcher=cable.run_here, relay_allow_private=str(allowed).lower()
    )
    try:
        assert fetch(cable, server, "/file") == (200, "this is /file"), "the public address serves"
        status, body = fetch(cable, server, f"/to/{target}")
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
    assert f"/to/{target}" in web_servers["there"].asked()
