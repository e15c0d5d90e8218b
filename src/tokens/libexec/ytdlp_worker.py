"""A warm yt-dlp process: imports yt_dlp once, then runs one extraction after another.

Standard input carries one JSON object a line, a job:

    {"id", "args": [what the yt-dlp command would get, one URL in it], "deadline_s": seconds}

Standard output carries one JSON line an answer, followed by exactly info_bytes bytes of info.json:

    {"id", "ok", "messages": [{"level": "warning" or "error", "text"}], "options_refused",
     "info_bytes", "rss_kib"}

Once it is warm, before the first job, it says {"ready": true, "version"}; where it cannot be, it
says {"ready": false, "error"} and ends with status 69. End of input ends it. A line that is no job
ends it with status 65: the other side has lost its place in the conversation, and an answer would
only hide that.

The arguments come through the pipe because they hold passwords and tokens, which the process list
would show. Whatever a library prints on standard output goes to standard error.
Works with yt-dlp 2023.03 and later.
"""

import contextlib
import faulthandler
import io
import json
import optparse
import os
import re
import signal
import socket
import sys

EX_DATAERR = 65
EX_UNAVAILABLE = 69

# A stack dump shortly before the parent's deadline shows where a job hung.
DUMP_MARGIN = 0.9

BASE_OPTIONS = ["--ignore-config", "--no-update", "--no-playlist", "--dump-single-json"]
TERMINAL_SEQUENCE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def take_channels():
    """Moves the protocol off the standard descriptors, so that neither libraries nor the programs
    that yt-dlp starts can read from it or write into it."""
    jobs = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return jobs, answers


def leave_current_folder():
    """A module or plugin that lies in the folder the server was started in must not be imported."""
    try:
        current = os.getcwd()
    except FileNotFoundError:
        # It was removed while the server ran, and a path relative to it leads nowhere.
        sys.path[:] = [path for path in sys.path if os.path.isabs(path)]
        return
    sys.path[:] = [path for path in sys.path if path and os.path.abspath(path) != current]


def rss_kib():
    with open("/proc/self/statm", "rb") as statm:
        pages = int(statm.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def send(answers, message, body=b""):
    answers.write(json.dumps(message).encode("ascii") + b"\n")
    answers.write(body)
    answers.flush()


class Messages:
    """yt-dlp's logger: collects what the command would have printed as WARNING and ERROR."""

    def __init__(self):
        self.collected = []

    def debug(self, message):
        pass

    info = debug

    def warning(self, message, *args, **kwargs):
        self.add("warning", message)

    def error(self, message, *args, **kwargs):
        self.add("error", message)

    def add(self, level, message):
        text = TERMINAL_SEQUENCE.sub("", str(message)).strip()
        for prefix, its_level in (("ERROR:", level), ("WARNING:", "warning")):
            if text.startswith(prefix):
                text = text[len(prefix):].lstrip()
                level = its_level
        if text.startswith("Deprecated Feature:"):
            level = "warning"
        if text:
            self.collected.append({"level": level, "text": text})

    def has_error(self):
        return any(message["level"] == "error" for message in self.collected)


def known_proxy(yt_dlp, proxy):
    """Versions before 2023.10 do not know socks5h, but mean it when they are told socks5."""
    if proxy and yt_dlp.version.__version__ < "2023.10":
        return re.sub(r"(?i)^socks5h://", "socks5://", proxy)
    return proxy


class OptionsRefused(Exception):
    """The options are at fault, which is no account's and no proxy's doing."""


def parse_options(yt_dlp, args):
    """yt-dlp's own parser prints what is wrong and exits, or raises it behind its usage."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stderr(printed):
            return yt_dlp.parse_options([*BASE_OPTIONS, *args])
    except (SystemExit, ValueError, optparse.OptParseError) as failure:
        text = printed.getvalue().strip() or describe(failure)
        raise OptionsRefused(text.splitlines()[-1]) from None


def parse(yt_dlp, job, messages):
    parsed = parse_options(yt_dlp, job["args"])
    if len(parsed.urls) != 1:
        raise OptionsRefused(f"they hold {len(parsed.urls)} URLs in place of one")
    params = parsed.ydl_opts
    params["logger"] = messages
    params["noprogress"] = True
    params["proxy"] = known_proxy(yt_dlp, params.get("proxy"))
    return params, parsed.urls[0]


def extract(yt_dlp, job, messages):
    """The bytes of info.json; None where the extraction failed."""
    params, url = parse(yt_dlp, job, messages)
    with yt_dlp.YoutubeDL(params) as downloader:
        info = downloader.extract_info(url, download=False)
        if info is None:
            return None
        downloader.post_extract(info)
        return json.dumps(downloader.sanitize_info(info)).encode("ascii")


def describe(failure):
    if isinstance(failure, SystemExit):
        return "the options made yt-dlp end before it looked at the URL"
    text = str(failure).strip()
    return text if text else type(failure).__name__


def run(yt_dlp, job):
    messages = Messages()
    body = None
    options_refused = False
    faulthandler.dump_traceback_later(max(job["deadline_s"] * DUMP_MARGIN, 0.1))
    try:
        body = extract(yt_dlp, job, messages)
    except OptionsRefused as failure:
        options_refused = True
        messages.add("error", describe(failure))
    except (Exception, SystemExit) as failure:
        # yt-dlp reports most failures through the logger and only then raises.
        if not messages.has_error():
            messages.add("error", describe(failure))
    finally:
        faulthandler.cancel_dump_traceback_later()
    if body is None and not messages.has_error():
        messages.add("error", "yt-dlp gave no result and no message")
    answer = {
        "id": job["id"],
        "ok": body is not None,
        "messages": messages.collected,
        "options_refused": options_refused,
        "info_bytes": len(body or b""),
        "rss_kib": rss_kib(),
    }
    return answer, body or b""


def warm_up(yt_dlp):
    """The first extraction of a process is several times slower than the next ones. This one goes
    to a port of our own that refuses the connection, so that nothing leaves the machine."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/warm.mp4"
        run(yt_dlp, {"id": "", "args": ["--proxy=", "--", url], "deadline_s": 60})
    with yt_dlp.YoutubeDL({"quiet": True, "logger": Messages()}) as downloader:
        downloader.get_info_extractor("Youtube")


def read_job(line):
    job = json.loads(line)
    if not all(isinstance(value, str) for value in [job["id"], *job["args"]]):
        raise ValueError("id and args are strings")
    job["deadline_s"] = float(job["deadline_s"])
    return job


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jobs, answers = take_channels()
    leave_current_folder()
    try:
        import yt_dlp
        import yt_dlp.version
        warm_up(yt_dlp)
    except Exception as failure:
        send(answers, {"ready": False, "error": f"{type(failure).__name__}: {failure}"})
        return EX_UNAVAILABLE
    send(answers, {"ready": True, "version": yt_dlp.version.__version__, "rss_kib": rss_kib()})
    for line in jobs:
        try:
            job = read_job(line)
        except (ValueError, KeyError, TypeError) as failure:
            print(f"a line on standard input is no job: {describe(failure)}", file=sys.stderr)
            return EX_DATAERR
        answer, body = run(yt_dlp, job)
        send(answers, answer, body)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        os._exit(0)
