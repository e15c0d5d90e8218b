"""Proxy URLs without their passwords, for logs, XCom and records."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit


def shown_proxy(url: str) -> str:
    """The URL as people may see it."""
    return redact(url, url)


def redact(text: str, proxy_url: str) -> str:
    """`text` without the password of that proxy, in whichever spelling it has there."""
    try:
        password = urlsplit(proxy_url).password
    except ValueError:
        return text.replace(proxy_url, "***") if proxy_url else text
    if not password:
        return text
    for spelling in (password, unquote(password)):
        text = text.replace(f":{spelling}@", ":***@")
        if len(spelling) >= 4:  # a shorter one would take words apart
            text = text.replace(spelling, "***")
    return text
