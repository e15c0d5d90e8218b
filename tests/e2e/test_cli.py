"""ytdlp-ops against a running server: info, proxies, accounts."""

from __future__ import annotations

import json
import re

import pytest
from support.cli_client import FAILED, SECRET, UNREACHABLE, Cli, dead_proxies, redacted
from support.processes import free_port


@pytest.fixture
def proxies() -> list[str]:
    return dead_proxies()


@pytest.fixture
def server(serve, proxies):
    return serve(proxies=",".join(proxies), token_runner="command")


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


def test_another_identity_on_a_worker(serve, folder, proxies):
    server = serve(service_role="worker", proxies=proxies[0], token_runner="command")
    cli = Cli(folder, server.port)
    document = cli("proxies", "list", "--identity", "other", "--json", status=FAILED)
    assert json.loads(document.out)["error"]["errorCode"] == "OUT_OF_SCOPE"
    assert "management" in document.err
    assert "ytdlp-ops: OUT_OF_SCOPE: " in document.err


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
