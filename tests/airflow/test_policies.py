"""
Every way through the graph of ytdlp_ops_worker_per_url, by dag.test() against a real server, real
yt-dlp and a double of YouTube.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import pytest

from conftest import DAGS
from lane_runs import DAG_ID, run_once
from ops_site import PASSWORD, OpsSite
from support.mapping_socks5 import Behaviour
from support.media import media_dir
from support.paths import BUILD
from support.youtube_cases import watch_url

START = {"pull_url_from_redis", "assign_account", "get_token"}
DOWNLOAD = {"download_and_probe", "mark_url_as_success"}
BRANCH = {"handle_bannable_error_branch"}
RETRY = {"ban_account_and_prepare_for_retry", "retry_get_token"}
FAILED = {"handle_generic_failure", "decide_what_to_do_next"}
DECIDED = {"decide_what_to_do_next"}
SECOND = {"ban_second_account_and_proxy"}


@pytest.fixture(scope="module")
def site(airflow_database):
    with tempfile.TemporaryDirectory(prefix="ytops-") as folder:
        site = OpsSite(media_dir(BUILD), Path(folder))
        yield site
        site.close()


@pytest.fixture
def lane(site, folder, monkeypatch, request):
    """Runs the DAG once on a queue of the test's own; `lane.queue`, `lane.prefix` name things."""
    from airflow.dag_processing.dagbag import DagBag

    dag = DagBag(str(DAGS)).dags[DAG_ID]
    monkeypatch.setenv("AIRFLOW_CONN_YTDLP_OPS_DEFAULT", site.connection())

    def run(url: str | None, **params):
        if url:
            with site.client() as client:
                client.push_urls(run.queue, [url])
        given = {
            "queue": run.queue,
            "account_pool": f"{run.prefix}:3",
            "auto_create_new_accounts_on_exhaustion": False,
            "work_dir": str(folder / "work"),
            "download_dir": str(folder / "media"),
            **params,
        }
        outcome = run_once(dag, **given)
        assert PASSWORD not in outcome.xcoms
        assert list((folder / "work").glob("jobs/*")) == []
        return outcome

    run.queue = f"q_{abs(hash(request.node.name))}"
    run.prefix = f"acc{abs(hash(request.node.name))}"
    yield run
    for tunnel in site.tunnels:
        tunnel.behaviour = Behaviour.SERVE
    site.refresh()


def only_entry(site, queue, part):
    """The one entry that the queue holds, and it holds it nowhere else."""
    with site.client() as client:
        status = client.get_queue_status(queue)
    found = (status.inbox, status.inProgress, status.succeeded, status.failed)
    assert found == ((0, 0, 1, 0) if part == "result" else (0, 0, 0, 1))
    ((url, entry),) = site.entries(queue, part).items()
    assert PASSWORD not in json.dumps(entry)
    return url, entry


def test_playable_url_becomes_a_verified_file(site, lane, folder):
    url = watch_url("playable", 1)
    outcome = lane(url)

    assert outcome.state == "success"
    assert outcome.path() == START | DOWNLOAD | DECIDED | {"trigger_self_run"}
    found, entry = only_entry(site, lane.queue, "result")
    assert found == url and entry["streams"] == ["audio", "video"]
    assert Path(entry["files"][0]).parent == folder / "media" / lane.queue
    assert Path(entry["files"][0]).stat().st_size == entry["bytes"] > 1000
    assert entry["proxyUrl"].startswith("socks5://user:***@")
    conf = outcome.next_conf
    assert conf["preferred_account_id"] == entry["accountId"]
    assert (conf["lane_id"], conf["lane_run"]) == (outcome.run_id, 2)
    assert conf["queue"] == lane.queue and conf["account_pool"] == f"{lane.prefix}:3"


def test_affinity_takes_the_account_of_the_last_success(site, lane):
    preferred = f"{lane.prefix}_02"
    lane(watch_url("playable", 2), preferred_account_id=preferred)
    assert only_entry(site, lane.queue, "result")[1]["accountId"] == preferred


def test_url_of_its_own_fault_fails_and_the_lane_goes_on(site, lane):
    outcome = lane(watch_url("private"), preferred_account_id=f"{lane.prefix}_01")

    assert outcome.state == "success"
    assert outcome.path() == START | BRANCH | FAILED | {"trigger_self_run"}
    assert only_entry(site, lane.queue, "fail")[1]["errorCode"] == "PRIVATE_VIDEO"
    assert outcome.next_conf["preferred_account_id"] is None
    assert site.banned_accounts(lane.prefix) == set()


