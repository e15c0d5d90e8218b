"""
### Starts processing lanes

Triggers `lanes` runs of `ytdlp_ops_worker_per_url`, each of which goes on by itself, URL by URL,
until the queue is empty or its policy stops it. Further runs of this DAG add further lanes.

First the server is asked whether it can take work, and what the queue holds; where the server does
not answer, no lane starts.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, chain, dag, get_current_context, task

from airflow_provider_ytdlp_ops import lane
from airflow_provider_ytdlp_ops.hooks.ytdlp_ops import YtdlpOpsHook
from airflow_provider_ytdlp_ops.params import lane_params
from airflow_provider_ytdlp_ops.tables import queue_table

log = logging.getLogger(__name__)

WORKER_DAG_ID = "ytdlp_ops_worker_per_url"


@task
def check_server() -> None:
    """Asks whether the server can take work, and shows the queue."""
    params = get_current_context()["params"]
    with YtdlpOpsHook(params["ytdlp_ops_conn_id"]) as client:
        client.ping()
        log.info("\n%s", queue_table([client.get_queue_status(params["queue"])]))


@task
def plan_lanes() -> list[dict[str, Any]]:
    """Run id and conf of each lane's first run."""
    context = get_current_context()
    return lane.first_runs(context["params"], context["run_id"])


@dag(
    dag_id="ytdlp_ops_orchestrator",
    schedule=None,
    is_paused_upon_creation=False,
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(minutes=5),
    },
    params={
        "lanes": Param(
            2,
            type="integer",
            minimum=1,
            maximum=99,
            title="Lanes",
            description="How many URLs are worked on at the same time.",
        ),
        **lane_params(),
    },
    doc_md=__doc__,
    tags=["ytdlp-ops", "lane"],
)
def orchestrator() -> None:
    """Check, plan, start."""
    runs = plan_lanes()
    start = TriggerDagRunOperator.partial(
        task_id="start_lane",
        trigger_dag_id=WORKER_DAG_ID,
        skip_when_already_exists=True,
        wait_for_completion=False,
        logical_date=None,
    ).expand_kwargs(runs)
    chain(check_server(), runs, start)


orchestrator()
