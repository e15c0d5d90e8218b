"""What the management DAGs do: an action on accounts, proxies or queues, then the tables."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk.exceptions import AirflowFailException
from ytdlp_ops.management.ttypes import ProxyStatus
from ytdlp_ops.work.ttypes import QueuePart

from . import tables
from .client import YtdlpOpsClient
from .exceptions import YtdlpOpsUserError
from .hooks.ytdlp_ops import YtdlpOpsHook
from .secrets import shown_proxy

log = logging.getLogger(__name__)

ACTIONS = ("list", "list_statuses", "ban", "unban", "unban_all", "reset", "delete_from_redis")
QUEUE_ACTIONS = ("list", "push", "requeue_failed", "clear")

_HARMLESS = ("list", "list_statuses", "unban_all")
_NAMES = {
    "account": ("account_id", "account_prefix"),
    "proxy": ("proxy_url", "server_identity"),
}

Params = dict[str, Any]


def accounts_and_proxies(params: Params) -> None:
    """Does params["action"] on params["entity"], and logs the tables."""
    entities = ("account", "proxy") if params["entity"] == "all" else (params["entity"],)
    for entity in entities:
        _check_meant(params, entity)
    with _hook(params) as client:
        try:
            for entity in entities:
                change = (_change_accounts if entity == "account" else _change_proxies)(
                    client, params
                )
                if change:
                    log.info("%s: %s", params["action"], change)
            shown = [_shown(client, params, entity) for entity in entities]
        except YtdlpOpsUserError as refusal:
            raise AirflowFailException(str(refusal)) from None
    log.info("\n%s", "\n\n".join(shown))


def queues(params: Params) -> None:
    """Does params["action"] on params["queue"], and logs the tables."""
    queue, action = params["queue"], params["action"]
    with _hook(params) as client:
        try:
            if action == "push":
                _push(client, queue, params["urls"])
            elif action == "requeue_failed":
                log.info("%d URLs are back in the inbox", client.requeue_failed(queue))
            elif action == "clear":
                part = QueuePart._NAMES_TO_VALUES[params["part"].upper()]
                log.info("%d removed from %s", client.clear_queue(queue, part), params["part"])
            names = sorted({*client.list_queues(), queue})
            shown = [tables.queue_table([client.get_queue_status(name) for name in names])]
            failed = client.get_failed_urls(queue, params["limit"])
            shown.append(tables.failed_table(queue, failed))
        except YtdlpOpsUserError as refusal:
            raise AirflowFailException(str(refusal)) from None
    log.info("\n%s", "\n\n".join(shown))


def _hook(params: Params) -> YtdlpOpsHook:
    host = params["management_host"]
    port = params["management_port"] if host else None
    return YtdlpOpsHook(params["ytdlp_ops_conn_id"], host=host, port=port)


def _push(client: YtdlpOpsClient, queue: str, urls: list[str]) -> None:
    if not urls:
        raise AirflowFailException("urls is empty: there is nothing to push")
    log.info("%d URLs pushed; the inbox holds %d", len(urls), client.push_urls(queue, urls))


def _shown(client: YtdlpOpsClient, params: Params, entity: str) -> str:
    if entity == "proxy":
        return tables.proxy_table(client.get_proxy_status(params["server_identity"] or ""))
    prefix = params["account_prefix"] or params["account_id"] or ""
    return tables.account_table(client.get_account_status(prefix))


def _change_accounts(client: YtdlpOpsClient, params: Params) -> str:
    action, account = params["action"], params["account_id"]
    prefix = params["account_prefix"] or ""
    reason, duration = params["reason"], params["duration_s"]
    if action.startswith("list"):
        return ""
    if action == "unban_all":
        return f"{client.unban_all_accounts(prefix)} accounts"
    if action == "delete_from_redis":
        return f"{client.delete_accounts(_only(client, account) or prefix)} accounts"
    if account:
        if action == "ban":
            client.ban_account(account, reason, duration)
        else:
            {"unban": client.unban_account, "reset": client.reset_account}[action](account)
        return f"account {account}"
    if action == "ban":
        return f"{client.ban_all_accounts(prefix, reason, duration)} accounts"
    every = {"unban": client.unban_all_accounts, "reset": client.reset_all_accounts}[action]
    return f"{every(prefix)} accounts"


def _change_proxies(client: YtdlpOpsClient, params: Params) -> str:
    action, identity = params["action"], params["server_identity"] or ""
    reason, duration = params["reason"], params["duration_s"]
    if action.startswith("list"):
        return ""
    if action == "unban_all":
        return f"{client.unban_all_proxies(identity)} proxies"
    if params["proxy_url"]:
        proxy = _find_proxy(client, identity, params["proxy_url"])
        place = (proxy.serverIdentity, proxy.proxyUrl)
        if action == "ban":
            client.ban_proxy(*place, reason, duration)
        elif action == "delete_from_redis":
            client.delete_proxies(proxy.serverIdentity, [proxy.proxyUrl])
        else:
            {"unban": client.unban_proxy, "reset": client.reset_proxy}[action](*place)
        return f"proxy {shown_proxy(proxy.proxyUrl)} of {proxy.serverIdentity}"
    if action == "ban":
        return f"{client.ban_all_proxies(identity, reason, duration)} proxies"
    every = {
        "unban": client.unban_all_proxies,
        "reset": client.reset_all_proxies,
        "delete_from_redis": client.delete_proxies,
    }[action]
    return f"{every(identity)} proxies"


def _check_meant(params: Params, entity: str) -> None:
    """Refuses what would change everything by mere omission, before anything is changed."""
    action, names = params["action"], _NAMES[entity]
    if action in _HARMLESS or params["everything"] or any(params[name] for name in names):
        return
    raise AirflowFailException(
        f"{action} of entity {entity} without {' or '.join(names)} is about every one: "
        "name what is meant, or set `everything` to true"
    )


def _only(client: YtdlpOpsClient, account: str | None) -> str:
    """The id as a prefix, where it is that of no other account."""
    if not account:
        return ""
    found = [each.accountId for each in client.get_account_status(account, 2)]
    if found != [account]:
        raise AirflowFailException(
            f"account_id is {account!r}: "
            + ("no such account" if account not in found else f"{found[1]} begins so too, and "
               "would go with it; reset the account instead")
        )
    return account


def _find_proxy(client: YtdlpOpsClient, identity: str, url: str) -> ProxyStatus:
    """By its URL, or by what the table shows of it, which leaves the password out."""
    known = client.get_proxy_status(identity)
    found = [each for each in known if url in (each.proxyUrl, shown_proxy(each.proxyUrl))]
    if len(found) != 1:
        raise AirflowFailException(
            f"proxy_url is {shown_proxy(url)!r}: {len(found) or 'no'} proxies are so; "
            "action list shows all, and server_identity tells pools apart"
        )
    return found[0]
