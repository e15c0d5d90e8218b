"""From parameters to calls, and from run to run."""

from __future__ import annotations

import json
import re
import threading
from types import SimpleNamespace

import pytest

from airflow_provider_ytdlp_ops import lane, tables
from airflow_provider_ytdlp_ops.client import YtdlpOpsClient
from airflow_provider_ytdlp_ops.exceptions import YtdlpOpsUserError
from airflow_provider_ytdlp_ops.lease import LeaseKeeper
from airflow_provider_ytdlp_ops.params import lane_params, lane_state_params
from ytdlp_ops.common.ttypes import ServiceException, UserException
from ytdlp_ops.management.ttypes import AccountStatus, ProxyStatus
from ytdlp_ops.work.ttypes import AccountPool, FailurePolicy

DEFAULTS = {
    name: param.value for name, param in {**lane_params(), **lane_state_params()}.items()
}
RUN_ID = re.compile(r"^[A-Za-z0-9_.~:+-]+$")
"""What Airflow allows by default."""


def params(**more):
    return {**DEFAULTS, **more}


@pytest.mark.parametrize(
    "text, pool",
    [
        ("p:50", AccountPool(prefix="p", size=50, autoCreateOnExhaustion=True)),
        ("a", AccountPool(accountIds=["a"], autoCreateOnExhaustion=False)),
        ("a,b", AccountPool(accountIds=["a", "b"], autoCreateOnExhaustion=False)),
    ],
)
def test_account_pool(text, pool):
    assert lane.account_pool(params(account_pool=text)) == pool


def test_auto_creation_can_be_switched_off():
    given = params(account_pool="p:5", auto_create_new_accounts_on_exhaustion=False)
    assert lane.account_pool(given).autoCreateOnExhaustion is False


@pytest.mark.parametrize("policy", FailurePolicy._NAMES_TO_VALUES)
def test_request_is_without_penalty_under_the_lenient_policy_only(policy):
    given = params(on_bannable_failure=policy.lower(), request_params={"format": "18"})
    request = lane.token_request(given, {"url": "u"}, "acc", "job", "c" * 300, is_retry=False)
    assert request.penalize is (policy != "RETRY_WITHOUT_BAN")
    assert request.requestParamsJson == '{"format": "18"}'
    assert (request.accountId, request.jobId, len(request.callerId)) == ("acc", "job", 256)
    again = lane.token_request(given, {"url": "u"}, "acc", "job", "c", is_retry=True)
    assert json.loads(again.requestParamsJson) == {"format": "18", "no_cache": True}


def test_first_runs_of_lanes():
    runs = lane.first_runs(params(lanes=3, queue="q"), "manual__2026-01-02T03:04:05+00:00_x")
    ids = [run["trigger_run_id"] for run in runs]
    assert len(set(ids)) == 3 and all(RUN_ID.match(name) for name in ids)
    assert [run["conf"]["lane_run"] for run in runs] == [1, 1, 1]
    assert runs[0]["conf"]["queue"] == "q" and "lanes" not in runs[0]["conf"]


def test_next_run_carries_parameters_and_affinity():
    (first,) = lane.first_runs(params(lanes=1, queue="q", clients="web"), "o")
    given = params(**first["conf"])

    second = lane.next_run(given, first["trigger_run_id"], "acc_07")
    third = lane.next_run({**DEFAULTS, **second["conf"]}, second["run_id"], None)

    assert [first["trigger_run_id"], second["run_id"], third["run_id"]] == [
        "o.lane-01.run-00001", "o.lane-01.run-00002", "o.lane-01.run-00003",
    ]
    assert second == lane.next_run(given, first["trigger_run_id"], "acc_07")
    assert second["conf"]["preferred_account_id"] == "acc_07"
    assert third["conf"]["preferred_account_id"] is None
    assert third["conf"]["clients"] == "web" and third["conf"]["queue"] == "q"


def test_run_by_hand_begins_a_lane_whose_ids_do_not_grow():
    run_id, given = "x" * 250, params()
    for _ in range(3):
        following = lane.next_run(given, run_id, None)
        run_id, given = following["run_id"], params(**following["conf"])
        assert len(run_id) <= 250
    assert run_id.endswith(".run-00004")


def renewals(scripted, answers):
    """A keeper of a lease of a second, and an event that is set at the third renewal."""
    enough = threading.Event()

    def renew(queue, item, lease_s):
        answer = answers.pop(0) if answers else None
        if server.calls["renewLease"] >= 3:
            enough.set()
        if answer:
            raise answer

    server = scripted(renewLease=renew)
    keeper = LeaseKeeper(lambda: YtdlpOpsClient("127.0.0.1", server.port), "q", "i", 1)
    return keeper, enough


def test_lease_is_renewed_through_troubles_of_the_server(scripted):
    trouble = ServiceException("down", "REDIS_UNAVAILABLE", {})
    keeper, enough = renewals(scripted, [None, trouble])
    with keeper:
        assert enough.wait(30)
        assert not keeper.lost.is_set()


def test_lost_lease_is_noticed(scripted):
    keeper, _ = renewals(scripted, [None, UserException("gone", "NOT_FOUND", {})])
    with keeper:
        assert keeper.lost.wait(30)


def test_lease_that_is_lost_before_the_work_is_an_error(scripted):
    keeper, _ = renewals(scripted, [UserException("gone", "NOT_FOUND", {})])
    with pytest.raises(YtdlpOpsUserError, match="NOT_FOUND"), keeper:
        raise AssertionError("the block runs")


def proxy(url, next_for=(), **more):
    fields = dict(
        serverIdentity="pool", state=0, stateText="ACTIVE", successCount=0, failureCount=0,
        recentFailures=0, recentFailureAccounts=0,
    )
    return ProxyStatus(proxyUrl=url, nextFor=list(next_for), **{**fields, **more})


def test_proxy_table_marks_the_next_and_hides_passwords():
    text = tables.proxy_table(
        [
            proxy("socks5://u:secret@h:1", stateText="BANNED (active in 55m)"),
            proxy("socks5://u:secret@h:2", ["w1"]),
        ]
    )
    assert "secret" not in text
    assert "socks5://u:***@h:2 (next)" in text and "BANNED (active in 55m)" in text
    assert text.count("(next)") == 1


def test_proxy_table_tells_workers_apart():
    text = tables.proxy_table([proxy("http://h:1", ["w1"]), proxy("http://h:2", ["w2", "w3"])])
    assert "http://h:1 (next for w1)" in text and "http://h:2 (next for w2, w3)" in text


def test_account_table_shows_the_time_that_is_left():
    account = AccountStatus(
        accountId="acc_01", state=1, stateText="RESTING (active in 25m)", successCount=7,
        failureCount=1, consecutiveFailures=0, lastSuccessTimestamp=1700000000,
    )
    lines = tables.account_table([account]).splitlines()
    assert lines[0] == "Accounts (1):"
    assert lines[1].startswith("Account ") and set(lines[2]) == {"-", " "}
    assert "RESTING (active in 25m)" in lines[3] and "2023-11-14 22:13:20" in lines[3]


def test_empty_tables_say_so():
    assert tables.account_table([]) == "Accounts: no account has any state yet"
    failed = [SimpleNamespace(url="u", errorJson="{}")]
    assert tables.failed_table("q", failed).splitlines()[0] == "Failed URLs of q (1):"
