"""Runs of the worker's DAG whose server goes away, or whose lease is over."""

from __future__ import annotations

import json
import time

import pytest

from conftest import DAGS
from lane_runs import DAG_ID, run_once
from scripted_server import Hangup
from ytdlp_ops.common.ttypes import ServiceException, UserException
from ytdlp_ops.work.ttypes import RecoveryAction, RecoveryPlan, WorkItem

URL = "https://www.youtube.com/watch?v=x"


def hang_up(*_):
    raise Hangup


def hold_nothing(*_):
    raise UserException("the lane holds nothing", "NOT_FOUND", {})


def give_item(queue, lane, lease_s):
    return WorkItem(
        itemId="i", queue=queue, url=URL, deliveries=1, leaseExpiresAt=int(time.time()) + lease_s
    )


@pytest.fixture
def run(airflow_database, scripted, folder, monkeypatch):
    """Runs the DAG once against a server with these methods, the others of which hang up."""
    from airflow.dag_processing.dagbag import DagBag

    def start(**methods):
        names = ("assignAccount", "renewLease", "getToken", "recover", "markFailure", "releaseUrl")
        known = {"getLaneItem": hold_nothing, "pullUrl": give_item, **dict.fromkeys(names, hang_up)}
        start.server = scripted(**{**known, **methods})
        connection = {"conn_type": "ytdlp_ops", "host": "127.0.0.1", "port": start.server.port}
        monkeypatch.setenv("AIRFLOW_CONN_YTDLP_OPS_DEFAULT", json.dumps(connection))
        return run_once(DagBag(str(DAGS)).dags[DAG_ID], work_dir=str(folder))

    return start


def test_server_that_is_away_from_the_start_fails_the_run(run):
    outcome = run(getLaneItem=hang_up)

    assert outcome.state == "failed"
    assert outcome.tasks["pull_url_from_redis"] == "failed"
    assert outcome.tasks["handle_generic_failure"] == "skipped"
    assert outcome.tasks["fail_loop"] == "failed" and outcome.next_conf is None
    assert run.server.calls["pullUrl"] == 0


def test_server_that_goes_away_leaves_the_url_to_its_lease(run):
    outcome = run()

    assert outcome.state == "failed"
    states = {outcome.tasks[name] for name in ("assign_account", "handle_generic_failure")}
    assert states == {"failed"} and outcome.tasks["fail_loop"] == "failed"
    assert run.server.calls["pullUrl"] == 1
    assert run.server.calls["markFailure"] == 0
    assert run.server.calls["releaseUrl"] >= 1  # tried, and not answered


def test_server_that_comes_back_gets_the_url_back(run):
    outcome = run(releaseUrl=lambda *_: None)

    assert outcome.state == "failed"
    assert outcome.tasks["handle_generic_failure"] == "success"
    assert run.server.calls["releaseUrl"] == 1
    assert '"done": "released"' in outcome.xcoms


def test_passing_trouble_of_the_server_is_retried_by_the_task(run):
    answers = ["REDIS_UNAVAILABLE", "OVERLOADED", None]

    def assign(*_):
        code = answers.pop(0)
        if code:
            raise ServiceException("soon", code, {"retryable": "true"})
        return "acc_01"

    outcome = run(assignAccount=assign, releaseUrl=lambda *_: None)

    assert outcome.tasks["assign_account"] == "success" and answers == []


def test_url_whose_lease_is_over_is_left_to_the_lane_that_has_it(run):
    def lost(*_):
        raise UserException("its lease was over", "NOT_FOUND", {})

    plan = RecoveryPlan(
        action=RecoveryAction.FAIL_ITEM, bannedAccountIds=[], bannedProxyUrls=[], explanation="x"
    )
    outcome = run(
        assignAccount=lambda *_: "acc_01",
        renewLease=lost,
        recover=lambda attempt: plan,
        markFailure=lost,
    )

    assert outcome.state == "success"
    assert outcome.tasks["trigger_self_run"] == "success"
    assert outcome.next_conf["preferred_account_id"] is None
    assert run.server.calls["getToken"] == 0
    assert '"done": "with another lane"' in outcome.xcoms
