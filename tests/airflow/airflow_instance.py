"""A whole Airflow of a test's own: scheduler, DAG processor, API server, LocalExecutor, SQLite."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from support.processes import ManagedProcess, free_port
from support.server import base_environment

_COMPONENTS = ("api-server", "dag-processor", "scheduler")
_START_S = 180
_POLL_S = 0.5
FINISHED = ("success", "failed")


class AirflowInstance:
    """Runs until it is closed. `env` goes to every task, too."""

    def __init__(self, home: Path, dags: Path, env: dict[str, str]) -> None:
        home.mkdir(parents=True)
        self.home = home
        self._processes: list[ManagedProcess] = []
        self.port = free_port()
        self._env = {**base_environment(home), **_settings(home, dags, self.port), **env}
        self._token = ""
        self._airflow("db", "migrate")
        for name in _COMPONENTS:
            argv = [str(_program()), name]
            self._processes.append(ManagedProcess(argv, home / f"{name}.log", self._env))
        try:
            self._processes[0].wait_ready(self._log_in, "the API server answers", _START_S)
        except AssertionError:
            self.close()
            raise

    def wait_for_dags(self, names: set[str]) -> None:
        def found() -> bool:
            return names <= {dag["dag_id"] for dag in self.call("GET", "/dags")["dags"]}

        self.wait(found, f"{names} are parsed", _START_S)

    def trigger(self, dag: str, run_id: str, conf: dict[str, Any]) -> None:
        body = {"dag_run_id": run_id, "conf": conf, "logical_date": None}
        self.call("POST", f"/dags/{dag}/dagRuns", body)

    def runs(self, dag: str) -> list[dict[str, Any]]:
        return self.call("GET", f"/dags/{dag}/dagRuns?limit=100")["dag_runs"]

    def wait_for_run(self, dag: str, run_id: str, timeout_s: float) -> str:
        """Its state, which is that of a run that has ended."""

        def ended() -> str:
            (run,) = [each for each in self.runs(dag) if each["dag_run_id"] == run_id]
            return run["state"] if run["state"] in FINISHED else ""

        return self.wait(ended, f"{run_id} ends", timeout_s)

    def task_log(self, dag: str, run_id: str, task: str) -> str:
        """What the user interface shows of the first try."""
        path = f"/dags/{dag}/dagRuns/{run_id}/taskInstances/{task}/logs/1?full_content=true"
        lines = self.call("GET", path)["content"]
        return "\n".join(line if isinstance(line, str) else line["event"] for line in lines)

    def logs(self) -> str:
        """All that its components and tasks have written into files."""
        return "\n".join(
            path.read_text(errors="replace") for path in sorted(self.home.rglob("*.log"))
        )

    def call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v2{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Authorization": f"Bearer {self._token}",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read()!r}") from None

    def close(self) -> None:
        for process in self._processes:
            if process.is_running():
                process.signal(signal.SIGTERM)
        for process in self._processes:
            process.close()

    def wait(self, probe: Any, what: str, timeout_s: float) -> Any:
        """
        As wait_until, but asks now and then only, because the answers take much of a processor; a
        component that dies is an error at once.
        """
        deadline = time.monotonic() + timeout_s
        while not (value := probe()):
            for process in self._processes:
                assert process.is_running(), f"{process.argv} ended:\n{process.log()[-4000:]}"
            assert time.monotonic() < deadline, f"after {timeout_s:g} s still not: {what}"
            time.sleep(_POLL_S)
        return value

    def _log_in(self) -> bool:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/auth/token", timeout=30
            ) as answer:
                self._token = json.load(answer)["access_token"]
        except OSError:
            return False
        return True

    def _airflow(self, *words: str) -> None:
        done = subprocess.run(
            [_program(), *words], env=self._env, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr


def _program() -> Path:
    return Path(sys.executable).parent / "airflow"


def _settings(home: Path, dags: Path, port: int) -> dict[str, str]:
    sections: dict[str, dict[str, Any]] = {
        "core": {
            "dags_folder": dags,
            "load_examples": False,
            "executor": "LocalExecutor",
            "parallelism": 4,
            "dags_are_paused_at_creation": False,
            "execution_api_server_url": f"http://127.0.0.1:{port}/execution/",
            "simple_auth_manager_all_admins": True,
            "fernet_key": "",
        },
        "api": {
            "host": "127.0.0.1",
            "port": port,
            "workers": 1,
            "secret_key": secrets.token_hex(16),
        },
        "api_auth": {"jwt_secret": secrets.token_hex(32)},
        "scheduler": {
            "scheduler_idle_sleep_time": 0.2,
            "enable_health_check": False,
        },
        "dag_processor": {"min_file_process_interval": 600, "parsing_processes": 1},
        "usage_data_collection": {"enabled": False},
        "logging": {"base_log_folder": home / "logs"},
    }
    settings = {
        f"AIRFLOW__{section.upper()}__{name.upper()}": str(value)
        for section, values in sections.items()
        for name, value in values.items()
    }
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"AIRFLOW_HOME": str(home), "PATH": path, **settings}
