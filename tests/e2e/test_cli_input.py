"""ytdlp-ops and what goes wrong: its command line, servers that are none, its own output."""

from __future__ import annotations

import re
import socket
import subprocess
import threading

import pytest
from support.cli_client import FAILED, UNREACHABLE, USAGE, Cli
from support.paths import client_program


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ([], "proxies"),
        (["nonsense"], "nonsense"),
        (["proxies"], "unban"),
        (["proxies", "ban"], "PROXY_URL"),
        (["accounts", "delete", ""], "ACCOUNT_ID"),
        (["accounts", "ban", "a", "--duration", "forever"], "forever"),
        (["token", "https://x/"], "--account"),
        (["info", "--server", "h:0"], "h:0"),
        (["info", "--nonsense"], "--nonsense"),
    ],
)
def test_usage_errors(folder, words, named):
    answer = Cli(folder, 1)(*words, status=USAGE)
    assert answer.out == ""
    assert named in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("words", [[], ["proxies"], ["accounts", "ban"], ["token"]])
def test_help_at_every_level(folder, words):
    answer = Cli(folder, 1)(*words, "--help")
    assert answer.out.startswith("Usage: ytdlp-ops")
    assert "Exit codes" in answer.out
    assert answer.err == ""


def test_version(folder):
    assert re.fullmatch(r"ytdlp-ops \d+\.\d+\.\d+\n", Cli(folder, 1)("--version").out)


class RawServer:
    """Accepts one connection, reads what comes first, answers with `reply` and, if told, closes."""

    def __init__(self, reply: bytes, closes: bool) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._reply, self._closes = reply, closes
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(self._reply)
            if not self._closes:
                self._done.wait()

    def close(self) -> None:
        self._done.set()
        self._thread.join()
        self._listener.close()


def test_server_that_never_answers(folder):
    silent = RawServer(b"", closes=False)
    try:
        answer = Cli(folder, silent.port)("info", "--timeout", "1", status=UNREACHABLE)
        assert "READ_TIMEOUT" in answer.err
        assert "--timeout" in answer.err
    finally:
        silent.close()


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\0\0\0\0",
        b"\0\0\1\0half",
        b"\x7f\xff\xff\xff",
        b"\xff\xff\xff\xff",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\0\0\0\x10\x80\1\0\2\0\0\0\1xxxxxxxx",
    ],
)
def test_server_that_speaks_nonsense(folder, reply):
    strange = RawServer(reply, closes=True)
    try:
        answer = Cli(folder, strange.port)("info", status=None)
        assert answer.status in (FAILED, UNREACHABLE)
        assert answer.err.startswith("ytdlp-ops: ")
        assert answer.out == ""
    finally:
        strange.close()


@pytest.mark.parametrize(
    ("redirection", "words"),
    [
        ("<&-", ["queue", "push", "q", "--file", "-"]),
        (">&-", ["proxies", "list"]),
    ],
    ids=["input", "output"],
)
def test_what_is_closed_is_not_the_connection(serve, folder, redirection, words):
    cli = Cli(folder, serve(token_runner="command").port)
    run = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", str(client_program()), *words],
        env=cli.env, capture_output=True, check=False, text=True, timeout=100,
    )  # fmt: skip
    assert run.returncode == FAILED
    assert "Bad file descriptor" in run.stderr


def test_full_standard_output_is_a_failure(serve, folder):
    cli = Cli(folder, serve(token_runner="command").port)
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [str(client_program()), "proxies", "list"],
            env=cli.env, stdout=full, stderr=subprocess.PIPE, check=False, text=True, timeout=100,
        )  # fmt: skip
    assert run.returncode == FAILED
    assert "No space left" in run.stderr