def test_stop_loop(site, lane):
    outcome = lane(watch_url("bot"), on_bannable_failure="stop_loop")

    assert outcome.state == "failed"
    assert outcome.path() == START | BRANCH | FAILED | {"fail_loop"}
    entry = only_entry(site, lane.queue, "fail")[1]
    assert (entry["errorCode"], entry["policy"]) == ("BOT_DETECTED", "stop_loop")
    assert site.banned_accounts(lane.prefix) == {entry["accountId"]}
    assert site.banned_proxies() == set() and outcome.next_conf is None


@pytest.mark.parametrize(
    "policy, n_accounts, n_proxies",
    [
        ("retry_with_new_account", 2, 1),
        ("retry_and_ban_account_only", 2, 0),
        ("retry_without_ban", 0, 0),
    ],
)
def test_second_failure(site, lane, policy, n_accounts, n_proxies):
    outcome = lane(watch_url("bot"), on_bannable_failure=policy)

    assert outcome.state == "failed"
    assert outcome.path() == START | BRANCH | RETRY | SECOND | FAILED | {"fail_loop"}
    entry = only_entry(site, lane.queue, "fail")[1]
    tried = {attempt["accountId"] for attempt in entry["tried"]}
    assert [attempt["errorCode"] for attempt in entry["tried"]] == ["BOT_DETECTED"] * 2
    assert len(tried) == 2
    assert site.banned_accounts(lane.prefix) == (tried if n_accounts else set())
    assert len(site.banned_proxies()) == n_proxies
    assert len(entry["banned"]) == n_accounts + n_proxies
    assert "the retry failed too" in entry["recovery"]


@pytest.mark.parametrize("policy", ["retry_with_new_account", "retry_without_ban"])
def test_retry_that_succeeds(site, lane, policy):
    dead = next_tunnel(site)
    dead.behaviour = Behaviour.CLOSE  # SOCKS5_CONNECTION_FAILED, which is bannable
    outcome = lane(watch_url("playable", 3), on_bannable_failure=policy)

    assert outcome.state == "success"
    assert outcome.path() == START | BRANCH | RETRY | DOWNLOAD | DECIDED | {"trigger_self_run"}
    entry = only_entry(site, lane.queue, "result")[1]
    assert entry["attempts"] == 2
    banned = site.banned_accounts(lane.prefix)
    assert len(banned) == (0 if policy == "retry_without_ban" else 1)
    assert entry["accountId"] not in banned
    assert outcome.next_conf["preferred_account_id"] == entry["accountId"]


def next_tunnel(site):
    """The proxy that the next token goes through."""
    with site.client() as client:
        (taken,) = [each.proxyUrl for each in client.get_proxy_status() if each.nextFor]
    (found,) = [tunnel for tunnel in site.tunnels if tunnel.url == taken]
    return found


def test_empty_queue_stops_the_lane(site, lane):
    outcome = lane(None)

    assert outcome.state == "success"
    assert outcome.path() == {"decide_what_to_do_next", "stop_loop"}
    assert outcome.tasks["pull_url_from_redis"] == "skipped"
    assert outcome.next_conf is None


def test_no_active_account_gives_the_url_back(site, lane):
    with site.client() as client:
        client.ban_account(f"{lane.prefix}_01", "by the test", 600)
        client.ban_account(f"{lane.prefix}_02", "by the test", 500)
    url = watch_url("playable", 4)
    outcome = lane(url, account_pool=f"{lane.prefix}_01,{lane.prefix}_02")

    assert outcome.state == "failed"
    assert outcome.tasks["assign_account"] == "failed"
    assert outcome.path() == (START - {"get_token"}) | BRANCH | FAILED | {"fail_loop"}
    assert site.inbox(lane.queue) == [url]
    assert site.entries(lane.queue, "fail") == {} and site.in_progress(lane.queue) == []
    assert "NO_ACTIVE_ACCOUNTS" in outcome.xcoms
    assert re.search(rf"the soonest is {lane.prefix}_02 in (500|4\d\d) s", outcome.xcoms)


def test_exhausted_pool_with_auto_creation_goes_on(site, lane):
    with site.client() as client:
        client.ban_account(f"{lane.prefix}_01", "by the test", 600)
    lane(
        watch_url("playable", 5),
        account_pool=f"{lane.prefix}:1",
        auto_create_new_accounts_on_exhaustion=True,
    )
    account = only_entry(site, lane.queue, "result")[1]["accountId"]
    assert account.startswith(f"{lane.prefix}-auto-")


def test_download_that_is_refused_is_tried_with_a_second_token(site, lane):
    outcome = lane(watch_url("media403"))

    assert outcome.state == "success"
    assert outcome.tasks["download_and_probe"] == "failed"
    entry = only_entry(site, lane.queue, "fail")[1]
    assert (entry["errorCode"], entry["attempts"]) == ("MEDIA_403", 2)
    assert outcome.path() >= START | FAILED | {"trigger_self_run"}
