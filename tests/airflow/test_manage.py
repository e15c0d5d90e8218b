"""The management DAGs' actions, against a real server."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException

from airflow_provider_ytdlp_ops import manage
from airflow_provider_ytdlp_ops.client import YtdlpOpsClient
from conftest import DAGS
from support.redis_server import RedisServer
from support.server import OpsServer

PASSWORD = "mgmt-s3cret"
PROXIES = [f"socks5://user:{PASSWORD}@127.0.0.1:{port}" for port in (1081, 1082)]


@pytest.fixture(scope="module")
def defaults():
    """Of the DAGs' parameters."""
    from airflow.dag_processing.dagbag import DagBag

    return {name: dag.params.dump() for name, dag in DagBag(str(DAGS)).dags.items()}


@pytest.fixture(scope="module")
def redis():
    redis = RedisServer()
    yield redis
    redis.close()


@pytest.fixture(scope="module")
def server(redis):
    with tempfile.TemporaryDirectory(prefix="ytops-") as folder:
        server = OpsServer(Path(folder), redis_url=redis.url, proxies=",".join(PROXIES))
        yield server
        server.close()


@pytest.fixture
def client(server, redis):
    """On a Redis that knows nothing yet."""
    redis.cli("FLUSHALL")
    with YtdlpOpsClient("127.0.0.1", server.port) as client:
        yield client


@pytest.fixture
def act(server, client, defaults, caplog):
    """Does an action of ytdlp_mgmt_proxy_account; the log, which never holds a password."""
    caplog.set_level("INFO")
    place = {"management_host": "127.0.0.1", "management_port": server.port}

    def do(entity: str, action: str, **params) -> str:
        given = {"entity": entity, "action": action, **params}
        caplog.clear()
        manage.accounts_and_proxies(
            {**defaults["ytdlp_mgmt_proxy_account"], **place, **given}
        )
        assert PASSWORD not in caplog.text
        return caplog.text

    return do


@pytest.fixture
def act_on_queues(server, client, defaults, caplog):
    """The same of ytdlp_mgmt_queues."""
    caplog.set_level("INFO")
    place = {"management_host": "127.0.0.1", "management_port": server.port}

    def do(action: str, **params) -> str:
        caplog.clear()
        manage.queues({**defaults["ytdlp_mgmt_queues"], **place, "action": action, **params})
        return caplog.text

    return do


def accounts(client):
    return {each.accountId: each.stateText for each in client.get_account_status()}


def proxies(client):
    return [each.stateText for each in client.get_proxy_status()]


@pytest.mark.parametrize("action", ["list", "list_statuses"])
def test_list_shows_both_tables(act, action):
    log = act("all", action)
    assert "Accounts: no account has any state yet" in log
    assert "Proxies (2):" in log and "socks5://user:***@127.0.0.1:1081 (next)" in log


def test_an_account_is_banned_unbanned_reset_and_deleted(act, client):
    log = act("account", "ban", account_id="a_01", duration_s=600, reason="too loud")
    assert "BANNED (active in 10m)" in log and "too loud" in log
    act("account", "unban", account_id="a_01")
    assert accounts(client) == {"a_01": "ACTIVE"}
    act("account", "ban", account_id="a_01", duration_s=-1)
    assert accounts(client) == {"a_01": "BANNED (until unbanned)"}
    act("account", "reset", account_id="a_01")
    assert accounts(client) == {"a_01": "ACTIVE"}
    act("account", "delete_from_redis", account_id="a_01")
    assert accounts(client) == {}


def test_accounts_by_prefix(act, client):
    for name in ("a_01", "a_02", "b_01"):
        client.ban_account(name, "by the test", -1)
    assert "2 accounts" in act("account", "unban", account_prefix="a_")
    assert accounts(client)["b_01"].startswith("BANNED")
    assert "3 accounts" in act("account", "ban", everything=True)
    assert "3 accounts" in act("account", "unban_all")
    assert set(accounts(client).values()) == {"ACTIVE"}
    assert "2 accounts" in act("account", "delete_from_redis", account_prefix="a_")
    assert set(accounts(client)) == {"b_01"}


