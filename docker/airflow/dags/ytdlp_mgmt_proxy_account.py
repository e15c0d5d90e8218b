"""
### Watches and steers accounts and proxies

`entity: all, action: list` shows tables of all accounts and proxies in the log of the task
`manage`: for what is BANNED or RESTING the time that is left, for proxies which one is `(next)` in
a worker's rotation. Reading the state also ends the bans and rests that are over, so that a
schedule of this DAG keeps the pools fresh even where no worker runs.

- `list`, `list_statuses`: shows the tables.
- `ban`: bans `account_id` or `proxy_url`; with neither, all that `account_prefix` or
  `server_identity` names.
- `unban`: back to ACTIVE. The failure history of a proxy is deleted, so that it starts afresh.
- `unban_all`: the same for all, or all that `account_prefix` or `server_identity` names.
- `reset`: unban, and counters and timestamps are cleared; without an id, of all.
- `delete_from_redis`: forgets the state altogether. A configured proxy comes back as ACTIVE.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import Param, dag, get_current_context, task

from airflow_provider_ytdlp_ops import manage as management
from airflow_provider_ytdlp_ops.params import management_params


@task
def manage() -> None:
    """Does the action, and shows what there is then."""
    management.accounts_and_proxies(get_current_context()["params"])


@dag(
    dag_id="ytdlp_mgmt_proxy_account",
    schedule=None,
    is_paused_upon_creation=False,
    default_args={
        "retries": 1,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(minutes=10),
    },
    params={
        **management_params(),
        "entity": Param(
            "all",
            type="string",
            enum=["all", "account", "proxy"],
            title="Entity",
            description="What to list or to change.",
        ),
        "action": Param(
            "list",
            type="string",
            enum=[*management.ACTIONS],
            title="Action",
            description="What to do; the text of the DAG explains each.",
        ),
        "account_id": Param(
            None,
            type=["null", "string"],
            title="Account",
            description="The one account that ban, unban, reset and delete_from_redis change.",
        ),
        "account_prefix": Param(
            None,
            type=["null", "string"],
            title="Account prefix",
            description="Only accounts whose id begins so. Empty: all.",
        ),
        "proxy_url": Param(
            None,
            type=["null", "string"],
            title="Proxy",
            description="The one proxy that ban, unban, reset and delete_from_redis change, with "
            "its credentials; or as the list shows it, where that is only one.",
        ),
        "server_identity": Param(
            None,
            type=["null", "string"],
            title="Server identity",
            description="The pool of proxies. Empty: every one, on a management service; its own, "
            "elsewhere.",
        ),
        "reason": Param(
            "by hand, with ytdlp_mgmt_proxy_account",
            type="string",
            maxLength=500,
            title="Reason",
            description="Kept with a ban.",
        ),
        "duration_s": Param(
            0,
            type="integer",
            minimum=-1,
            title="Seconds of a ban",
            description="0: the server's default. -1: until unbanned.",
        ),
        "everything": Param(
            False,
            type="boolean",
            title="Everything",
            description="Must be true where ban, unban, reset or delete_from_redis name neither "
            "an account nor a prefix, or neither a proxy nor a server identity.",
        ),
    },
    doc_md=__doc__,
    tags=["ytdlp-ops", "management"],
)
def proxy_account() -> None:
    """One task."""
    manage()


proxy_account()
