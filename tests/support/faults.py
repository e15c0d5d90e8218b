"""The errors that a call is expected to raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .contract import ServiceException, UserException


def fault(code: str, call: Callable[..., Any], *args: Any) -> ServiceException:
    """Makes the call, which must raise ServiceException with that errorCode."""
    return _raised(ServiceException, code, call, args)


def refusal(code: str, call: Callable[..., Any], *args: Any) -> UserException:
    """Makes the call, which must raise UserException with that errorCode."""
    return _raised(UserException, code, call, args)


def _raised(kind: type, code: str, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    try:
        answer = call(*args)
    except (ServiceException, UserException) as error:
        assert isinstance(error, kind), error
        assert error.errorCode == code, error
        assert error.message, error
        return error
    raise AssertionError(f"no {code} but {str(answer)[:400]}")
