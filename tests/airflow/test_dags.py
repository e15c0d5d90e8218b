"""The DAG files as Airflow loads them."""

from __future__ import annotations

import html
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from airflow_provider_ytdlp_ops.params import POLICIES
from conftest import DAGS
from support.paths import ROOT
from ytdlp_ops.work.ttypes import FailurePolicy

WORKER = "ytdlp_ops_worker_per_url"

EDGES = {
    "pull_url_from_redis": {"assign_account"},
    "assign_account": {"get_token"},
    "get_token": {"handle_bannable_error_branch", "download_and_probe"},
    "handle_bannable_error_branch": {
        "ban_account_and_prepare_for_retry", "handle_generic_failure",
    },
    "ban_account_and_prepare_for_retry": {"retry_get_token", "handle_generic_failure"},
    "retry_get_token": {"ban_second_account_and_proxy", "download_and_probe"},
    "ban_second_account_and_proxy": {"handle_generic_failure"},
    "download_and_probe": {"mark_url_as_success"},
    "mark_url_as_success": {"handle_generic_failure", "decide_what_to_do_next"},
    "handle_generic_failure": {"decide_what_to_do_next"},
    "decide_what_to_do_next": {"trigger_self_run", "stop_loop", "fail_loop"},
    "trigger_self_run": set(),
    "stop_loop": set(),
    "fail_loop": set(),
}
"""The seed's tasks, and what follows each."""

TASKS = {
    WORKER: set(EDGES),
    "ytdlp_ops_orchestrator": {"check_server", "plan_lanes", "start_lane"},
    "ytdlp_mgmt_proxy_account": {"manage"},
    "ytdlp_mgmt_queues": {"manage"},
}


@pytest.fixture(scope="module")
def bag():
    """Loads them with no network at hand: nothing may happen at import."""
    from airflow.dag_processing.dagbag import DagBag

    def refuse(*_):
        raise AssertionError("a DAG file opened a connection while it was imported")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        return DagBag(str(DAGS))


def test_dags_import(bag):
    assert bag.import_errors == {}
    assert {name: set(dag.task_ids) for name, dag in bag.dags.items()} == TASKS


def test_worker_graph(bag):
    dag = bag.dags[WORKER]
    assert {task.task_id: set(task.downstream_task_ids) for task in dag.tasks} == EDGES


@pytest.mark.parametrize("name", TASKS)
def test_dag_explains_itself(bag, name):
    dag = bag.dags[name]
    assert len(dag.doc_md) > 200 and "ytdlp-ops" in dag.tags
    assert dag.schedule is None and dag.is_paused_upon_creation is False
    for task in dag.tasks:
        assert task.execution_timeout, task.task_id
        assert task.doc_md or name == "ytdlp_ops_orchestrator" or task.task_type.startswith(
            "TriggerDagRun"
        ), task.task_id


@pytest.mark.parametrize("name", TASKS)
def test_params_have_schema_help_and_valid_defaults(bag, name):
    for key in bag.dags[name].params:
        param = bag.dags[name].params.get_param(key)
        assert param.schema.get("type"), key
        assert param.schema.get("title") and len(param.description or "") >= 10, key
        param.resolve()  # raises where the default does not fit


def test_params_of_the_issue(bag):
    worker, mgmt = bag.dags[WORKER].params, bag.dags["ytdlp_mgmt_proxy_account"].params
    assert worker["auto_create_new_accounts_on_exhaustion"] is True
    assert worker["on_bannable_failure"] == "retry_with_new_account"
    names = [FailurePolicy._VALUES_TO_NAMES[value].lower() for value in range(len(POLICIES))]
    assert worker.get_param("on_bannable_failure").schema["enum"] == names
    assert "account_pool" in bag.dags["ytdlp_ops_orchestrator"].params
    assert mgmt.get_param("entity").schema["enum"] == ["all", "account", "proxy"]
    assert mgmt.get_param("action").schema["enum"] == [
        "list", "list_statuses", "ban", "unban", "unban_all", "reset", "delete_from_redis",
    ]
    assert {"management_host", "management_port"} <= set(mgmt)


@pytest.mark.parametrize("name", ["ytdlp_ops_worker_per_url", "ytdlp_ops_orchestrator"])
def test_picture_in_the_docs_is_that_of_the_dag(bag, name):
    """docker/airflow/draw_dags.py draws it anew."""
    picture = (ROOT / f"docs/images/{name}.svg").read_text()
    titles = {html.unescape(title) for title in re.findall("<title>(.*?)</title>", picture)}
    tasks = bag.dags[name].tasks
    edges = {f"{task.task_id}->{below}" for task in tasks for below in task.downstream_task_ids}
    assert titles == {name, *(task.task_id for task in tasks), *edges}


@pytest.mark.parametrize("name", [WORKER, "ytdlp_ops_orchestrator", "ytdlp_mgmt_queues"])
def test_queue_may_have_every_name_that_the_server_takes(bag, name):
    from airflow.sdk.exceptions import ParamValidationError

    param = bag.dags[name].params.get_param("queue")
    queue = "Team-1:night_2.x"
    assert param.resolve(queue) == queue
    with pytest.raises(ParamValidationError):
        param.resolve("..")


@pytest.mark.parametrize(
    "pool, good",
    [
        ("my_prefix:50", True),
        ("one", True),
        ("one,two,three", True),
        ("", False),
        ("prefix:", False),
        ("one,,two", False),
        ("a b:3", False),
    ],
)
def test_account_pool_is_checked_when_a_run_is_triggered(bag, pool, good):
    from airflow.sdk.exceptions import AirflowException

    param = bag.dags[WORKER].params.get_param("account_pool")
    if good:
        assert param.resolve(pool) == pool
    else:
        with pytest.raises((AirflowException, ValueError)):
            param.resolve(pool)


def test_ruff_finds_no_airflow_2():
    ruff = Path(sys.executable).parent / "ruff"
    checked = ["docker/airflow/dags", "docker/airflow/provider/airflow_provider_ytdlp_ops"]
    done = subprocess.run(
        [ruff, "check", "--no-cache", "--select", "AIR,F,B", "--line-length", "100", *checked],
        cwd=ROOT, capture_output=True, text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_lock_files_pin_everything_with_hashes():
    runtime = _pins(ROOT / "docker/airflow/requirements.lock")
    tests = _pins(ROOT / "tests/airflow/requirements.lock")
    assert len(runtime) > 50
    assert {name: tests.get(name) for name in runtime} == runtime


def _pins(lock: Path) -> dict[str, str]:
    blocks = re.split(r"\n(?=\S)", lock.read_text())
    pins = {}
    for block in blocks:
        if block.startswith("#"):
            continue
        name, _, version = block.split()[0].partition("==")
        assert version and "--hash=sha256:" in block, block
        pins[name] = version
    return pins
