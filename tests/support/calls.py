"""Calls as the tests make them: requests with their usual fields, and many at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from .contract import AccountPool, FailedAttempt, FailurePolicy, OutcomeReport, TokenRequest

T = TypeVar("T")


def token_request(url: str, account: str = "acc_01", **more: Any) -> TokenRequest:
    return TokenRequest(url=url, accountId=account, **more)


def failure_report(proxy: str, account: str, code: str = "BOT_DETECTED") -> OutcomeReport:
    return OutcomeReport(
        jobId=f"job-{account}",
        accountId=account,
        proxyUrl=proxy,
        success=False,
        errorCode=code,
        details="as the test says",
    )


def success_report(proxy: str, account: str) -> OutcomeReport:
    return OutcomeReport(jobId=f"job-{account}", accountId=account, proxyUrl=proxy, success=True)


def failed_attempt(attempt: int = 1, **changes: Any) -> FailedAttempt:
    """A bot check of acc_01 at the first attempt, of acc_02 at the second."""
    fields = {
        "itemId": "item",
        "policy": FailurePolicy.RETRY_WITH_NEW_ACCOUNT,
        "attempt": attempt,
        "errorCode": "BOT_DETECTED",
        "accountId": f"acc_0{attempt}",
        "pool": AccountPool(prefix="acc", size=3, autoCreateOnExhaustion=False),
    }
    return FailedAttempt(**fields | changes)


def in_background(call: Callable[..., T], *args: Any) -> Future[T]:
    """The call in a thread of its own."""
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(call, *args)
    finally:
        pool.shutdown(wait=False)


def all_at_once(calls: list[Callable[[], T]]) -> list[T | Exception]:
    """What each call gave or raised, in their order."""
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(call) for call in calls]
    return [future.exception() or future.result() for future in futures]
