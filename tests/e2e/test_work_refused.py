"""Calls of WorkService that are refused: each says what is wrong, and changes nothing."""

from __future__ import annotations

import json

import pytest
from support.calls import failed_attempt
from support.contract import AccountPool, WorkService
from support.faults import refusal

URLS = [f"https://video.example/{number}" for number in range(2)]
POOL = AccountPool(prefix="acc", size=3, autoCreateOnExhaustion=False)


@pytest.fixture
def work(serve, redis):
    server = serve(redis_url=redis.url, token_runner="command")
    with server.client(service=WorkService) as client:
        yield client


BAD_CALLS = {
    "no queue": (lambda w: w.pushUrls("", URLS), "queue is empty"),
    "null queue": (lambda w: w.getQueueStatus(None), "queue is empty"),
    "a space": (lambda w: w.pushUrls("a b", URLS), 'queue "a b" has other characters'),
    "long queue": (lambda w: w.pullUrl("q" * 129, "l", 0), "longer than 128"),
    "dots": (lambda w: w.pushUrls("..", URLS), 'queue ".." is of dots alone'),
    "a key": (lambda w: w.pullUrl("q_inbox", "l", 0), "own keys"),
    "no urls": (lambda w: w.pushUrls("q", []), "nothing to push"),
    "null urls": (lambda w: w.pushUrls("q", None), "nothing to push"),
    "an empty url": (lambda w: w.pushUrls("q", [URLS[0], ""]), "urls[1] is empty"),
    "no url": (lambda w: w.pushUrls("q", [URLS[0], "ftp://a"]), "entry 2, nothing was pushed"),
    "too many": (lambda w: w.pushUrls("q", ["BaW_jenozKc"] * 100_001), "more than 100000"),
    "no lane": (lambda w: w.pullUrl("q", "", 0), "laneId is empty"),
    "negative lease": (lambda w: w.pullUrl("q", "l", -1), "a lease of -1 s"),
    "long lease": (lambda w: w.renewLease("q", "i", 604_801), "a lease of 604801 s"),
    "no item": (lambda w: w.markSuccess("q", "", "{}"), "itemId is empty"),
    "no result": (lambda w: w.markSuccess("q", "i", ""), "resultJson is empty"),
    "bad result": (lambda w: w.markSuccess("q", "i", "{"), "the result is not valid JSON"),
    "a list": (lambda w: w.markFailure("q", "i", "[]"), "the error is a JSON array"),
    "large error": (
        lambda w: w.markFailure("q", "i", json.dumps({"a": "x" * 2**20})),
        "at most 1048576",
    ),
    "bad next queue": (lambda w: w.markSuccessAndPush("q", "i", "{}", "", ["{}"]), "nextQueue"),
    "bad next item": (lambda w: w.markSuccessAndPush("q", "i", "{}", "n", ["x"]), "entry 1"),
    "negative limit": (lambda w: w.getFailedUrls("q", -1), "limit -1 is negative"),
    "no such part": (lambda w: w.clearQueue("q", 3), "part 3"),
    "no pool": (lambda w: w.assignAccount(None, "", []), "pool"),
    "empty pool": (lambda w: w.assignAccount(AccountPool(), "", []), "neither a prefix nor a list"),
    "both": (
        lambda w: w.assignAccount(AccountPool(prefix="a", size=1, accountIds=["b"]), "", []),
        "both a prefix and a list",
    ),
    "no size": (lambda w: w.assignAccount(AccountPool(prefix="a"), "", []), "size is 0"),
    "large pool": (lambda w: w.assignAccount(AccountPool(prefix="a", size=10001), "", []), "10001"),
    "bad account": (lambda w: w.assignAccount(AccountPool(accountIds=["a/b"]), "", []), "a/b"),
    "bad excluded": (lambda w: w.assignAccount(POOL, "", [""]), "excludedAccountIds[0] is empty"),
    "no attempt": (lambda w: w.recover(None), "attempt"),
    "attempt 0": (lambda w: w.recover(failed_attempt(0, accountId="a")), "attempt is 0"),
    "bad policy": (lambda w: w.recover(failed_attempt(policy=9)), "attempt.policy is 9"),
    "bad code": (lambda w: w.recover(failed_attempt(errorCode="NO_SUCH")), "'NO_SUCH'"),
    "no code": (lambda w: w.recover(failed_attempt(errorCode="")), "errorCode is empty"),
    "no account": (lambda w: w.recover(failed_attempt(accountId="")), "accountId is empty"),
    "bad pool": (lambda w: w.recover(failed_attempt(pool=AccountPool())), "neither"),
}


@pytest.mark.sanitizer
def test_bad_calls_are_refused_and_change_nothing(work, redis):
    for name, (call, words) in BAD_CALLS.items():
        refused = refusal("INVALID_ARGUMENT", call, work)
        assert words in refused.message, (name, refused.message)
    # The server makes itself known in its own time.
    assert [key for key in redis.cli("KEYS", "*") if not key.startswith("instance")] == []
    # An item that nobody knows is another matter.
    unknown = refusal("NOT_FOUND", work.markSuccess, "q", "no-such-item", "{}")
    assert "no-such-item" in unknown.message
