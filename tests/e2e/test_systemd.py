"""The systemd unit and its settings, as systemd's own tools and the program see them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from support.deploy_files import install
from support.paths import ROOT
from support.server import base_environment

SETTINGS = sorted((ROOT / "packaging/systemd").glob("*.env"))
# Of 100, as systemd-analyze counts: what is left is the network, which is the service's purpose.
EXPOSURE = "20"


def analyze(*words: object) -> str:
    """What systemd-analyze says, which must be content."""
    done = subprocess.run(
        ["systemd-analyze", *map(str, words)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def prefix(module_folder):
    """Where `cmake --install` put the tree."""
    return install(module_folder / "prefix")


@pytest.fixture
def unit(prefix):
    return prefix / "lib/systemd/system/ytdlp-ops-server@.service"


def test_unit_is_valid(unit):
    assert analyze("verify", unit) == ""


def test_unit_is_hardened(unit):
    assert "Overall exposure level" in analyze(
        "security", "--offline=true", f"--threshold={EXPOSURE}", unit
    )


def test_unit_starts_what_is_installed(prefix, unit):
    started = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    assert started == [str(prefix / "bin/ytdlp-ops-server")]
    assert (prefix / "bin/ytdlp-ops-server").exists()
    named = re.findall(r"^Documentation=file:(.*)$", unit.read_text(), re.MULTILINE)
    assert all(Path(each).exists() for each in named) and named


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda path: path.stem)
def test_settings_are_the_programs(folder, prefix, settings):
    """All of them, also those that are commented out, and in a role that fits the file's name."""
    named = dict(re.findall(r"^#?(\w+)=(.*)$", settings.read_text(), re.MULTILINE))
    documented = (ROOT / "docs/configuration.md").read_text()
    for name in named.keys() - {"PATH"}:
        assert f"`{name.removesuffix('_FILE')}`" in documented, name
    used = dict(re.findall(r"^(\w+)=(.*)$", settings.read_text(), re.MULTILINE))
    shown = subprocess.run(
        [prefix / "bin/ytdlp-ops-server", "--print-config"],
        env=base_environment(folder) | used,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert shown.returncode == 0, shown.stderr
    assert re.search(rf"service-role\W+{settings.stem}\b", shown.stdout)


def test_settings_share_a_machine():
    ports = [
        port
        for settings in SETTINGS
        for port in re.findall(r"^YTDLP_OPS_(?:HTTP_)?PORT=(\d+)$", settings.read_text(), re.M)
    ]
    assert len(ports) == len(set(ports)) == 2 * len(SETTINGS)
