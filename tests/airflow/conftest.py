"""An Airflow of the tests' own, and what the tests share. Runs in the environment of `run`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.paths import ROOT, ytdlp_program

# Airflow reads its settings while it is imported, so they must stand before any test is.
HOME = Path(tempfile.mkdtemp(prefix="ytops-airflow-"))
DAGS = ROOT / "docker/airflow/dags"
os.environ.update(
    {
        "AIRFLOW_HOME": str(HOME),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "YTDLP_OPS_YTDLP": ytdlp_program(),
    }
)

from scripted_server import ScriptedServer  # noqa: E402


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def airflow_database() -> None:
    """Airflow's metadata, empty."""
    subprocess.run(
        [Path(sys.executable).parent / "airflow", "db", "migrate"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path of the test's own."""
    path = Path(tempfile.mkdtemp(prefix="ytops-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def scripted() -> Iterator[Callable[..., ScriptedServer]]:
    """Starts servers whose methods are given as keywords."""
    made: list[ScriptedServer] = []

    def start(**methods: Any) -> ScriptedServer:
        made.append(ScriptedServer(methods))
        return made[-1]

    yield start
    for each in made:
        each.close()
