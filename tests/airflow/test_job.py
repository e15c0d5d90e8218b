"""The folder that carries secrets from task to task, and what XCom may know of them."""

from __future__ import annotations

import json
import os
import stat
import time

import pytest
from airflow.sdk.exceptions import AirflowFailException

from airflow_provider_ytdlp_ops.exceptions import YtdlpOpsServiceError
from airflow_provider_ytdlp_ops.job import KEPT_S, JobFolder, default_work_dir
from airflow_provider_ytdlp_ops.secrets import redact, shown_proxy
from ytdlp_ops.tokens.ttypes import TokenData

RUN = "manual__2026-01-02T03:04:05+00:00.lane-01.run-00001"
PROXY = "socks5://user:pr0xy%2Fpass@10.0.0.1:1080"


def token_data(**more):
    fields = {
        "jobId": "j1",
        "url": "https://www.youtube.com/watch?v=x",
        "accountId": "acc_01",
        "proxyUrl": PROXY,
        "serverIdentity": "pool",
        "infoJson": json.dumps({"id": "x", "secret": "signed-url"}),
        "ytdlpCommand": ["yt-dlp", "--load-info-json=info.json", f"--proxy={PROXY}"],
        "cookies": "SID=c00kie",
        "durationMs": 12,
    }
    return TokenData(**{**fields, **more})


def test_token_is_kept_for_its_owner_only(folder):
    job = JobFolder(str(folder), RUN)
    job.keep_token(token_data(), 1)

    assert stat.S_IMODE(job.path.stat().st_mode) == 0o700
    modes = {stat.S_IMODE(file.stat().st_mode) for file in job.path.iterdir()}
    assert modes == {0o600}
    kept = JobFolder(str(folder), RUN).token(1)
    assert kept["proxyUrl"] == PROXY and kept["ytdlpCommand"][2] == f"--proxy={PROXY}"
    assert json.loads(open(kept["infoJson"]).read())["id"] == "x"


def test_xcom_knows_no_secret(folder):
    job = JobFolder(str(folder), RUN)
    token = json.dumps(job.keep_token(token_data(), 1))
    error = YtdlpOpsServiceError("BOT_DETECTED", "no", {"proxyUrl": PROXY, "bannable": "true"})
    failure = json.dumps(job.keep_failure(error, "acc_01", 1))

    for text in (token, failure):
        assert "pr0xy" not in text and "signed-url" not in text and "c00kie" not in text
        assert "socks5://user:***@10.0.0.1:1080" in text
    assert job.failed_proxy(1) == PROXY


@pytest.mark.parametrize(("word", "passes"), [("true", True), ("false", False)])
def test_failure_tells_whether_it_may_pass(folder, word, passes):
    error = YtdlpOpsServiceError("INTERNAL", "no yt-dlp", {"retryable": word})
    assert JobFolder(str(folder), RUN).keep_failure(error, "acc_01", 1)["retryable"] is passes


def test_runs_have_folders_of_their_own(folder):
    paths = {JobFolder(str(folder), run).path.name for run in ("a+b", "a:b", "a b", "x" * 240)}
    assert len(paths) == 4 and all(len(name) < 100 and "/" not in name for name in paths)


def test_job_id_is_that_of_run_and_attempt(folder):
    one, other = JobFolder(str(folder), "one"), JobFolder(str(folder), "other")
    assert one.job_id(1) == JobFolder(str(folder), "one").job_id(1)
    assert len({one.job_id(1), one.job_id(2), other.job_id(1)}) == 3


def test_missing_file_says_that_the_folder_must_be_shared(folder):
    with pytest.raises(AirflowFailException, match="volume that all share"):
        JobFolder(str(folder), RUN).token(1)


def test_relative_folder_is_refused():
    with pytest.raises(AirflowFailException, match="absolute"):
        JobFolder("work", RUN)


def test_end_of_a_run_removes_what_killed_runs_left(folder):
    jobs = [JobFolder(str(folder), name) for name in ("this", "recent", "dead")]
    for job in jobs:
        job.keep_token(token_data(), 1)
    long_ago = time.time() - KEPT_S - 60
    os.utime(jobs[2].path, (long_ago, long_ago))

    jobs[0].remove()

    assert [job.path.exists() for job in jobs] == [False, True, False]
    jobs[0].remove()  # a second time is no error


def test_default_folder(monkeypatch):
    monkeypatch.setenv("AIRFLOW_HOME", "/opt/airflow")
    assert default_work_dir() == "/opt/airflow/ytdlp-ops"
    monkeypatch.setenv("YTDLP_OPS_WORK_DIR", "/shared")
    assert default_work_dir() == "/shared"


@pytest.mark.parametrize(
    "url, shown",
    [
        (PROXY, "socks5://user:***@10.0.0.1:1080"),
        ("http://u:p@h:1", "http://u:***@h:1"),
        ("socks5://10.0.0.1:1080", "socks5://10.0.0.1:1080"),
        ("", ""),
        ("http://[broken", "***"),
    ],
)
def test_shown_proxy(url, shown):
    assert shown_proxy(url) == shown


def test_password_is_taken_out_of_any_text_in_both_spellings():
    text = f"ERROR: cannot connect to {PROXY} as pr0xy/pass"
    assert redact(text, PROXY) == (
        "ERROR: cannot connect to socks5://user:***@10.0.0.1:1080 as ***"
    )
