"""scripts/run: which of its defaults the server gets beside the user's flags and environment."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.paths import ROOT
from support.program import Run, run

SHOW = '#!/bin/sh\nprintf "argument %s\\n" "$@"\n'


@pytest.fixture
def tree(folder: Path) -> Path:
    """A tree whose server shows its arguments, and in which nothing is installed or built."""
    programs = {
        "scripts/bootstrap": "#!/bin/sh\n",
        "path/cmake": "#!/bin/sh\n",
        "build/release/bin/ytdlp-ops-server": SHOW,
    }
    for name, text in programs.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    (folder / "build/release/build.ninja").touch()
    shutil.copy(ROOT / "scripts/run", folder / "scripts/run")
    return folder


def _start(tree: Path, *flags: str, **environment: str) -> Run:
    environment["PATH"] = f"{tree}/path:/usr/bin:/bin"
    return run([tree / "scripts/run", "--service-role=management", *flags], tree, environment)


def _arguments(started: Run) -> list[str]:
    lines = [line for line in started.out.splitlines() if line.startswith("argument ")]
    return [line.removeprefix("argument ") for line in lines]


def test_the_server_gets_the_defaults(tree: Path) -> None:
    started = _start(tree)

    arguments = _arguments(started)
    assert arguments[:2] == ["--data-dir", "var"]
    assert {"--python", "--ytdlp", "--worker-script"} <= set(arguments)
    assert "starts on 127.0.0.1:9090" in started.out


def test_a_flag_takes_the_place_of_a_default(tree: Path) -> None:
    started = _start(tree, "--data-dir=/d", "--port", "7000")

    assert "--data-dir" not in _arguments(started)
    assert "starts on 127.0.0.1:7000" in started.out


def test_the_environment_takes_the_place_of_a_default(tree: Path) -> None:
    (tree / "python").write_text("python3\n")
    started = _start(tree, YTDLP_OPS_DATA_DIR="/d", YTDLP_OPS_PORT="7001",
                     YTDLP_OPS_PYTHON_FILE=str(tree / "python"))

    arguments = _arguments(started)
    assert not {"--data-dir", "--python"} & set(arguments)
    assert "--ytdlp" in arguments
    assert "starts on 127.0.0.1:7001" in started.out
