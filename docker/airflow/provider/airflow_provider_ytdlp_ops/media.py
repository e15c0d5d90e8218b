"""Downloads with the command that a token came with, and decodes what came."""

from __future__ import annotations

import json
import logging
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from .exceptions import YtdlpOpsError
from .secrets import redact

log = logging.getLogger(__name__)

DOWNLOAD_FAILED = "DOWNLOAD_FAILED"
PROBE_FAILED = "PROBE_FAILED"
_SIDE_FILES = {".vtt", ".srt", ".ttml", ".ass", ".json3", ".srv1", ".srv2", ".srv3"}
_SIDE_FILES |= {".jpg", ".jpeg", ".png", ".webp", ".json", ".description"}
_SHOWN_EVERY_S = 10
_POLL_S = 0.5
_LAST_LINES = 20


class MediaError(YtdlpOpsError):
    """The download or the probe failed; errors are MEDIA_403, DOWNLOAD_FAILED, PROBE_FAILED."""


def download(
    token: dict[str, Any],
    target_dir: Path,
    name: str,
    timeout_s: float,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> list[Path]:
    """
    The files `<target_dir>/<name>.<ext>`, nearly always one, the largest first: made beside it and
    put in their place when they are whole, so that a second run replaces them and none sees a
    half. `token` is as JobFolder.token gives it.
    """
    target_dir.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=target_dir))
    try:
        shutil.copy(token["infoJson"], scratch / "info.json")
        # In a file, because the proxy's password would show in the list of processes.
        options = scratch / "options"
        options.touch(mode=0o600)
        options.write_text("\n".join(map(shlex.quote, token["ytdlpCommand"][1:])) + "\n")
        argv = [ytdlp_program(), "--ignore-config", "--config-locations", str(options)]
        argv += ["--newline", "--no-mtime", "--output", "media/%(format_id)s.%(ext)s"]
        _run(argv, scratch, timeout_s, token["proxyUrl"], is_cancelled)
        return _put_in_place(scratch / "media", target_dir, name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def probe_all(paths: list[Path]) -> dict[str, Any]:
    """Decodes every file that is no subtitle or picture; what probe() says of the first one."""
    first, *others = [probe(path) for path in paths if path.suffix not in _SIDE_FILES]
    return {"files": [str(path) for path in paths], **first, **({"more": others} if others else {})}


def probe(path: Path, timeout_s: float = 3600) -> dict[str, Any]:
    """Decodes the whole file; its size, duration and kinds of stream."""
    shown = _tool(
        ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)],
        timeout_s,
    )
    found = json.loads(shown)
    kinds = sorted({stream.get("codec_type", "") for stream in found.get("streams", [])})
    if not {"audio", "video"} & set(kinds):
        raise MediaError(PROBE_FAILED, f"{path} has neither sound nor picture")
    _tool(
        ["ffmpeg", "-v", "error", "-nostdin", "-xerror", "-i", str(path), "-f", "null", "-"],
        timeout_s,
    )
    duration = found.get("format", {}).get("duration")
    return {
        "bytes": path.stat().st_size,
        "durationS": round(float(duration), 3) if duration else None,
        "streams": kinds,
    }


def ytdlp_program() -> str:
    """YTDLP_OPS_YTDLP, or the one on PATH."""
    program = os.environ.get("YTDLP_OPS_YTDLP") or shutil.which("yt-dlp")
    if not program:
        raise MediaError(
            DOWNLOAD_FAILED,
            "yt-dlp is nowhere on PATH: install it on the Airflow workers, "
            "or let YTDLP_OPS_YTDLP name it",
        )
    return program


def _put_in_place(made: Path, target_dir: Path, name: str) -> list[Path]:
    files = sorted(made.glob("*"), key=lambda file: -file.stat().st_size)
    if not [file for file in files if file.suffix not in _SIDE_FILES]:
        raise MediaError(DOWNLOAD_FAILED, "yt-dlp ended well, and left no media")
    placed = []
    for number, file in enumerate(files, 1):
        count = "" if len(files) == 1 else f".{number:03d}"
        placed.append(file.replace(target_dir / f"{name}{count}{file.suffix}"))
    return placed


def _run(
    argv: list[str],
    folder: Path,
    timeout_s: float,
    proxy_url: str,
    is_cancelled: Callable[[], bool],
) -> None:
    process = subprocess.Popen(
        [*_dies_with_its_task(), *argv],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    lines: list[str] = []
    reader = threading.Thread(target=_show, args=(process, lines, proxy_url), daemon=True)
    reader.start()
    try:
        _wait(process, timeout_s, is_cancelled)
    finally:  # also where Airflow ends the task
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        reader.join()
    if process.returncode != 0:
        raise _failure(process.returncode, lines)


def _dies_with_its_task() -> list[str]:
    """Words before a command: a task that is killed leaves no download behind."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


def _wait(
    process: subprocess.Popen[str], timeout_s: float, is_cancelled: Callable[[], bool]
) -> None:
    deadline = time.monotonic() + timeout_s
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_S)
            return
        if is_cancelled():
            raise MediaError(DOWNLOAD_FAILED, "its lease is over: it is no longer this lane's")
        if time.monotonic() > deadline:
            raise MediaError(DOWNLOAD_FAILED, f"not done within {timeout_s:g} s")


def _show(process: subprocess.Popen[str], lines: list[str], proxy_url: str) -> None:
    """Into the task's log; of the progress a line now and then."""
    shown_at = 0.0
    for line in process.stdout or ():
        line = redact(line.rstrip(), proxy_url)
        if line.startswith("[download] ") and "%" in line:
            if time.monotonic() - shown_at < _SHOWN_EVERY_S:
                continue
            shown_at = time.monotonic()
        else:
            lines.append(line)
            del lines[:-_LAST_LINES]
        log.info("yt-dlp: %s", line)


def _failure(status: int, lines: list[str]) -> MediaError:
    errors = [line for line in lines if line.startswith("ERROR: ")] or lines or ["it said nothing"]
    message = errors[-1].removeprefix("ERROR: ")[:500]
    code = "MEDIA_403" if "HTTP Error 403" in message else DOWNLOAD_FAILED
    return MediaError(code, f"yt-dlp ended with {status}: {message}")


def _tool(argv: list[str], timeout_s: float) -> str:
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout_s
        )
    except FileNotFoundError:
        raise MediaError(
            PROBE_FAILED, f"{argv[0]} is nowhere on PATH: install ffmpeg on the Airflow workers"
        ) from None
    except subprocess.TimeoutExpired:
        raise MediaError(PROBE_FAILED, f"{argv[0]} was not done within {timeout_s:g} s") from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise MediaError(PROBE_FAILED, f"{argv[0]}: {said[0][:500]}")
    return done.stdout
