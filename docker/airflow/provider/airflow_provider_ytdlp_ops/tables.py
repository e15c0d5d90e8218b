"""Tables of accounts, proxies and queues as text, for the logs of the management DAGs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from .secrets import shown_proxy


def account_table(accounts: Sequence[Any]) -> str:
    """Of AccountStatus structs."""
    rows = [
        (
            each.accountId,
            each.stateText,
            each.successCount,
            each.failureCount,
            each.consecutiveFailures,
            _moment(each.lastSuccessTimestamp),
            _moment(each.lastFailureTimestamp),
            each.reason or "",
        )
        for each in accounts
    ]
    heads = ("Account", "Status", "OK", "Failed", "In a row", "Last success", "Last failure")
    return _table("Accounts", (*heads, "Reason"), rows, "no account has any state yet")


def proxy_table(proxies: Sequence[Any]) -> str:
    """Of ProxyStatus structs. `(next)` marks what a worker's rotation takes next."""
    several = len({name for each in proxies for name in each.nextFor}) > 1
    rows = [
        (
            each.serverIdentity,
            shown_proxy(each.proxyUrl) + _next_mark(each.nextFor, several),
            each.stateText,
            each.successCount,
            each.failureCount,
            f"{each.recentFailures} from {each.recentFailureAccounts}",
            _moment(each.lastSuccessTimestamp),
            _moment(each.lastFailureTimestamp),
            each.reason or "",
        )
        for each in proxies
    ]
    heads = ("Server identity", "Proxy", "Status", "OK", "Failed", "Recent failures, accounts")
    heads += ("Last success", "Last failure", "Reason")
    return _table("Proxies", heads, rows, "no proxy has any state yet")


def queue_table(queues: Sequence[Any]) -> str:
    """Of QueueStatus structs."""
    rows = [(q.queue, q.inbox, q.inProgress, q.succeeded, q.failed) for q in queues]
    heads = ("Queue", "Inbox", "In progress", "Result", "Fail")
    return _table("Queues", heads, rows, "no queue holds anything")


def failed_table(queue: str, failed: Sequence[Any]) -> str:
    """Of FailedUrl structs."""
    rows = [(each.url, each.errorJson[:300]) for each in failed]
    return _table(f"Failed URLs of {queue}", ("URL", "Why"), rows, "none has failed")


def _next_mark(next_for: Sequence[str], several: bool) -> str:
    if not next_for:
        return ""
    return f" (next for {', '.join(next_for)})" if several else " (next)"


def _moment(timestamp: int | None) -> str:
    if not timestamp:
        return "never"
    return datetime.fromtimestamp(timestamp, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> str:
    if not rows:
        return f"{title}: {empty}"
    cells = [tuple(heads), *(tuple(str(cell) for cell in row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    lines = []
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(padded).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([f"{title} ({len(rows)}):", *lines])
