"""
What the tasks of ytdlp_ops_worker_per_url do, as functions of the run's Airflow context. Every
decision is a call of WorkService; what is left here is to carry its answers from task to task.

XCom holds no secret and nothing large: proxies without passwords, and the info.json by its size.
"""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from ytdlp_ops.tokens.ttypes import OutcomeReport

from . import lane, media
from .exceptions import CONNECTION_FAILED, YtdlpOpsError, YtdlpOpsUserError
from .hooks.ytdlp_ops import YtdlpOpsHook
from .job import JobFolder
from .lease import LeaseKeeper
from .secrets import redact

log = logging.getLogger(__name__)

Context = Any
Json = dict[str, Any]

FAILURE = "failure"
"""XCom key: why a task failed, as a JSON object."""
RESULT = "result"
"""XCom key: what was recorded in <queue>_result."""
PLAN = "plan"
"""XCom key: the RecoveryPlan that the server answered."""
EMPTY = "queue_empty"
NEXT_RUN_ID = "next_run_id"
NEXT_CONF = "next_conf"


def pull(context: Context) -> Json:
    """One URL under a lease; a try of the same run gets the same one. Skips on an empty queue."""
    params, run_id = context["params"], context["run_id"]
    with hook_of(context) as client:
        try:
            item = client.pull_url(params["queue"], run_id, params["lease_s"])
        except YtdlpOpsUserError as error:
            if error.error_code != "QUEUE_EMPTY":
                raise AirflowFailException(str(error)) from None
            context["ti"].xcom_push(EMPTY, True)
            raise AirflowSkipException(f"{params['queue']} is empty: the lane ends") from None
    log.info("%s, delivery %d, item %s", item.url, item.deliveries, item.itemId)
    return {"itemId": item.itemId, "url": item.url, "deliveries": item.deliveries}


def assign(context: Context) -> str:
    """The account that the lane's previous run succeeded with, or a random active one."""
    params = context["params"]
    preferred = params["preferred_account_id"] or ""
    with hook_of(context) as client:
        try:
            account = client.assign_account(lane.account_pool(params), preferred)
        except YtdlpOpsError as error:
            error.message += _soonest(error)
            keep_failure(context, error, "", 1)
            if error.error_code in lane.PASSING_TROUBLE:
                raise
            raise AirflowFailException(f"{error.error_code}: {error.message}") from None
    log.info("account %s%s", account, ", as before" if account == preferred else "")
    return account


def get_token(context: Context, account: str, attempt: int) -> Json:
    """The token goes into the run's folder; this is what XCom may know of it."""
    params, item = context["params"], pulled(context)
    job = job_folder(context)
    caller = f"airflow:{context['dag'].dag_id}/{context['run_id']}"
    request = lane.token_request(
        params, item, account, job.job_id(attempt), caller, is_retry=attempt > 1
    )
    with hook_of(context) as client:
        try:
            client.renew_lease(params["queue"], item["itemId"], params["lease_s"])
            token = client.get_token(request)
        except YtdlpOpsError as error:
            keep_failure(context, error, account, attempt)
            if error.error_code in lane.PASSING_TROUBLE:
                raise
            raise AirflowFailException(str(error)) from None
    kept = job.keep_token(token, attempt)
    log.info("token of %s through %s: %s", account, kept["proxy"], json.dumps(kept))
    return kept


def recover(context: Context, failed_task: str, tried: list[str]) -> Json:
    """Asks the server what follows the failure of that task; it bans what the policy bans."""
    failure = context["ti"].xcom_pull(task_ids=failed_task, key=FAILURE)
    attempt = lane.failed_attempt(
        context["params"], pulled(context), failure, job_folder(context), tried
    )
    with hook_of(context) as client:
        plan = lane.plan_record(client.recover(attempt))
    log.info("%s: %s", failure["errorCode"], lane.plan_text(plan))
    context["ti"].xcom_push(PLAN, plan)
    return plan


def can_recover(context: Context, failed_task: str) -> bool:
    """Whether that task failed at the URL, and not for want of a server, an account or a URL."""
    failure = context["ti"].xcom_pull(task_ids=failed_task, key=FAILURE)
    return bool(failure) and failure["errorCode"] != CONNECTION_FAILED


def download_and_probe(context: Context) -> Json:
    """
    Downloads through the token's proxy while the lease is kept, and decodes the file. A failure is
    an attempt at the URL that failed: where the server plans a retry, the task's next try takes a
    new token first, as the server's built-in lanes do.
    """
    job = job_folder(context)
    again = job.planned_retry()
    token_record = again_get_token(context, again) if again else token_of(context)
    token = job.token(token_record["attempt"])
    try:
        found = _download(context, token)
    except YtdlpOpsError as error:
        error.context["proxyUrl"] = token["proxyUrl"]
        keep_failure(context, error, token["accountId"], token_record["attempt"])
        if error.error_code in lane.PASSING_TROUBLE:
            raise
        if isinstance(error, media.MediaError):
            _report(context, token, error)
            _plan_after_download(context, job)
        raise AirflowFailException(str(error)) from None
    return {**found, "token": token_record}


