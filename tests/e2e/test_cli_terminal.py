"""ytdlp-ops on a terminal: colours, widths, questions."""

from __future__ import annotations

import re

import pytest
from support.cli_client import DONE, FAILED, SECRET, dead_proxies

COLOUR = re.compile(r"\x1b\[\d+m")


@pytest.fixture
def proxies() -> list[str]:
    return dead_proxies()


@pytest.fixture
def server(serve, proxies):
    return serve(proxies=",".join(proxies), token_runner="command")


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
