"""Misbehaves as a yt-dlp worker in the way that the path of the job's URL names, so that tests can
see what the server makes of it. What it does wrong at its start is named by the name of the script,
a symbolic link to this one. Every start is noted in starts.txt beside the script."""

import json
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(sys.argv[0]))


def note(name, text):
    with open(os.path.join(HERE, name), "a", encoding="ascii") as file:
        file.write(f"{text}\n")


def send(message, body=b""):
    sys.stdout.buffer.write(json.dumps(message).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


def answer(job, body, **changes):
    message = {"id": job["id"], "ok": bool(body), "messages": [], "info_bytes": len(body),
               "rss_kib": 1000}
    message.update(changes)
    send(message, body)


def hang_with_a_child(job):
    child = subprocess.Popen(["sleep", "1000"])
    note("child.txt", child.pid)
    time.sleep(1000)


def garbage(job):
    print("Traceback, perhaps", flush=True)


def endless_line(job):
    while True:
        sys.stdout.buffer.write(b"x" * 65536)


def exit_in_the_middle(job):
    print("ran into http://me:secret@wall/", file=sys.stderr, flush=True)
    sys.exit(3)


def killed(job):
    os.kill(os.getpid(), signal.SIGKILL)


def half_an_answer(job):
    answer(job, b"{" + b"x" * 500, info_bytes=1000)
    sys.exit(0)


def other_job(job):
    answer(job, b"{}", id="another")


def announces_too_much(job):
    answer(job, b"{}", info_bytes=1 << 40)


def more_than_its_answer(job):
    answer(job, b"{} and more", info_bytes=2)


def big(job):
    answer(job, json.dumps({"filler": "y" * 5_000_000, "pid": os.getpid()}).encode())


def grown(job):
    answer(job, json.dumps({"pid": os.getpid()}).encode(), rss_kib=2_000_000)


def good(job):
    answer(job, json.dumps({"pid": os.getpid(), "starts": 1}).encode())


def dies_after(job):
    good(job)
    sys.exit(0)


def wait_for_go(job):
    note("waiting.txt", job["id"])
    while not os.path.exists(os.path.join(HERE, "go.txt")):
        time.sleep(0.01)
    good(job)


def tell_arguments(job):
    answer(job, json.dumps({"args": job["args"]}).encode())


def is_first():
    try:
        os.close(os.open(os.path.join(HERE, "first.txt"), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def start():
    name = os.path.basename(sys.argv[0])
    note("starts.txt", os.getpid())
    if name == "not_ready.py":
        send({"ready": False, "error": "ModuleNotFoundError: No module named 'yt_dlp'"})
        sys.exit(69)
    if name == "dies_at_start.py":
        sys.exit("SyntaxError, perhaps")
    if name == "never_ready.py":
        time.sleep(1000)
    if name == "only_one_starts.py" and not is_first():
        sys.exit("no memory, perhaps")
    send({"ready": True, "version": "double", "rss_kib": 1000})


start()
for line in sys.stdin:
    the_job = json.loads(line)
    behaviour = the_job["args"][-1].rsplit("/", 1)[1]
    globals().get(behaviour, tell_arguments)(the_job)
