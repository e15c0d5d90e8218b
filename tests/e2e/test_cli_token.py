"""ytdlp-ops token and report: where the info.json goes, what can be run, what is told."""

from __future__ import annotations

import json
import stat
import subprocess

import pytest
from support.cli_client import FAILED, SECRET, Cli, dead_proxies, redacted


@pytest.fixture
def proxies() -> list[str]:
    return dead_proxies()


@pytest.fixture
def server(serve, proxies):
    return serve(proxies=",".join(proxies), token_runner="command")


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
