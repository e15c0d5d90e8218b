"""A .env file, and typed settings out of it that collect what is wrong instead of stopping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*)")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(?:#.*)?')
_SINGLE = re.compile(r"'([^']*)'\s*(?:#.*)?")


def read_env_file(path: Path) -> dict[str, str]:
    """
    Name to value, as Docker Compose reads such a file but without `$NAME` in values. ValueError
    names the line that is none, and says nothing of its value, which may be a password.
    """
    if not path.is_file():
        raise ValueError(f"{path} is not there: copy .env.example to it and fill it in")
    values: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise ValueError(f"{path} is no UTF-8 text: save it as such") from None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        found = _LINE.fullmatch(text)
        value = _unquote(found["value"]) if found else None
        if found is None or value is None:
            wanted = "write NAME=value, NAME='value' or a # comment"
            raise ValueError(f"{path}, line {number}: {wanted}")
        values[found["name"]] = value
    return values


def _unquote(text: str) -> str | None:
    """The value without its quotes and the comment behind it; None where a quote is not closed."""
    if text.startswith('"'):
        found = _DOUBLE.fullmatch(text)
        return re.sub(r"\\(.)", r"\1", found[1]) if found else None
    if text.startswith("'"):
        found = _SINGLE.fullmatch(text)
        return found[1] if found else None
    return re.split(r"\s#", f" {text}", maxsplit=1)[0].strip() if text else ""


class Settings:
    """
    Reads settings by name. An empty value counts as not set. What cannot be used is added to
    `problems`, with the name, the value unless it may be a secret, and what to give instead.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.text(name, str(default))
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        self.problem(f"{name} is '{text}': give a whole number from {least} to {most}")
        return default

    def port(self, name: str, default: int) -> int:
        return self.number(name, default, 1, 65535)

    def choice(self, name: str, default: str, *allowed: str) -> str:
        text = self.text(name, default)
        if text not in allowed:
            self.problem(f"{name} is '{text}': give one of {', '.join(allowed)}")
            return default
        return text

    def secret(self, name: str, least: int) -> str:
        """A text of at least so many characters, from NAME or from a file that NAME_FILE names."""
        text, file = self.text(name), self.text(f"{name}_FILE")
        if not text and file:
            try:
                text = Path(file).read_text().strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is no text"
                self.problem(f"{name}_FILE: {file} cannot be read: {reason}")
                return ""
        if len(text) < least or not text.isprintable():
            state = "not set" if not text else "too short or holds control characters"
            self.problem(
                f"{name} is {state}: give {least} characters or more, for instance those of "
                f"`openssl rand -hex 24`, in {name} or in a file named by {name}_FILE"
            )
        return text

    def problem(self, text: str) -> None:
        self.problems.append(text)
