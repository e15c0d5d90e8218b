"""From a run's parameters and XComs to the structs of the calls, and to the lane's next run."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ytdlp_ops.tokens.ttypes import TokenRequest
from ytdlp_ops.work.ttypes import AccountPool, FailedAttempt, FailurePolicy, RecoveryAction
from ytdlp_ops.work.ttypes import RecoveryPlan

from .exceptions import CONNECTION_FAILED
from .job import JobFolder
from .params import carried
from .secrets import shown_proxy

RETRY = RecoveryAction._VALUES_TO_NAMES[RecoveryAction.RETRY]
STOP_LANE = RecoveryAction._VALUES_TO_NAMES[RecoveryAction.STOP_LANE]
FAIL_ITEM = RecoveryAction._VALUES_TO_NAMES[RecoveryAction.FAIL_ITEM]

PASSING_TROUBLE = (
    CONNECTION_FAILED,
    "REDIS_UNAVAILABLE",
    "OVERLOADED",
    "DRAINING",
    "NO_ACTIVE_PROXIES",
)
"""Neither the URL's nor the account's: the task itself is retried before recovery is asked."""

_MAX_LANE_ID = 200
"""Airflow takes run ids of at most 250 characters."""


def account_pool(params: dict[str, Any]) -> AccountPool:
    """The parameter account_pool: "prefix:50", or ids with commas between them."""
    text = params["account_pool"]
    prefix, colon, size = text.rpartition(":")
    if colon:
        create = params["auto_create_new_accounts_on_exhaustion"]
        return AccountPool(prefix=prefix, size=int(size), autoCreateOnExhaustion=create)
    return AccountPool(accountIds=text.split(","), autoCreateOnExhaustion=False)


def failure_policy(params: dict[str, Any]) -> int:
    return FailurePolicy._NAMES_TO_VALUES[params["on_bannable_failure"].upper()]


def token_request(
    params: dict[str, Any],
    item: dict[str, Any],
    account: str,
    job_id: str,
    caller: str,
    is_retry: bool,
) -> TokenRequest:
    # Of a retry, a kept token may be what failed.
    request_params = (params["request_params"] or {}) | ({"no_cache": True} if is_retry else {})
    return TokenRequest(
        url=item["url"],
        accountId=account,
        jobId=job_id,
        clients=params["clients"],
        requestParamsJson=json.dumps(request_params) if request_params else "",
        timeoutS=params["token_timeout_s"],
        penalize=not bans_nothing(params),
        callerId=caller[:256],
    )


def bans_nothing(params: dict[str, Any]) -> bool:
    """Under this policy a failure leads to no ban by numbers either."""
    return failure_policy(params) == FailurePolicy.RETRY_WITHOUT_BAN


def failed_attempt(
    params: dict[str, Any],
    item: dict[str, Any],
    failure: dict[str, Any],
    job: JobFolder,
    tried: list[str],
) -> FailedAttempt:
    """`failure` is as JobFolder.keep_failure gave it."""
    return FailedAttempt(
        itemId=item["itemId"],
        policy=failure_policy(params),
        attempt=failure["attempt"],
        errorCode=failure["errorCode"],
        accountId=failure["accountId"],
        proxyUrl=job.failed_proxy(failure["attempt"]),
        pool=account_pool(params),
        triedAccountIds=tried,
        retryable=failure.get("retryable", True),
    )


def plan_record(plan: RecoveryPlan) -> dict[str, Any]:
    """The plan as XCom and people may know it."""
    return {
        "action": RecoveryAction._VALUES_TO_NAMES[plan.action],
        "accountId": plan.accountId,
        "bannedAccountIds": list(plan.bannedAccountIds),
        "bannedProxies": [shown_proxy(url) for url in plan.bannedProxyUrls],
        "releaseItem": bool(plan.releaseItem),
        "explanation": plan.explanation,
    }


def banned(plan: dict[str, Any]) -> list[str]:
    return plan["bannedAccountIds"] + plan["bannedProxies"]


def plan_text(plan: dict[str, Any]) -> str:
    then = f"{plan['action']} with {plan['accountId']}" if plan["accountId"] else plan["action"]
    return f"{then}; banned: {', '.join(banned(plan)) or 'nobody'}; {plan['explanation']}"


def lane_of(params: dict[str, Any], run_id: str) -> str:
    """The lane's id; a run that was started by hand begins a lane of its own."""
    return params["lane_id"] or _short(run_id)


def next_run(params: dict[str, Any], run_id: str, account: str | None) -> dict[str, Any]:
    """Id and conf of the lane's next run. account: the one to stay with, after a success."""
    lane, number = lane_of(params, run_id), params["lane_run"] + 1
    return {
        "run_id": lane_run_id(lane, number),
        "conf": {
            **carried(params),
            "lane_id": lane,
            "lane_run": number,
            "preferred_account_id": account,
        },
    }


def first_runs(params: dict[str, Any], run_id: str) -> list[dict[str, Any]]:
    """Of each lane of an orchestrator's run, for TriggerDagRunOperator."""
    lanes = [f"{_short(run_id)}.lane-{number:02d}" for number in range(1, params["lanes"] + 1)]
    return [
        {
            "trigger_run_id": lane_run_id(lane, 1),
            "conf": {**carried(params), "lane_id": lane, "lane_run": 1},
        }
        for lane in lanes
    ]


def lane_run_id(lane: str, number: int) -> str:
    """The same whenever it is asked for: a trigger that is retried starts no second run."""
    return f"{lane}.run-{number:05d}"


def _short(run_id: str) -> str:
    if len(run_id) <= _MAX_LANE_ID:
        return run_id
    digest = hashlib.sha256(run_id.encode()).hexdigest()[:12]
    return f"{run_id[: _MAX_LANE_ID - 13]}-{digest}"
