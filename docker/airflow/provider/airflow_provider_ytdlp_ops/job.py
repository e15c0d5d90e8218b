"""
The folder of one run, which carries from task to task what must not go through XCom: the info.json
with megabytes and signed URLs, cookies, and proxy URLs with their passwords.

Every task of a run must see it: workers on several machines need it on a shared volume.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from airflow.sdk.exceptions import AirflowFailException
from ytdlp_ops.tokens.ttypes import TokenData

from .exceptions import YtdlpOpsError
from .secrets import shown_proxy

KEPT_S = 2 * 24 * 3600
"""How long the folder of a run that was killed stays."""


class JobFolder:
    """`<work_dir>/jobs/<name>`, readable by its owner only."""

    def __init__(self, work_dir: str | None, run_id: str) -> None:
        root = Path(work_dir or default_work_dir())
        if not root.is_absolute():
            raise AirflowFailException(f"work_dir is {work_dir!r}: it takes an absolute path")
        self.run_id = run_id
        self.jobs = root / "jobs"
        self.path = self.jobs / _file_name(run_id)
        self.default_download_dir = root / "media"

    def job_id(self, attempt: int) -> str:
        """The same for every try of that attempt, so that the server can join equal requests."""
        return hashlib.sha256(f"{self.run_id}/{attempt}".encode()).hexdigest()[:32]

    def keep_token(self, token: TokenData, attempt: int) -> dict[str, Any]:
        """Writes the token; what XCom may know of it."""
        kept = {name: getattr(token, name) for name in ("ytdlpCommand", "proxyUrl", "accountId")}
        self._write(f"token-{attempt}.json", json.dumps({**kept, "jobId": token.jobId}))
        self._write(f"info-{attempt}.json", token.infoJson)
        return {
            "attempt": attempt,
            "jobId": token.jobId,
            "accountId": token.accountId,
            "proxy": shown_proxy(token.proxyUrl),
            "infoJsonBytes": len(token.infoJson),
            "expiresAt": token.expiresAt,
            "durationMs": token.durationMs,
        }

    def token(self, attempt: int) -> dict[str, Any]:
        """ytdlpCommand, proxyUrl, accountId, jobId of the kept token; `infoJson`: its path."""
        info = self.path / f"info-{attempt}.json"
        return {**self._read(f"token-{attempt}.json"), "infoJson": str(info)}

    def keep_failure(self, error: YtdlpOpsError, account: str, attempt: int) -> dict[str, Any]:
        """Writes what failed; what XCom may know of it."""
        proxy = error.context.get("proxyUrl", "")
        self._write(f"failure-{attempt}.json", json.dumps({"proxyUrl": proxy}))
        return {
            "attempt": attempt,
            "errorCode": error.error_code,
            "message": error.message,
            "accountId": account,
            "proxy": shown_proxy(proxy),
            "bannable": error.bannable,
            "retryable": error.context.get("retryable") == "true",
        }

    def failed_proxy(self, attempt: int) -> str:
        """The whole URL of the proxy through which that attempt failed; empty where none was."""
        return self._read(f"failure-{attempt}.json")["proxyUrl"]

    def plan_retry(self, account: str) -> None:
        """Leaves for the next try of the task that it is a second attempt, with that account."""
        self._write("retry.json", json.dumps({"accountId": account}))

    def planned_retry(self) -> str:
        """The account of a planned second attempt; empty where none is planned."""
        if not (self.path / "retry.json").exists():
            return ""
        return self._read("retry.json")["accountId"]

    def remove(self) -> None:
        """Removes it, and those that runs which were killed have left."""
        shutil.rmtree(self.path, ignore_errors=True)
        oldest = time.time() - KEPT_S
        with suppress(FileNotFoundError):
            for other in self.jobs.iterdir():
                with suppress(OSError):
                    if other.stat().st_mtime < oldest:
                        shutil.rmtree(other, ignore_errors=True)

    def _write(self, name: str, text: str) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self.path / f"{name}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        part.replace(self.path / name)

    def _read(self, name: str) -> dict[str, Any]:
        try:
            return json.loads((self.path / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise AirflowFailException(
                f"{self.path / name} is not there: an earlier task of this run wrote it. Where "
                "tasks run on several machines, work_dir must be on a volume that all share"
            ) from None


def default_work_dir() -> str:
    """YTDLP_OPS_WORK_DIR, or a folder below AIRFLOW_HOME."""
    home = os.environ.get("AIRFLOW_HOME") or os.path.expanduser("~/airflow")
    return os.environ.get("YTDLP_OPS_WORK_DIR") or os.path.join(home, "ytdlp-ops")


def _file_name(run_id: str) -> str:
    """Readable, and different for different run ids."""
    digest = hashlib.sha256(run_id.encode()).hexdigest()[:12]
    return f"{re.sub(r'[^A-Za-z0-9_.-]', '_', run_id)[:80]}-{digest}"
