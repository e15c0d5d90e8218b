"""Parameters that more than one DAG takes, with their JSON schema and help."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param

from .hooks.ytdlp_ops import YtdlpOpsHook

POLICIES = {
    "stop_loop": "ban the account, fail the URL, stop the lane",
    "retry_with_new_account": "ban the account, try the URL again with another; where that fails "
    "too, ban the second account and the proxy, and stop the lane",
    "retry_and_ban_account_only": "the same, and the proxy is never banned",
    "retry_without_ban": "the same, and nobody is banned",
}

# Media have a folder of that name, which dots alone would lead out of.
QUEUE_PATTERN = r"^(?!\.*$)[A-Za-z0-9_.:-]{1,128}$"


def connection_param() -> dict[str, Param]:
    return {
        "ytdlp_ops_conn_id": Param(
            YtdlpOpsHook.default_conn_name,
            type="string",
            minLength=1,
            title="Connection",
            description="The Airflow connection, of type ytdlp_ops, to the workers (behind Envoy) "
            "or to an all-in-one server.",
        )
    }


def queue_param() -> dict[str, Param]:
    return {
        "queue": Param(
            "video_queue",
            type="string",
            pattern=QUEUE_PATTERN,
            title="Queue",
            description="Name of the queue: its URLs are in <queue>_inbox in Redis, and end in "
            "<queue>_result or <queue>_fail.",
        )
    }


def management_params() -> dict[str, Param]:
    """Which server to manage: host and port, or the connection."""
    return {
        "management_host": Param(
            None,
            type=["null", "string"],
            title="Management host",
            description="Host of the management service, for instance ytdlp-ops-management. "
            "Empty: that of the connection.",
        ),
        "management_port": Param(
            9091,
            type="integer",
            minimum=1,
            maximum=65535,
            title="Management port",
            description="Its port. Only with a management host.",
        ),
        "ytdlp_ops_conn_id": Param(
            YtdlpOpsHook.default_conn_name,
            type="string",
            minLength=1,
            title="Connection",
            description="The Airflow connection that is used where no management host is given.",
        ),
    }


def lane_params() -> dict[str, Param]:
    """What the orchestrator hands to its lanes, and each run of a lane to the next."""
    return {
        **connection_param(),
        **queue_param(),
        "account_pool": Param(
            "ytdlp_account:50",
            type="string",
            pattern="^[^\\s:,]+(:[0-9]{1,5}|(,[^\\s:,]+)*)$",
            title="Account pool",
            description="Prefix and size, such as my_prefix:50 for my_prefix_01 to my_prefix_50; "
            "or ids with commas between them.",
        ),
        "auto_create_new_accounts_on_exhaustion": Param(
            True,
            type="boolean",
            title="Create accounts on exhaustion",
            description="When no account of the pool is active, go on with a new one, "
            "{prefix}-auto-{unique id}. Only for a pool with a prefix. Otherwise the lane stops.",
        ),
        "on_bannable_failure": Param(
            "retry_with_new_account",
            type="string",
            enum=list(POLICIES),
            values_display={name: f"{name}: {text}" for name, text in POLICIES.items()},
            title="On a bannable failure",
            description="What happens after BOT_DETECTED and the like.",
        ),
        "clients": Param(
            "",
            type="string",
            pattern="^[A-Za-z0-9_,-]*$",
            title="Player clients",
            description="YouTube player clients, such as web,mweb. Empty: yt-dlp chooses.",
        ),
        "request_params": Param(
            {},
            type="object",
            title="Request parameters",
            description='Further wishes for getToken, such as {"format": "18"}: docs/tokens.md '
            "lists the keys.",
        ),
        "token_timeout_s": Param(
            180,
            type="integer",
            minimum=1,
            maximum=3600,
            title="Seconds for a token",
            description="Past it the extraction is ended, and counts as TIMEOUT.",
        ),
        "lease_s": Param(
            900,
            type="integer",
            minimum=30,
            maximum=86400,
            title="Lease in seconds",
            description="A URL whose tasks have died goes back to the inbox after so long. Longer "
            "than the tasks before the download may take, waiting for a slot included; the "
            "download renews it.",
        ),
        "download_timeout_s": Param(
            7200,
            type="integer",
            minimum=1,
            maximum=86400,
            title="Seconds for a download",
            description="Past it the download is ended, and the URL fails.",
        ),
        "download_dir": Param(
            None,
            type=["null", "string"],
            title="Download folder",
            description="Where the media go, as an absolute path on the workers. Empty: media/ in "
            "the work folder.",
        ),
        "work_dir": Param(
            None,
            type=["null", "string"],
            title="Work folder",
            description="Where the tasks of a run leave info.json for each other, as an absolute "
            "path that all workers share. Empty: YTDLP_OPS_WORK_DIR, or AIRFLOW_HOME/ytdlp-ops.",
        ),
    }


def lane_state_params() -> dict[str, Param]:
    """What a run tells the next one of its lane. Left empty where a lane is started by hand."""
    return {
        "lane_id": Param(
            None,
            type=["null", "string"],
            title="Lane",
            description="Set by the orchestrator and from run to run. Empty: a lane of its own.",
        ),
        "lane_run": Param(
            1,
            type="integer",
            minimum=1,
            title="Run of the lane",
            description="Counts the runs of the lane; set from run to run.",
        ),
        "preferred_account_id": Param(
            None,
            type=["null", "string"],
            title="Preferred account",
            description="Account affinity: the one that the lane's previous run succeeded with.",
        ),
    }


def carried(params: dict[str, Any]) -> dict[str, Any]:
    """Those values that a lane's next run takes over as they are."""
    return {name: params[name] for name in lane_params()}
