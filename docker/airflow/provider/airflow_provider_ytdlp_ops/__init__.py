"""Airflow provider for ytdlp-ops-server: docs/airflow.md."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def get_provider_info() -> dict[str, Any]:
    """What Airflow shows of this package, and the connection type that it adds."""
    seconds = {"type": ["integer", "null"], "minimum": 1}
    return {
        "package-name": "airflow-provider-ytdlp-ops",
        "name": "ytdlp-ops-server",
        "description": "Tokens, accounts, proxies and queues of ytdlp-ops-server.",
        "versions": [__version__],
        "connection-types": [
            {
                "connection-type": "ytdlp_ops",
                "hook-class-name": "airflow_provider_ytdlp_ops.hooks.ytdlp_ops.YtdlpOpsHook",
                "hook-name": "ytdlp-ops-server",
                "ui-field-behaviour": {
                    "hidden-fields": ["schema", "login", "password"],
                    "relabeling": {},
                    "placeholders": {"host": "ytdlp-ops-worker", "port": "9080"},
                },
                "conn-fields": {
                    "timeout_s": {
                        "label": "Seconds that a call may take",
                        "schema": {**seconds, "default": 60},
                    },
                    "connect_timeout_s": {
                        "label": "Seconds to connect",
                        "schema": {**seconds, "default": 10},
                    },
                },
            }
        ],
    }
