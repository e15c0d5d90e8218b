"""The manual pages and the shells' completion, as the shells and mandoc themselves read them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.paths import client_program, server_program
from support.program import run

MANUALS = {
    "ytdlp-ops": (client_program, ["man"], ["completion", "{}"]),
    "ytdlp-ops-server": (server_program, ["--print-man"], ["--print-completion-{}"]),
}

# Lets the script of `program` complete a command line of bash.
_BASH = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_$FUNCTION; printf '%s\\n' "${COMPREPLY[@]}"
"""


def _output(program: str, words: list[str], folder: Path) -> str:
    return run([MANUALS[program][0](), *words], folder).out


def _script(program: str, shell: str, folder: Path) -> Path:
    path = folder / f"{program}.{shell}"
    words = [word.format(shell) for word in MANUALS[program][2]]
    path.write_text(_output(program, words, folder))
    return path


def _bash(folder: Path, *line: str) -> list[str]:
    """What is offered for the last word, with COMP_WORDS as bash itself fills it."""
    script = _script(line[0], "bash", folder)
    words = [part for word in line for part in re.split("([:=]+)", word) if part or not word]
    done = run(["bash", "-c", _BASH, "bash", script, *words], folder,
               env={"FUNCTION": line[0].replace("-", "_")})
    assert done.err == ""
    return done.out.split()


def _fish(folder: Path, line: str) -> list[str]:
    script = _script(line.split()[0], "fish", folder)
    done = run(["fish", "--no-config", "-c", f"source {script}; complete -C {line!r}"], folder)
    assert done.err == ""
    return [entry.split("\t")[0] for entry in done.out.splitlines()]


# What the script would offer: descriptions of words, or what _arguments is told of options.
_ZSH = """
compdef() {}
_describe() { print -l -- ${choices%%:*} }
_arguments() { print -l -- "$@" }
_files() { print -- a file }
source "$1"; shift
words=("$@") CURRENT=$#
_$FUNCTION
"""


def _zsh(folder: Path, *line: str) -> list[str]:
    script = _script(line[0], "zsh", folder)
    done = run(["zsh", "-fc", _ZSH, "zsh", script, *line], folder,
               env={"FUNCTION": line[0].replace("-", "_")})
    assert done.err == ""
    return done.out.splitlines()


@pytest.mark.parametrize("program", MANUALS)
def test_the_manual_page_is_one_that_mandoc_accepts(program: str, folder: Path) -> None:
    page = folder / "page"
    page.write_text(_output(program, MANUALS[program][1], folder))

    lint = run(["mandoc", "-T", "lint", "-W", "warning", page], folder)

    complaints = [line for line in lint.out.splitlines() if "missing date" not in line]
    assert complaints == [] and lint.err == ""


def test_the_pages_name_every_option_and_every_command(folder: Path) -> None:
    server = _output("ytdlp-ops-server", ["--print-man"], folder)
    client = _output("ytdlp-ops", ["man"], folder)
    flags = [line.split("=")[0] for line in _output(
        "ytdlp-ops-server", ["--print-config"], folder).splitlines()]

    assert len(flags) > 50
    for flag in flags:
        assert "\\fB" + f"--{flag}".replace("-", "\\-") + "\\fR" in server
    for noun in ("proxies ban", "accounts list", "relay failover", "token", "completion"):
        assert f"\\fB{noun}\\fR" in client


@pytest.mark.parametrize("program", MANUALS)
def test_bash_and_zsh_read_the_scripts(program: str, folder: Path) -> None:
    bash = run(["shellcheck", _script(program, "bash", folder)], folder)
    zsh = run(["zsh", "-fc", "autoload -U compinit; compinit -D; "
               f"source {_script(program, 'zsh', folder)}; print ${{_comps[{program}]}}"], folder)

    assert (bash.status, bash.out) == (0, "")
    assert (zsh.out.strip(), zsh.err) == ("_" + program.replace("-", "_"), "")


def test_bash_completes_commands_options_and_values(folder: Path) -> None:
    assert {"proxies", "token", "man"} <= set(_bash(folder, "ytdlp-ops", ""))
    assert _bash(folder, "ytdlp-ops", "--server", "h:1", "proxies", "un") == ["unban"]
    assert _bash(folder, "ytdlp-ops", "proxies", "ban", "--dur") == ["--duration"]
    assert _bash(folder, "ytdlp-ops", "proxies", "list", "--dur") == []
    assert _bash(folder, "ytdlp-ops", "info", "--color", "al") == ["always"]
    assert _bash(folder, "ytdlp-ops", "info", "--color=al") == ["always"]
    assert _bash(folder, "ytdlp-ops", "--server=[::1]:1", "info", "--color=") == [
        "auto", "always", "never"]
    (folder / "a:b.txt").touch()
    assert _bash(folder, "ytdlp-ops", "queue", "push", "q:1", f"--file={folder}/a:b") == ["b.txt"]
    assert _bash(folder, "ytdlp-ops-server", "--service-role", "m") == ["management"]
    assert "--redis-url" in _bash(folder, "ytdlp-ops-server", "--redis")


def test_fish_completes_commands_options_and_values(folder: Path) -> None:
    assert _fish(folder, "ytdlp-ops prox") == ["proxies"]
    assert _fish(folder, "ytdlp-ops proxies un") == ["unban"]
    assert _fish(folder, "ytdlp-ops proxies ban --dur") == ["--duration"]
    assert _fish(folder, "ytdlp-ops --server h:1 prox") == ["proxies"]
    assert _fish(folder, "ytdlp-ops --json --server h:1 proxies un") == ["unban"]
    assert _fish(folder, "ytdlp-ops --server=h:1 proxies ban --dur") == ["--duration"]
    assert _fish(folder, "ytdlp-ops-server --service-role m") == ["management"]


def test_zsh_completes_commands_options_and_values(folder: Path) -> None:
    verbs = ["list", "ban", "unban", "reset", "delete"]
    assert {"proxies", "token", "man"} <= set(_zsh(folder, "ytdlp-ops", ""))
    assert _zsh(folder, "ytdlp-ops", "proxies", "") == verbs
    assert _zsh(folder, "ytdlp-ops", "--json", "--server", "h:1", "proxies", "") == verbs
    for line in (["--server=h:1", "proxies", "ban", ""], ["proxies", "ban", "--duration", ""]):
        assert any(told.startswith("*--duration=") for told in _zsh(folder, "ytdlp-ops", *line))
    assert any(told.endswith(":color:(auto always never)")
               for told in _zsh(folder, "ytdlp-ops", "info", "--color", ""))
    assert _zsh(folder, "ytdlp-ops", "--server", "") == ["a file"]
    assert any(told.endswith("(all-in-one management worker)")
               for told in _zsh(folder, "ytdlp-ops-server", ""))


def test_an_unknown_shell_is_named(folder: Path) -> None:
    refusal = run([client_program(), "completion", "tcsh"], folder)

    assert refusal.status == 64
    assert "bash, zsh, fish" in refusal.err and "'tcsh'" in refusal.err
