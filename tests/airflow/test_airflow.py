"""
The whole thing: a real Airflow with its scheduler and executor runs the orchestrator's lanes over a
queue, against a real server, and the management DAG shows what has become of accounts and proxies.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest

from airflow_instance import FINISHED, AirflowInstance
from conftest import DAGS
from ops_site import PASSWORD, OpsSite
from support.media import media_dir, probe_streams
from support.paths import BUILD, ytdlp_program
from support.youtube_cases import watch_url
from ytdlp_ops.tokens.ttypes import TokenRequest

WORKER = "ytdlp_ops_worker_per_url"
QUEUE = "video_queue"
PLAYABLE = [watch_url("playable", number) for number in range(8)]
PRIVATE = [watch_url("private", number) for number in range(3)]
BOT = [watch_url("bot")]
MIXED = [*PLAYABLE[:3], *PRIVATE[:2], *BOT, *PLAYABLE[3:], *PRIVATE[2:]]
START_S = 180
PATIENCE_S = 400
"""On an idle machine with two cores it takes about 60 s."""


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory(prefix="ytops-") as path:
        yield Path(path)


@pytest.fixture(scope="module")
def site(folder):
    site = OpsSite(media_dir(BUILD), folder)
    yield site
    site.close()


@pytest.fixture(scope="module")
def airflow(site, folder):
    env = {
        "AIRFLOW_CONN_YTDLP_OPS_DEFAULT": site.connection(),
        "YTDLP_OPS_YTDLP": ytdlp_program(),
        "YTDLP_OPS_WORK_DIR": str(folder / "work"),
    }
    instance = AirflowInstance(folder / "airflow", DAGS, env)
    yield instance
    instance.close()


@pytest.mark.timeout(700)
def test_two_lanes_empty_a_queue(airflow, site, folder):
    airflow.wait_for_dags({WORKER, "ytdlp_ops_orchestrator", "ytdlp_mgmt_proxy_account"})
    with site.client() as client:
        client.push_urls(QUEUE, MIXED)

    airflow.trigger(
        "ytdlp_ops_orchestrator", "start", {"lanes": 2, "queue": QUEUE, "account_pool": "acc:6"}
    )
    assert airflow.wait_for_run("ytdlp_ops_orchestrator", "start", START_S) == "success"
    airflow.wait(lambda: _all_ended(airflow, site), "both lanes end", PATIENCE_S)

    assert len(MIXED) == 12
    results, failures = site.entries(QUEUE, "result"), site.entries(QUEUE, "fail")
    assert site.inbox(QUEUE) == [] and site.in_progress(QUEUE) == []
    assert set(results) == set(PLAYABLE)
    assert {url: entry["errorCode"] for url, entry in failures.items()} == {
        **dict.fromkeys(PRIVATE, "PRIVATE_VIDEO"), BOT[0]: "BOT_DETECTED",
    }
    for entry in results.values():
        assert probe_streams(Path(entry["files"][0])) == {"audio", "video"}
    assert list((folder / "work/jobs").iterdir()) == []

    tried = {attempt["accountId"] for attempt in failures[BOT[0]]["tried"]}
    _check_lanes(airflow.runs(WORKER), results, tried)
    assert len(tried) == 2 and site.banned_accounts("acc") == tried
    assert len(site.banned_proxies()) == 1
    assert PASSWORD not in airflow.logs()


def _all_ended(airflow, site):
    """Neither a URL nor a run is under way, and every lane has made its last run."""
    with site.client() as client:
        status = client.get_queue_status(QUEUE)
    if status.inbox or status.inProgress:
        return False
    runs = airflow.runs(WORKER)
    return len(runs) > len(MIXED) and all(run["state"] in FINISHED for run in runs)


def _check_lanes(runs, results, banned):
    """
    One lane ended by its policy, the other at the end of the queue; affinity held, but to accounts
    that the other lane's failure may have banned before their next turn.
    """
    by_lane: dict[str, list[dict]] = {}
    for run in runs:
        by_lane.setdefault(run["conf"]["lane_id"], []).append(run)
    assert sorted(by_lane) == ["start.lane-01", "start.lane-02"]
    assert len(runs) == len(MIXED) + 1  # and the one that found the queue empty
    for lane, of_lane in by_lane.items():
        of_lane.sort(key=lambda run: run["conf"]["lane_run"])
        ids = [f"{lane}.run-{number:05d}" for number in range(1, len(of_lane) + 1)]
        assert [run["dag_run_id"] for run in of_lane] == ids
        assert {run["state"] for run in of_lane[:-1]} <= {"success"}
    ends = sorted(of_lane[-1]["state"] for of_lane in by_lane.values())
    assert ends == ["failed", "success"]

    account_of = {entry["runId"]: entry["accountId"] for entry in results.values()}
    preferred = {
        run["dag_run_id"]: run["conf"]["preferred_account_id"]
        for run in runs
        if run["conf"].get("preferred_account_id") not in {None, "", *banned}
        and run["dag_run_id"] in account_of
    }
    assert preferred, "no run followed a success"
    assert {run: account_of[run] for run in preferred} == preferred


@pytest.mark.timeout(300)
def test_management_dag_shows_tables(airflow, site):
    site.refresh()
    with site.client() as client:
        client.get_token(TokenRequest(url=watch_url("playable"), accountId="shown_01"))
        client.ban_account("shown_02", "by the test", 600)
        client.ban_account("shown_03", "by hand", -1)
        (after, *_) = [each.proxyUrl for each in client.get_proxy_status() if not each.nextFor]
        client.ban_proxy("", after, "by the test", 1800)
    conf = {
        "management_host": "127.0.0.1", "management_port": site.server.port,
        "entity": "all", "action": "list",
    }
    airflow.trigger("ytdlp_mgmt_proxy_account", "look", conf)
    assert airflow.wait_for_run("ytdlp_mgmt_proxy_account", "look", START_S) == "success"

    log = airflow.task_log("ytdlp_mgmt_proxy_account", "look", "manage")
    accounts, _, proxies = log.partition("Proxies (2):")
    assert re.search(r"Accounts \(\d+\):", accounts)
    assert re.search(r"shown_02 +BANNED \(active in (10|9)m\)", accounts)
    assert re.search(r"shown_01 +ACTIVE +1 ", accounts)
    assert re.search(r"shown_03 +BANNED \(until unbanned\)", accounts)
    assert len(re.findall(r"socks5://user:\*\*\*@127\.0\.0\.1:\d+ \(next\) +ACTIVE", proxies)) == 1
    assert len(re.findall(r"BANNED \(active in (?:30|29)m\)", proxies)) == 1
    assert PASSWORD not in log


@pytest.mark.timeout(300)
def test_management_dag_unbans_a_proxy_by_what_the_table_shows(airflow, site):
    site.refresh()
    banned = site.tunnels[0].url
    with site.client() as client:
        client.ban_proxy("", banned, "by the test", 0)
    conf = {
        "management_host": "127.0.0.1", "management_port": site.server.port,
        "entity": "proxy", "action": "unban",
        "proxy_url": banned.replace(PASSWORD, "***"),
    }
    airflow.trigger("ytdlp_mgmt_proxy_account", "unban", conf)
    assert airflow.wait_for_run("ytdlp_mgmt_proxy_account", "unban", START_S) == "success"
    assert site.banned_proxies() == set()