def test_deleting_an_account_does_not_take_others_along(act, client):
    for name in ("a_1", "a_10"):
        client.ban_account(name, "by the test", -1)
    with pytest.raises(AirflowFailException, match="a_10 begins so too"):
        act("account", "delete_from_redis", account_id="a_1")
    with pytest.raises(AirflowFailException, match="no such account"):
        act("account", "delete_from_redis", account_id="a_2")
    assert set(accounts(client)) == {"a_1", "a_10"}


@pytest.mark.parametrize("named", [PROXIES[1], PROXIES[1].replace(PASSWORD, "***")])
def test_a_proxy_by_its_url_or_as_the_table_shows_it(act, client, named):
    act("proxy", "ban", proxy_url=named, duration_s=600)
    assert proxies(client) == ["ACTIVE", "BANNED (active in 10m)"]
    act("proxy", "unban", proxy_url=named)
    assert proxies(client) == ["ACTIVE", "ACTIVE"]
    client.ban_proxy("", PROXIES[1], "by the test", -1)
    act("proxy", "reset", proxy_url=named)
    assert proxies(client) == ["ACTIVE", "ACTIVE"]
    client.ban_proxy("", PROXIES[1], "by the test", -1)
    act("proxy", "delete_from_redis", proxy_url=named)
    assert proxies(client) == ["ACTIVE", "ACTIVE"]


def test_all_proxies(act, client):
    assert "2 proxies" in act("proxy", "ban", everything=True)
    assert all(state.startswith("BANNED") for state in proxies(client))
    assert "2 proxies" in act("proxy", "unban_all")
    assert "2 proxies" in act("proxy", "ban", server_identity="ytdlp-ops")
    assert "2 proxies" in act("proxy", "delete_from_redis", everything=True)
    assert proxies(client) == ["ACTIVE", "ACTIVE"]


@pytest.mark.parametrize("entity", ["account", "proxy", "all"])
@pytest.mark.parametrize("action", ["ban", "unban", "reset", "delete_from_redis"])
def test_nothing_named_is_refused(act, client, entity, action):
    client.ban_account("a_01", "by the test", -1)
    client.ban_proxy("", PROXIES[0], "by the test", -1)
    with pytest.raises(AirflowFailException, match="name what is meant, or set `everything`"):
        act(entity, action)
    assert accounts(client) == {"a_01": "BANNED (until unbanned)"}
    assert proxies(client) == ["BANNED (until unbanned)", "ACTIVE"]


def test_half_of_all_is_refused_before_anything_is_done(act, client):
    with pytest.raises(AirflowFailException, match="proxy_url or server_identity"):
        act("all", "ban", account_id="a_01")
    assert accounts(client) == {}


def test_unknown_proxy_is_named_without_its_password(act):
    with pytest.raises(AirflowFailException) as caught:
        act("proxy", "ban", proxy_url=f"socks5://u:{PASSWORD}@10.9.9.9:1")
    assert "socks5://u:***@10.9.9.9:1" in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_queue_is_pushed_listed_requeued_and_cleared(act_on_queues, client):
    urls = ["https://a.example/1", "https://a.example/2"]
    assert "2 URLs pushed; the inbox holds 2" in act_on_queues("push", queue="q", urls=urls)
    item = client.pull_url("q", "lane", 60)
    client.mark_failure("q", item.itemId, '{"errorCode": "PRIVATE_VIDEO"}')

    log = act_on_queues("list", queue="q")
    assert "Failed URLs of q (1):" in log and "PRIVATE_VIDEO" in log
    assert "1 URLs are back" in act_on_queues("requeue_failed", queue="q")
    assert "2 removed from inbox" in act_on_queues("clear", queue="q", part="inbox")


def test_push_of_nothing_is_refused(act_on_queues):
    with pytest.raises(AirflowFailException, match="nothing to push"):
        act_on_queues("push", queue="q", urls=[])


def test_refusals_of_the_server_are_not_retried(act_on_queues):
    with pytest.raises(AirflowFailException, match="INVALID_ARGUMENT"):
        act_on_queues("push", queue="q", urls=["not a url at all"])
