"""What a call of the server can raise. Messages never hold a proxy's password."""

from __future__ import annotations

from typing import Any

from airflow.sdk.exceptions import AirflowException

CONNECTION_FAILED = "CONNECTION_FAILED"


class YtdlpOpsError(AirflowException):
    """
    `error_code` is one of docs/errors.md, or CONNECTION_FAILED where no server answered; `context`
    is what the server gave with it (jobId, accountId, proxyUrl, bannable, retryable, retryAfterS).
    proxyUrl holds the proxy's password: it must not be logged.
    """

    def __init__(
        self, error_code: str, message: str, context: dict[str, str] | None = None
    ) -> None:
        super().__init__(f"{error_code}: {message}")
        self.error_code = error_code
        self.message = message
        self.context = dict(context or {})

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.error_code, self.message, self.context)

    @property
    def bannable(self) -> bool:
        """Whether the recovery policies act on it."""
        return self.context.get("bannable") == "true"

    @property
    def retryable(self) -> bool:
        """Whether the same call may well succeed later as it is."""
        return self.context.get("retryable") == "true"

    @property
    def retry_after_s(self) -> int | None:
        """When to try again, where the server knows."""
        value = self.context.get("retryAfterS", "")
        return int(value) if value.isdigit() else None


class YtdlpOpsServiceError(YtdlpOpsError):
    """The server, or what it depends on, failed (ServiceException)."""


class YtdlpOpsUserError(YtdlpOpsError):
    """The call asked for something invalid or not served there (UserException)."""


class YtdlpOpsConnectionError(YtdlpOpsError):
    """No server answered: refused, closed, timed out, or something else speaks there."""

    def __init__(
        self, error_code: str, message: str, context: dict[str, str] | None = None
    ) -> None:
        super().__init__(error_code, message, {"retryable": "true", **(context or {})})
