"""
### Watches and steers queues

- `list`: how many URLs each queue holds, and where; and those of `queue` that failed, with the
  reason.
- `push`: appends `urls` to the inbox of `queue`.
- `requeue_failed`: moves the failed URLs of `queue` back to its inbox.
- `clear`: empties `part` of `queue`; what is in progress stays.

The management service shows queues and changes none: for all but `list` leave `management_host`
empty.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import Param, dag, get_current_context, task

from airflow_provider_ytdlp_ops import manage as management
from airflow_provider_ytdlp_ops.params import management_params, queue_param


@task
def manage() -> None:
    """Does the action, and shows what there is then."""
    management.queues(get_current_context()["params"])


@dag(
    dag_id="ytdlp_mgmt_queues",
    schedule=None,
    is_paused_upon_creation=False,
    default_args={
        # No retry: a push whose answer was lost would push the URLs twice.
        "retries": 0,
        "execution_timeout": timedelta(minutes=10),
    },
    params={
        **management_params(),
        **queue_param(),
        "action": Param(
            "list",
            type="string",
            enum=[*management.QUEUE_ACTIONS],
            title="Action",
            description="What to do; the text of the DAG explains each.",
        ),
        "urls": Param(
            [],
            type="array",
            items={"type": "string", "minLength": 1},
            title="URLs",
            description="For push: one URL or YouTube video id a line.",
        ),
        "part": Param(
            "fail",
            type="string",
            enum=["inbox", "result", "fail"],
            title="Part",
            description="For clear.",
        ),
        "limit": Param(
            100,
            type="integer",
            minimum=1,
            maximum=10000,
            title="Limit",
            description="For list: how many failed URLs are shown.",
        ),
    },
    doc_md=__doc__,
    tags=["ytdlp-ops", "management"],
)
def queues() -> None:
    """One task."""
    manage()


queues()