def _download(context: Context, token: Json) -> Json:
    params, item = context["params"], pulled(context)
    default = job_folder(context).default_download_dir
    target = Path(params["download_dir"] or default) / params["queue"]
    keeper = LeaseKeeper(
        hook_of(context).new_client, params["queue"], item["itemId"], params["lease_s"]
    )
    with keeper:
        name = _media_name(token, item)
        limit_s = params["download_timeout_s"]
        paths = media.download(token, target, name, limit_s, keeper.lost.is_set)
        return {"accountId": token["accountId"], **media.probe_all(paths)}


def _plan_after_download(context: Context, job: JobFolder) -> None:
    """Raises an error that Airflow retries, where the server plans a retry."""
    task = "download_and_probe"
    plan = recover(context, task, tried=[])
    if plan["action"] == lane.RETRY and context["ti"].try_number <= context["ti"].max_tries:
        job.plan_retry(plan["accountId"])
        raise AirflowException(f"to be tried again: {lane.plan_text(plan)}")


def again_get_token(context: Context, account: str) -> Json:
    """The second attempt of a URL whose first one failed at the download."""
    try:
        return get_token(context, account, attempt=2)
    except AirflowFailException:
        recover(context, "download_and_probe", tried=[account])
        raise


def mark_success(context: Context, found: Json) -> None:
    """Into <queue>_result. Said twice, it changes nothing."""
    item, token_record = pulled(context), found.pop("token")
    record = {
        **_story(context, token_record),
        **found,
        "jobId": token_record["jobId"],
        "finishedAt": int(time.time()),
    }
    with hook_of(context) as client:
        client.mark_success(context["params"]["queue"], item["itemId"], json.dumps(record))
    log.info("%s: %s", item["url"], json.dumps(record))
    context["ti"].xcom_push(RESULT, record)


def handle_failure(context: Context, tasks: tuple[str, ...]) -> Json:
    """
    Into <queue>_fail with all that is known; or, where the URL is not at fault, back to the inbox.
    `tasks` are those that can have failed at it, in their order.
    """
    item = pulled(context)
    if not item:
        raise AirflowSkipException("no URL was pulled: there is nothing to record")
    if result_of(context):
        raise AirflowSkipException("the URL is in the result: there is nothing to record")
    record, plan = failure_record(context, tasks), last_plan(context)
    give_back = plan["releaseItem"] if plan else record["errorCode"] in _NOBODYS_FAULT
    queue = context["params"]["queue"]
    with hook_of(context) as client:
        try:
            if give_back:
                client.release_url(queue, item["itemId"])
            else:
                client.mark_failure(queue, item["itemId"], json.dumps(record))
            done = "released" if give_back else "failed"
        except YtdlpOpsUserError as error:
            if error.error_code != "NOT_FOUND":
                raise
            log.warning("%s is no longer this lane's: %s", item["url"], error)
            done = "with another lane"
    log.info("%s %s: %s", item["url"], done, json.dumps(record))
    return {"done": done, **record}


def failure_record(context: Context, tasks: tuple[str, ...]) -> Json:
    """What went wrong, the last failure first, for the fail hash."""
    ti = context["ti"]
    failures = [ti.xcom_pull(task_ids=task, key=FAILURE) for task in tasks]
    attempts = [failure for failure in failures if failure]
    last = attempts[-1] if attempts else {
        "errorCode": "INTERNAL", "message": "a task of the run died; its log says why",
    }
    return {
        **_story(context, last),
        "errorCode": last["errorCode"],
        "message": last["message"],
        "tried": attempts,
        "policy": context["params"]["on_bannable_failure"],
        "failedAt": int(time.time()),
    }


def _story(context: Context, attempt: Json) -> Json:
    """What both ends tell, by the names that the server's built-in lanes use."""
    plans = [context["ti"].xcom_pull(task_ids=task, key=PLAN) for task in _PLANNERS]
    said = [plan for plan in plans if plan]
    return {
        "url": pulled(context)["url"],
        "laneId": lane.lane_of(context["params"], context["run_id"]),
        "runId": context["run_id"],
        "deliveries": pulled(context)["deliveries"],
        "attempts": attempt.get("attempt", 0),
        "accountId": attempt.get("accountId", ""),
        "proxyUrl": attempt.get("proxy", ""),
        "recovery": said[-1]["explanation"] if said else "",
        "banned": [name for plan in said for name in lane.banned(plan)],
    }


