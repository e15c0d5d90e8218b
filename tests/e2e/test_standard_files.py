"""A server that is started without standard input, output and error."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support.paths import server_program
from support.processes import accepts, free_port, wait_until
from support.server import base_environment

pytestmark = pytest.mark.sanitizer


def test_no_file_of_the_server_takes_their_places(folder: Path) -> None:
    port = free_port()
    flags = [f"--port={port}", "--http-listen=", "--token-runner=command", f"--data-dir={folder}/d"]
    server = subprocess.Popen(
        ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", server_program(), *flags],
        env=base_environment(folder))
    try:
        wait_until(lambda: accepts(port), "the server listens")
        places = [Path(f"/proc/{server.pid}/fd/{fd}").readlink() for fd in range(3)]
        assert places == [Path("/dev/null")] * 3
    finally:
        server.terminate()
        assert server.wait(30) == 0
