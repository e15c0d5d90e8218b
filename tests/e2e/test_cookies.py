"""Cookies: each job gets a private copy of its account's, and what it changed is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.calls import token_request
from support.faults import fault
from support.youtube_cases import watch_url

HEADER = "# Netscape HTTP Cookie File\n"
FAR = 4102444800


def cookie(name: str, value: str) -> str:
    return "\t".join([".youtube.com", "TRUE", "/", "TRUE", str(FAR), name, value]) + "\n"


@pytest.fixture
def cookies_dir(folder: Path) -> Path:
    """Two accounts with cookies."""
    path = folder / "cookies"
    path.mkdir()
    (path / "acc_01.txt").write_text(HEADER + cookie("TESTID", "first-account"))
    (path / "acc_02.txt").write_text(HEADER + cookie("TESTID", "second-account"))
    return path


@pytest.fixture(params=["warm", "command"])
def server(request, serve, tunnel, cookies_dir):
    return serve(
        proxies=tunnel.url,
        token_runner=request.param,
        cookies_dir=cookies_dir,
        ytdlp_args="--no-check-certificates",
    )


def test_each_account_shows_its_own(server, youtube, cookies_dir):
    with server.client() as client:
        for account in ("acc_01", "acc_02", "acc_03"):
            client.getToken(token_request(watch_url("playable"), account))
    first, second, none = youtube.cookies
    assert "TESTID=first-account" in first
    assert "TESTID=second-account" in second
    assert "-account" not in none


def test_new_cookie_is_kept_beside_the_old(server, cookies_dir):
    with server.client() as client:
        token = client.getToken(token_request(watch_url("newcookie")))
    kept = (cookies_dir / "acc_01.txt").read_text()
    for text in (kept, token.cookies):
        assert text.startswith("# Netscape HTTP Cookie File")
        assert "YSC\tfresh" in text
        assert "TESTID\tfirst-account" in text
    shown = sorted(path.name for path in cookies_dir.glob("[!.]*"))
    assert shown == ["acc_01.txt", "acc_02.txt"]
    assert "second-account" in (cookies_dir / "acc_02.txt").read_text()


def test_cookie_file_that_is_none(server, cookies_dir, youtube):
    (cookies_dir / "acc_01.txt").write_text("<html>no cookies here</html>\n")
    with server.client() as client:
        error = fault("COOKIE_FILE", client.getToken, token_request(watch_url("playable")))
        assert "acc_01" in error.message
        assert client.getAccountStatus("acc_01", 0)[0].failureCount == 1
        assert not youtube.cookies
    assert "no cookies here" in (cookies_dir / "acc_01.txt").read_text()


@pytest.mark.usefixtures("current_ytdlp")
def test_cookies_that_youtube_revoked(server, cookies_dir):
    login = cookie("LOGIN_INFO", "x") + cookie("SAPISID", "y") + cookie("__Secure-3PAPISID", "y")
    (cookies_dir / "acc_01.txt").write_text(HEADER + login)
    with server.client() as client:
        error = fault("COOKIES_INVALID", client.getToken, token_request(watch_url("oldcookie")))
    assert error.context["bannable"] == "false"
    assert (cookies_dir / "acc_01.txt").read_text() == HEADER + login


def test_cookies_never_reach_the_log(server):
    with server.client() as client:
        client.getToken(token_request(watch_url("newcookie")))
    server.stop()
    assert "first-account" not in server.log_text()
    assert "YSC" not in server.log_text()