def last_plan(context: Context) -> Json | None:
    """What the server said last, where it was not to try again."""
    for task in reversed(_PLANNERS):
        plan = context["ti"].xcom_pull(task_ids=task, key=PLAN)
        if plan and plan["action"] != lane.RETRY:
            return plan
    return None


def decide(context: Context) -> str:
    """The task that ends the run, by what the tasks before it have left."""
    ti = context["ti"]
    job_folder(context).remove()
    if ti.xcom_pull(task_ids="pull_url_from_redis", key=EMPTY):
        return "stop_loop"
    success = result_of(context)
    failure = ti.xcom_pull(task_ids="handle_generic_failure")
    if success or (failure and _only_the_url_failed(context, failure)):
        plan_next_run(context, success["accountId"] if success else None)
        return "trigger_self_run"
    return "fail_loop"


def why_the_lane_ends(context: Context) -> str:
    plan = last_plan(context)
    failure = context["ti"].xcom_pull(task_ids="handle_generic_failure")
    if not failure:
        return "the lane ends: a task of the run failed; its log says why"
    said = f"{failure['errorCode']}: {failure['message']}"
    if plan:
        said += f"; {lane.plan_text(plan)}"
    return f"the lane ends, and its URL is {failure['done']}: {said}"


def _only_the_url_failed(context: Context, failure: Json) -> bool:
    """Whether the lane goes on: the server said so, or only the media were bad."""
    plan = last_plan(context)
    if plan:
        return plan["action"] == lane.FAIL_ITEM
    return failure["errorCode"] in _OF_THE_DOWNLOAD


def plan_next_run(context: Context, account: str | None) -> None:
    """Leaves id and conf of the lane's next run for the task that triggers it."""
    following = lane.next_run(context["params"], context["run_id"], account)
    context["ti"].xcom_push(NEXT_RUN_ID, following["run_id"])
    context["ti"].xcom_push(NEXT_CONF, following["conf"])


def keep_failure(context: Context, error: YtdlpOpsError, account: str, attempt: int) -> None:
    record = job_folder(context).keep_failure(error, account, attempt)
    context["ti"].xcom_push(FAILURE, record)


def result_of(context: Context) -> Json | None:
    return context["ti"].xcom_pull(task_ids="mark_url_as_success", key=RESULT)


def token_of(context: Context) -> Json:
    """What the attempt that succeeded has left."""
    ti = context["ti"]
    return ti.xcom_pull(task_ids="retry_get_token") or ti.xcom_pull(task_ids="get_token")


def pulled(context: Context) -> Json:
    return context["ti"].xcom_pull(task_ids="pull_url_from_redis")


def job_folder(context: Context) -> JobFolder:
    return JobFolder(context["params"]["work_dir"], context["run_id"])


def hook_of(context: Context) -> YtdlpOpsHook:
    return YtdlpOpsHook(context["params"]["ytdlp_ops_conn_id"])


_PLANNERS = ("handle_bannable_error_branch", "ban_second_account_and_proxy", "download_and_probe")
# NOT_FOUND: the lease was over, and another lane has the URL.
_OF_THE_DOWNLOAD = ("MEDIA_403", media.DOWNLOAD_FAILED, media.PROBE_FAILED, "NOT_FOUND")
_NOBODYS_FAULT = (*lane.PASSING_TROUBLE, "NO_ACTIVE_ACCOUNTS")


def _soonest(error: YtdlpOpsError) -> str:
    """Which account can be used first, where none can be used now."""
    account = error.context.get("nextAccountId")
    if not account or error.retry_after_s is None:
        return ""
    return f"; the soonest is {account} in {error.retry_after_s} s: start lanes again then"


def _media_name(token: Json, item: Json) -> str:
    info = json.loads(Path(token["infoJson"]).read_text(encoding="utf-8"))
    name = f"{info.get('extractor_key', 'media')}-{info.get('id', item['itemId'])}"
    kept = "".join(each if each.isalnum() or each in "-_" else "_" for each in name)
    return kept[:120] or "media"


def _report(context: Context, token: Json, error: YtdlpOpsError) -> None:
    """The failed use of a token counts against its proxy or account as docs/errors.md says."""
    if error.error_code != "MEDIA_403" or lane.bans_nothing(context["params"]):
        return
    report = OutcomeReport(
        jobId=token["jobId"],
        accountId=token["accountId"],
        proxyUrl=token["proxyUrl"],
        success=False,
        errorCode=error.error_code,
        details=redact(error.message, token["proxyUrl"]),
    )
    with hook_of(context) as client:
        client.report_outcome(report)
