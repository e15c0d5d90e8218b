"""ytdlp-ops, as people and scripts use it, against a running server."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import socket
import stat
import struct
import subprocess
import termios
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.paths import client_program
from support.processes import free_port
from support.server import base_environment

DONE, FAILED, USAGE, UNREACHABLE = 0, 1, 64, 69
SECRET = "s3cret"
COLOUR = re.compile(r"\x1b\[\d+m")


@dataclass
class Answer:
    """How a run of the client ended."""

    status: int
    out: str
    err: str = ""

    @property
    def json(self):
        """Its standard output, which has to be one JSON document on one line."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    def row(self, start: str) -> str:
        """The one line that begins with that text."""
        (found,) = [line for line in self.out.splitlines() if line.startswith(start)]
        return found


class Cli:
    """The client, set to talk to one server."""

    def __init__(self, folder: Path, port: int) -> None:
        self.env = base_environment(folder) | {"YTDLP_OPS_SERVER": f"127.0.0.1:{port}"}
        self.folder = folder

    def __call__(self, *words: str, status: int | None = DONE, **env: str) -> Answer:
        """Runs it without a terminal; `status` None: any will do."""
        run = subprocess.run(
            [str(client_program()), *words],
            env=self.env | env,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert "Sanitizer" not in run.stderr, run.stderr
        if status is not None:
            assert run.returncode == status, (run.returncode, run.stdout, run.stderr)
        return Answer(run.returncode, run.stdout, run.stderr)

    def on_terminal(self, *words: str, width: int = 200, answer: str = "", **env: str) -> Answer:
        """Runs it on a terminal of that width; what it prints comes as one text."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
        process = subprocess.Popen(
            [str(client_program()), *words],
            env=self.env | {"TERM": "xterm"} | env,
            cwd=self.folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        if answer:
            os.write(ours, answer.encode() + b"\n")
        out = b"".join(iter(lambda: _read_terminal(ours), b""))
        os.close(ours)
        return Answer(process.wait(timeout=100), out.decode().replace("\r\n", "\n"))


def _read_terminal(fd: int) -> bytes:
    """b"" at the end, which Linux reports as an error."""
    try:
        return os.read(fd, 65536)
    except OSError:
        return b""


@pytest.fixture
def proxies() -> list[str]:
    """Two proxies with passwords, on ports where nobody listens."""
    return [f"socks5://user{i}:{SECRET}@127.0.0.1:{free_port()}" for i in range(2)]


@pytest.fixture
def server(serve, proxies):
    return serve(proxies=",".join(proxies), token_runner="command")


@pytest.fixture
def cli(server, folder) -> Cli:
    return Cli(folder, server.port)


def redacted(url: str) -> str:
    return url.replace(SECRET, "***")


# ---- info, ping ---------------------------------------------------------------------------------


def test_info(cli, server):
    document = cli("info", "--json").json
    assert document["serviceRole"] == "all-in-one"
    assert document["serverIdentity"] == "ytdlp-ops"
    assert document["server"] == f"127.0.0.1:{server.port}"
    assert document["redisReachable"] is True
    assert document["draining"] is False
    assert document["ready"] is True
    assert document["notReady"] is None

    text = cli("info")
    assert text.row("role").split() == ["role", "all-in-one"]
    assert text.row("takes work").split() == ["takes", "work", "yes"]
    assert cli("ping").out == "ready\n"


def test_server_option_and_environment(cli, server, folder):
    nobody = free_port()
    elsewhere = Cli(folder, nobody)
    elsewhere("--server", f"127.0.0.1:{server.port}", "ping")
    answer = elsewhere("ping", status=UNREACHABLE)
    assert answer.out == ""
    assert f"127.0.0.1:{nobody}" in answer.err
    assert "--server" in answer.err

    document = elsewhere("proxies", "list", "--json", status=UNREACHABLE).json
    assert document["error"]["errorCode"] == "CONNECTION_RESET"


# ---- proxies ------------------------------------------------------------------------------------


def test_proxies_list_hides_passwords_from_people_only(cli, proxies):
    text = cli("proxies", "list")
    assert SECRET not in text.out
    assert "\x1b" not in text.out
    for url in proxies:
        assert redacted(url) in text.out
    assert text.out.count("(next)") == 1

    listed = cli("proxies", "list", "--json").json["proxies"]
    assert [each["proxyUrl"] for each in listed] == proxies
    assert {each["state"] for each in listed} == {"ACTIVE"}
    assert [len(each["nextFor"]) for each in listed].count(1) == 1
    assert listed[0]["lastSuccessTimestamp"] is None


def test_proxy_ban_and_unban(cli, proxies):
    url = proxies[0]
    answer = cli("proxies", "ban", url, "--reason", "slow", "--duration", "55m")
    assert answer.out == f"proxy {redacted(url)} banned for 55m\n"
    row = next(line for line in cli("proxies", "list").out.splitlines() if redacted(url) in line)
    assert re.search(r"BANNED \(active in 5[45]m\)", row)
    assert row.endswith("slow")

    # As the table shows it, it is named well enough.
    cli("proxies", "ban", redacted(url), "--duration", "until-unbanned")
    assert "BANNED (until unbanned)" in cli("proxies", "list").out
    document = cli("proxies", "unban", redacted(url), "--json").json
    assert (document["action"], document["proxyUrl"], document["changed"]) == ("unban", url, 1)
    assert "BANNED" not in cli("proxies", "list").out


def test_redacted_proxy_that_is_unknown(cli):
    answer = cli("proxies", "ban", "socks5://user0:***@10.1.1.1:1", status=FAILED)
    assert "NOT_FOUND" in answer.err
    assert "proxies list" in answer.err


def test_redacted_proxy_that_fits_two(serve, folder):
    port = free_port()
    urls = [f"socks5://u:{word}@127.0.0.1:{port}" for word in ("one-pw", "two-pw")]
    cli = Cli(folder, serve(proxies=",".join(urls), token_runner="command").port)
    answer = cli("proxies", "ban", f"socks5://u:***@127.0.0.1:{port}", status=FAILED)
    assert "INVALID_ARGUMENT" in answer.err
    assert "-pw" not in answer.err
    assert "BANNED" not in cli("proxies", "list").out
    cli("proxies", "ban", urls[1])
    states = [each["state"] for each in cli("proxies", "list", "--json").json["proxies"]]
    assert states == ["ACTIVE", "BANNED"]


def test_all_proxies(cli):
    cli("proxies", "list")
    assert cli("proxies", "ban", "--all", "--json").json["changed"] == 2
    listed = cli("proxies", "list", "--json").json["proxies"]
    assert {each["state"] for each in listed} == {"BANNED"}
    assert cli("proxies", "unban", "--all").out == "2 proxies unbanned\n"
    assert cli("proxies", "reset", "--all").out.endswith("reset\n")
    assert cli("proxies", "delete", "--all", "--json").json["changed"] == 2


def test_delete_of_one_proxy_leaves_the_other_banned(cli, proxies):
    cli("proxies", "ban", "--all")
    assert cli("proxies", "delete", proxies[0]).out == f"proxy {redacted(proxies[0])} deleted\n"
    states = {
        each["proxyUrl"]: each["state"] for each in cli("proxies", "list", "--json").json["proxies"]
    }
    assert states == {proxies[0]: "ACTIVE", proxies[1]: "BANNED"}


def test_reports_ban_a_proxy(cli, proxies):
    for account in ("acc_1", "acc_2", "acc_3"):
        answer = cli(
            "report", "--job", "j", "--account", account, "--proxy", redacted(proxies[0]),
            "--failure", "BOT_DETECTED",
        )  # fmt: skip
        assert answer.out == "job j reported: BOT_DETECTED\n"
    listed = cli("proxies", "list", "--json").json["proxies"]
    assert [each["state"] for each in listed] == ["BANNED", "ACTIVE"]
    assert listed[0]["failureCount"] == 3

    cli("report", "--job", "j", "--account", "acc_1", "--proxy", proxies[1], "--success")
    listed = cli("proxies", "list", "--json").json["proxies"]
    assert listed[1]["successCount"] == 1


def test_another_identity_on_a_worker(serve, folder, proxies):
    server = serve(service_role="worker", proxies=proxies[0], token_runner="command")
    cli = Cli(folder, server.port)
    document = cli("proxies", "list", "--identity", "other", "--json", status=FAILED)
    assert json.loads(document.out)["error"]["errorCode"] == "OUT_OF_SCOPE"
    assert "management" in document.err
    assert "ytdlp-ops: OUT_OF_SCOPE: " in document.err


# ---- accounts -----------------------------------------------------------------------------------


def test_accounts(cli):
    for name in ("acc_1", "acc_10", "other"):
        cli("accounts", "ban", name, "--reason", "by hand")
    assert [a["accountId"] for a in cli("accounts", "list", "--json").json["accounts"]] == [
        "acc_1",
        "acc_10",
        "other",
    ]
    assert len(cli("accounts", "list", "--prefix", "acc", "--json").json["accounts"]) == 2
    limited = cli("accounts", "list", "--limit", "1")
    assert len(limited.out.splitlines()) == 2
    assert "--limit" in limited.err

    row = cli("accounts", "list").row("other")
    assert "BANNED (active in " in row
    assert row.endswith("by hand")
    assert cli("accounts", "unban", "other").out == "account other unbanned\n"
    assert "ACTIVE" in cli("accounts", "list").row("other")
    assert cli("accounts", "unban", "--prefix", "acc").out == "2 accounts unbanned\n"
    assert cli("accounts", "reset", "acc_1").out == "account acc_1 reset\n"


def test_delete_of_an_account_takes_no_other_with_it(cli):
    for name in ("acc_1", "acc_10"):
        cli("accounts", "ban", name)
    refused = cli("accounts", "delete", "acc_1", status=FAILED)
    assert "acc_10" in refused.err
    assert len(cli("accounts", "list", "--json").json["accounts"]) == 2

    assert cli("accounts", "delete", "acc_10").out == "account acc_10 deleted\n"
    assert cli("accounts", "delete", "acc_1", "--json").json["changed"] == 1
    assert cli("accounts", "list", "--json").json == {"accounts": []}
    assert "NOT_FOUND" in cli("accounts", "delete", "acc_1", status=FAILED).err


def test_accounts_list_of_none_says_so(cli):
    answer = cli("accounts", "list")
    assert answer.out.startswith("ACCOUNT")
    assert "no account" in answer.err


# ---- token --------------------------------------------------------------------------------------


@pytest.fixture
def live(serve, microsocks, folder) -> Cli:
    """A client of a server whose proxy works."""
    proxy = microsocks("tunnel-pw")
    return Cli(folder, serve(proxies=proxy.url, token_runner="command").port)


def test_token_on_standard_output(live, web):
    info = json.loads(live("token", web.url("video.mp4"), "--account", "acc_1").out)
    assert info["ext"] == "mp4"
    (account,) = live("accounts", "list", "--json").json["accounts"]
    assert (account["accountId"], account["successCount"]) == ("acc_1", 1)


def test_token_out_prints_a_command_that_downloads(live, web, folder):
    out = folder / "it's info.json"
    answer = live("token", web.url("video.mp4"), "--account", "acc_1", "--out", str(out))
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert json.loads(out.read_text())["ext"] == "mp4"
    assert list(folder.glob("it's info.json*")) == [out]

    place = folder / "downloaded"
    place.mkdir()
    run = subprocess.run(
        ["/bin/sh", "-c", answer.out], cwd=place, env=live.env, check=False, capture_output=True
    )
    assert run.returncode == 0, run
    assert [path.suffix for path in place.iterdir()] == [".mp4"]


def test_token_as_json(live, web, folder):
    token = live(
        "token", web.url("video.mp4"), "--account", "acc_1", "--job", "job-7", "--json"
    ).json
    assert token["jobId"] == "job-7"
    assert json.loads(token["infoJson"])["ext"] == "mp4"
    assert "tunnel-pw" in token["proxyUrl"]
    assert token["cookies"] is None
    assert any(word.endswith("info.json") for word in token["ytdlpCommand"])

    written = live(
        "token", web.url("video.mp4"), "--account", "acc_1", "--json", "--out", "i.json"
    ).json
    assert "infoJson" not in written
    assert json.loads((folder / written["infoJsonFile"]).read_text())["ext"] == "mp4"
    assert any(word.endswith("=i.json") for word in written["ytdlpCommand"])


def test_token_through_a_proxy_named_without_its_password(live, web):
    (proxy,) = live("proxies", "list", "--json").json["proxies"]
    shown = proxy["proxyUrl"].replace("tunnel-pw", "***")
    assert shown != proxy["proxyUrl"]
    answer = live(
        "token",
        web.url("video.mp4"),
        "--account",
        "a",
        "--proxy",
        shown,
        "--timeout",
        "60",
        "--json",
    )
    assert answer.json["proxyUrl"] == proxy["proxyUrl"]


def test_cookies_out(serve, microsocks, web, folder):
    jar = "# Netscape HTTP Cookie File\n.example.com\tTRUE\t/\tFALSE\t2147483647\tname\tvalue\n"
    cookies = folder / "cookies"
    cookies.mkdir()
    (cookies / "acc_1.txt").write_text(jar)
    server = serve(proxies=microsocks().url, token_runner="command", cookies_dir=cookies)
    cli = Cli(folder, server.port)
    ask = ("token", web.url("video.mp4"), "--out", "i.json", "--cookies-out", "c.txt")

    cli(*ask, "--account", "acc_1")
    assert "\tname\tvalue" in (folder / "c.txt").read_text()
    assert stat.S_IMODE((folder / "c.txt").stat().st_mode) == 0o600
    (folder / "c.txt").unlink()
    assert "no cookies" in cli(*ask, "--account", "acc_2").err
    assert not (folder / "c.txt").exists()


def test_token_failure_says_code_context_and_no_password(cli, web, folder):
    ask = ("token", web.url("video.mp4"), "--account", "acc_1", "--out", "i.json")
    answer = cli(*ask, status=FAILED)
    assert answer.out == ""
    assert answer.err.startswith("ytdlp-ops: SOCKS5_CONNECTION_FAILED: ")
    assert "accountId: acc_1" in answer.err
    assert SECRET not in answer.err
    assert not (folder / "i.json").exists()

    failed = cli(*ask, "--json", status=FAILED)
    assert failed.json["error"]["errorCode"] == "SOCKS5_CONNECTION_FAILED"
    assert SECRET not in failed.json["error"]["message"]
    assert SECRET not in failed.err


@pytest.mark.parametrize("out", ["no/such/i.json", ".", "/dev/null", "/dev/stdout"])
def test_token_is_not_made_where_it_cannot_be_written(cli, out):
    answer = cli("token", "https://example.com/", "--account", "acc_1", "--out", out, status=FAILED)
    assert f"'{out}'" in answer.err
    assert cli("accounts", "list", "--json").json == {"accounts": []}


def test_refusal_of_the_server(cli):
    answer = cli("token", "ftp://example.com/", "--account", "acc_1", status=FAILED)
    assert answer.err.startswith("ytdlp-ops: INVALID_ARGUMENT: ")
    assert "ftp://example.com/" in answer.err


# ---- on a terminal ------------------------------------------------------------------------------


def test_colours_on_a_terminal(cli, proxies):
    cli("proxies", "ban", proxies[1], "--reason", "r")
    answer = cli.on_terminal("proxies", "list")
    assert answer.status == DONE
    assert "\x1b[32mACTIVE\x1b[0m" in answer.out
    assert re.search(r"\x1b\[31mBANNED \(active in [^)]*\)\x1b\[0m", answer.out)
    assert "\x1b[36m(next)\x1b[0m" in answer.out
    assert SECRET not in answer.out

    assert "\x1b" not in cli.on_terminal("proxies", "list", NO_COLOR="1").out
    assert "\x1b" not in cli.on_terminal("proxies", "list", "--color", "never").out
    assert "\x1b[32m" in cli("proxies", "list", "--color", "always").out


@pytest.mark.parametrize("width", [60, 80, 132])
def test_tables_fit_the_terminal(cli, proxies, width):
    cli("proxies", "ban", proxies[1], "--reason", "a reason that is much too long " * 5)
    answer = cli.on_terminal("proxies", "list", width=width)
    lines = [COLOUR.sub("", line) for line in answer.out.splitlines()]
    assert max(map(len, lines)) <= width
    assert any("BANNED (active in " in line for line in lines)
    assert any("…" in line for line in lines)


def test_bulk_changes_are_asked_about_on_a_terminal(cli):
    cli("proxies", "list")
    no = cli.on_terminal("proxies", "ban", "--all", answer="n")
    assert no.status == FAILED
    assert "[y/N]" in no.out
    assert "BANNED" not in cli("proxies", "list").out

    yes = cli.on_terminal("proxies", "ban", "--all", answer="y")
    assert (yes.status, "2 proxies banned" in yes.out) == (DONE, True)
    unasked = cli.on_terminal("proxies", "delete", "--all", "--yes")
    assert (unasked.status, "[y/N]" in unasked.out) == (DONE, False)


# ---- bad input, bad servers ---------------------------------------------------------------------


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


def test_full_standard_output_is_a_failure(cli):
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [str(client_program()), "proxies", "list"],
            env=cli.env, stdout=full, stderr=subprocess.PIPE, check=False, text=True, timeout=100,
        )  # fmt: skip
    assert run.returncode == FAILED
    assert "No space left" in run.stderr
