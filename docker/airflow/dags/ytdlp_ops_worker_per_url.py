"""
### One URL of a lane

Takes one URL from the queue, gets its info.json for an account, downloads and decodes the media,
records the outcome, and starts the lane's next run. `ytdlp_ops_orchestrator` starts lanes; a run
that is triggered by hand begins a lane of its own.

- The URL is in `<queue>_result`: the run is a success, the lane goes on with the same account.
- The URL itself cannot be had (private, removed, ...) and is in `<queue>_fail`: the run is a
  success, too, and the lane goes on with another account.
- The policy stops the lane: the run fails at `fail_loop`. The URL is in `<queue>_fail`, or back in
  the inbox where it is not at fault (no account is active, say).
- The queue is empty: all is skipped, and the lane ends at `stop_loop`.
- The server cannot be reached: the run fails, and the URL comes back when its lease is over.

Every decision is a call of ytdlp-ops-server: what follows a failure is `recover`, which applies
`on_bannable_failure` and bans in one step, exactly as for the server's built-in lanes. The tasks
`ban_...` are where that shows. XCom holds no secret and no info.json: those are files in the run's
own folder below `work_dir`.

Lanes are stopped by pausing this DAG. docs/airflow.md has the graph and more.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import TriggerRule, XComArg, chain, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from airflow_provider_ytdlp_ops import lane, steps
from airflow_provider_ytdlp_ops.params import lane_params, lane_state_params

log = logging.getLogger(__name__)

DAG_ID = "ytdlp_ops_worker_per_url"

# Tasks at which a URL can fail, in their order.
FALLIBLE = ("assign_account", "get_token", "retry_get_token", "download_and_probe")

# The parameters token_timeout_s and download_timeout_s end what takes too long before these do.
TOKEN_TIME = timedelta(hours=1, minutes=5)
DOWNLOAD_TIME = timedelta(hours=26)
DEFAULTS = {
    "retries": 3,
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=2),
    "execution_timeout": timedelta(minutes=5),
}


@task(multiple_outputs=False)
def pull_url_from_redis() -> dict[str, Any]:
    """Takes one URL under a lease. A retry gets the same URL."""
    return steps.pull(get_current_context())


@task
def assign_account() -> str:
    """The account of the lane's last success while it is active, or a random active one."""
    return steps.assign(get_current_context())


@task(multiple_outputs=False, retries=2, execution_timeout=TOKEN_TIME)
def get_token(account: str) -> dict[str, Any]:
    """The first attempt at tokens and info.json. Only troubles of the server are retried here."""
    return steps.get_token(get_current_context(), account, attempt=1)


@task.branch(trigger_rule=TriggerRule.ALL_FAILED)
def handle_bannable_error_branch() -> str:
    """Asks the server what follows: it bans what the policy bans, and says how to go on."""
    context = get_current_context()
    if not steps.can_recover(context, "get_token"):
        return "handle_generic_failure"
    account = context["ti"].xcom_pull(task_ids="assign_account")
    plan = steps.recover(context, "get_token", tried=[account])
    if plan["action"] == lane.RETRY:
        return "ban_account_and_prepare_for_retry"
    return "handle_generic_failure"


@task
def ban_account_and_prepare_for_retry() -> str:
    """Shows whom the server has banned, and hands on the account of the retry."""
    context = get_current_context()
    plan = context["ti"].xcom_pull(task_ids="handle_bannable_error_branch", key=steps.PLAN)
    log.info("%s", lane.plan_text(plan))
    return plan["accountId"]


@task(multiple_outputs=False, retries=2, execution_timeout=TOKEN_TIME)
def retry_get_token(account: str) -> dict[str, Any]:
    """The second attempt, with the account of the retry."""
    return steps.get_token(get_current_context(), account, attempt=2)


@task(multiple_outputs=False, trigger_rule=TriggerRule.ALL_FAILED)
def ban_second_account_and_proxy() -> dict[str, Any]:
    """Asks the server what follows the second failure: it bans what the policy bans."""
    context = get_current_context()
    if not steps.can_recover(context, "retry_get_token"):
        raise AirflowSkipException("there was no second attempt at the URL")
    tasks = ["assign_account", "ban_account_and_prepare_for_retry"]
    tried = [context["ti"].xcom_pull(task_ids=each) for each in tasks]
    return steps.recover(context, "retry_get_token", tried)


@task(
    multiple_outputs=False,
    trigger_rule=TriggerRule.ONE_SUCCESS,
    retries=1,
    execution_timeout=DOWNLOAD_TIME,
)
def download_and_probe() -> dict[str, Any]:
    """Downloads with yt-dlp through the token's proxy, and decodes the file with ffmpeg."""
    return steps.download_and_probe(get_current_context())


@task.branch
def mark_url_as_success(found: dict[str, Any]) -> str:
    """Records the result in <queue>_result. A branch, so that no failure handling is started."""
    steps.mark_success(get_current_context(), found)
    return "decide_what_to_do_next"


@task(multiple_outputs=False, trigger_rule=TriggerRule.ALL_DONE)
def handle_generic_failure() -> dict[str, Any]:
    """Records the failure in <queue>_fail, or gives the URL back where it is not at fault."""
    return steps.handle_failure(get_current_context(), FALLIBLE)


@task.branch(trigger_rule=TriggerRule.ALL_DONE)
def decide_what_to_do_next() -> str:
    """Goes on after a success and after a failure of the URL's own; stops otherwise."""
    return steps.decide(get_current_context())


@task(retries=0)
def stop_loop() -> None:
    """The queue is empty: the lane ends."""


@task(retries=0)
def fail_loop() -> None:
    """The lane ends by a failure, and so does the run."""
    raise AirflowFailException(steps.why_the_lane_ends(get_current_context()))


@dag(
    dag_id=DAG_ID,
    schedule=None,
    is_paused_upon_creation=False,
    max_active_runs=500,
    max_active_tasks=500,
    default_args=DEFAULTS,
    params={**lane_params(), **lane_state_params()},
    doc_md=__doc__,
    tags=["ytdlp-ops", "lane"],
)
def worker_per_url() -> None:
    """The graph; each edge is drawn in docs/airflow.md."""
    pull = pull_url_from_redis()
    account = assign_account()
    token = get_token(account)
    branch = handle_bannable_error_branch()
    new_account = ban_account_and_prepare_for_retry()
    second_token = retry_get_token(new_account)
    second_ban = ban_second_account_and_proxy()
    media = download_and_probe()
    success = mark_url_as_success(media)
    failure = handle_generic_failure()
    decision = decide_what_to_do_next()
    trigger_self_run = TriggerDagRunOperator(
        task_id="trigger_self_run",
        trigger_dag_id=DAG_ID,
        trigger_run_id=XComArg(decision.operator, key=steps.NEXT_RUN_ID),
        conf=XComArg(decision.operator, key=steps.NEXT_CONF),
        skip_when_already_exists=True,
        wait_for_completion=False,
        logical_date=None,
    )

    chain(pull, account)
    chain(token, branch, new_account)
    chain(second_token, second_ban)
    chain([token, second_token], media)
    chain([branch, new_account, second_ban, success], failure)
    chain([success, failure], decision, [trigger_self_run, stop_loop(), fail_loop()])


worker_per_url()
