"""ytdlp-ops queue: pushed, watched, requeued and cleared from a command line."""

from __future__ import annotations

import json
import re
import subprocess
import threading

import pytest
from support.cli_client import DONE, FAILED, UNREACHABLE, USAGE, Cli
from support.contract import WorkService
from support.paths import client_program
from support.processes import free_port

pytestmark = pytest.mark.sanitizer

URL = "https://video.example/1"


@pytest.fixture
def server(serve):
    return serve(token_runner="command", proxies="socks5://127.0.0.1:1")


def inbox(server, queue: str) -> list[str]:
    """Everything that waits, in order; it is pulled."""
    with server.client(service=WorkService) as work:
        return [work.pullUrl(queue, "l", 0).url for _ in range(work.getQueueStatus(queue).inbox)]


def fail_one(server, queue: str, error: str) -> None:
    with server.client(service=WorkService) as work:
        work.markFailure(queue, work.pullUrl(queue, "l", 0).itemId, error)


def test_push_from_words(cli, server):
    assert cli("queue", "push", "q", URL, "BaW_jenozKc").out == "2 URLs pushed to q; 2 wait there\n"
    assert cli("queue", "push", "q", "--json", "--", "-aW_jenozKc").json == {
        "action": "push",
        "queue": "q",
        "changed": 1,
        "inbox": 3,
    }
    assert inbox(server, "q") == [URL, "BaW_jenozKc", "-aW_jenozKc"]


def test_push_from_a_file(cli, server, folder):
    lines = ["# those of today", "", f"  {URL}\r", '{"format": "137"}', "BaW_jenozKc"]
    (folder / "urls.txt").write_text("\n".join(lines))
    assert cli("queue", "push", "q", "--file", "urls.txt").out.startswith("3 URLs pushed to q")
    assert inbox(server, "q") == [URL, '{"format": "137"}', "BaW_jenozKc"]


def test_a_byte_order_mark_is_no_part_of_the_first_url(cli, server, folder):
    (folder / "urls.txt").write_bytes(f"\ufeff{URL}\r\nBaW_jenozKc\r\n".encode())
    cli("queue", "push", "q", "--file", "urls.txt")
    assert inbox(server, "q") == [URL, "BaW_jenozKc"]


def test_push_from_standard_input_in_batches(cli, server):
    urls = "".join(f"https://video.example/{n}\n" for n in range(12_000))
    run = subprocess.run(
        [str(client_program()), "queue", "push", "q", "--file", "-"],
        env=cli.env,
        input=urls,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert run.stdout == "12000 URLs pushed to q; 12000 wait there\n"
    with server.client(service=WorkService) as work:
        assert work.pullUrl("q", "l", 0).url == "https://video.example/0"


def test_a_server_with_small_frames_takes_every_batch(serve, folder):
    server = serve(token_runner="command", proxies="socks5://127.0.0.1:1", frame_limit_mib=1)
    path = "x" * 2000
    (folder / "urls.txt").write_text("".join(f"https://a.example/{path}{n}\n" for n in range(2000)))
    answer = Cli(folder, server.port)("queue", "push", "q", "--file", "urls.txt")
    assert answer.out == "2000 URLs pushed to q; 2000 wait there\n"


def test_what_cannot_be_pushed(cli, folder):
    (folder / "bad.txt").write_text(f"{URL}\n" * 5000 + "ftp://a.example/\n")
    (folder / "empty.txt").write_text("# nothing\n\n")
    (folder / "binary.txt").write_bytes(b"https://a.example/\xff\n")
    (folder / "late.txt").write_bytes(f"{URL}\n".encode() * 5001 + b"\xff\n")
    for words, status, message in (
        (["q"], USAGE, "got neither"),
        (["q", URL, "--file", "x"], USAGE, "got both"),
        ([], USAGE, "needs QUEUE [URL ...]"),
        (["q", "ftp://a.example/"], FAILED, "entry 1, nothing was pushed"),
        (["q_inbox", URL], FAILED, "own keys"),
        (["Käse", URL], FAILED, 'queue "Käse" has other characters'),
        (["q", "--file", "missing.txt"], FAILED, "missing.txt cannot be read: No such file"),
        (["q", "--file", "."], FAILED, "cannot be read: Is a directory"),
        (["q", "--file", "empty.txt"], FAILED, "holds no URL"),
        (["q", "--file", "binary.txt"], FAILED, "line 1 of --file is not text"),
        (["q", "--file", "late.txt"], FAILED, "after 5000 URLs were pushed, in what follows: line"),
        (["q", "--file", "bad.txt"], FAILED, "after 5000 URLs were pushed, in what follows: "),
    ):
        answer = cli("queue", "push", *words, status=status)
        assert (message in answer.err, answer.out) == (True, ""), (words, answer)


def test_status(cli, server):
    empty = cli("queue", "status")
    assert "No queue holds anything" in empty.err
    cli("queue", "push", "b", URL)
    cli("queue", "push", "a", URL, "BaW_jenozKc")
    fail_one(server, "a", '{"errorCode": "PRIVATE_VIDEO", "message": "This video is private"}')
    assert cli("queue", "status").row("a").split() == ["a", "1", "0", "0", "1"]
    assert cli("queue", "status").row("b").split() == ["b", "1", "0", "0", "0"]
    (status,) = cli("queue", "status", "a", "--json").json["queues"]
    assert status == {"queue": "a", "inbox": 1, "inProgress": 0, "succeeded": 0, "failed": 1}
    assert [each["queue"] for each in cli("queue", "status", "--json").json["queues"]] == ["a", "b"]
    assert "needs QUEUE" in cli("queue", "status", "--watch", status=USAGE).err


def test_failures_and_their_way_back(cli, server):
    assert "Nothing has failed in q" in cli("queue", "failed", "q").err
    cli("queue", "push", "q", URL, "BaW_jenozKc")
    fail_one(server, "q", '{"errorCode": "PRIVATE_VIDEO", "message": "This video is private"}')
    fail_one(server, "q", '{"anything": "else"}')
    row = cli("queue", "failed", "q").row(URL)
    assert row.split(maxsplit=2) == [URL, "PRIVATE_VIDEO", "This video is private"]
    failures = cli("queue", "failed", "q", "--json").json["failures"]
    assert failures == [
        {"url": "BaW_jenozKc", "error": {"anything": "else"}},
        {"url": URL, "error": {"errorCode": "PRIVATE_VIDEO", "message": "This video is private"}},
    ]
    one = cli("queue", "failed", "q", "--limit", "1")
    assert (len(one.out.splitlines()), "Only 1 are shown" in one.err) == (2, True)
    assert cli("queue", "requeue", "q").out == "2 failed URLs of q went back to its inbox\n"
    assert cli("queue", "requeue", "q", "--json").json == {
        "action": "requeue",
        "queue": "q",
        "changed": 0,
    }


def test_clear_is_asked_about_on_a_terminal(cli):
    cli("queue", "push", "q", URL, "BaW_jenozKc")
    no = cli.on_terminal("queue", "clear", "q", "--part", "inbox", answer="n")
    assert (no.status, "Delete the 2 waiting URLs of q for good? [y/N]" in no.out) == (FAILED, True)
    yes = cli.on_terminal("queue", "clear", "q", "--part", "inbox", answer="y")
    assert (yes.status, "2 entries of q_inbox deleted" in yes.out) == (DONE, True)
    assert cli("queue", "clear", "q", "--part", "fail", "--yes", "--json").json == {
        "action": "clear",
        "queue": "q",
        "part": "fail",
        "changed": 0,
    }
    assert "needs --part" in cli("queue", "clear", "q", status=USAGE).err
    assert "inbox, result, fail" in cli("queue", "clear", "q", "--part", "all", status=USAGE).err


class Drain(threading.Thread):
    """Works a queue off, one URL each time that it is told to; at the end all that is left."""

    def __init__(self, server, queue: str) -> None:
        super().__init__()
        self.server, self.queue = server, queue
        self.start()

    def run(self) -> None:
        with self.server.client(service=WorkService) as work:
            while work.getQueueStatus(self.queue).inbox > 0:
                item = work.pullUrl(self.queue, "l", 0)
                (work.markFailure if item.url.endswith("3") else work.markSuccess)(
                    self.queue, item.itemId, "{}"
                )


def test_watch_follows_a_queue_until_it_has_drained(cli, server):
    cli("queue", "push", "q", *(f"https://video.example/{n}" for n in range(200)))
    drain = Drain(server, "q")
    lines = cli("queue", "status", "q", "--watch").out.splitlines()
    drain.join()
    assert re.fullmatch(r"q  \d+%, \d+ waiting, \d at work, \d+ ok, \d+ failed(, \d+s left)?",
                        lines[0])
    assert lines[-1] == "q  100%, 0 waiting, 0 at work, 180 ok, 20 failed"
    documents = cli("queue", "status", "q", "--watch", "--json").out.splitlines()
    assert [json.loads(each)["succeeded"] for each in documents] == [180]


def test_watch_draws_a_bar_on_a_terminal(cli, server):
    cli("queue", "push", "q", *(f"https://video.example/{n}" for n in range(50)))
    drain = Drain(server, "q")
    shown = cli.on_terminal("queue", "status", "q", "--watch", width=120)
    drain.join()
    bars = shown.out.strip("\r\n").split("\r")
    assert all(len(bar.removesuffix("\x1b[K")) < 120 for bar in bars)
    last = bars[-1].removesuffix("\x1b[K")
    assert last.endswith("] q  100%, 0 waiting, 0 at work, 45 ok, 5 failed")
    assert last.startswith("[########") or "[........" not in last
    narrow = cli.on_terminal("queue", "status", "q", "--watch", width=30).out.strip("\r\n")
    assert len(narrow.removesuffix("\x1b[K")) < 30


def test_watch_ends_with_the_server(cli, server):
    cli("queue", "push", "q", URL)
    with subprocess.Popen(
        [str(client_program()), "queue", "status", "q", "--watch"],
        env=cli.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watch:
        assert watch.stdout.readline() == "q  0%, 1 waiting, 0 at work, 0 ok, 0 failed\n"
        server.stop()
        _, err = watch.communicate(timeout=100)
    assert (watch.returncode, "127.0.0.1" in err) == (UNREACHABLE, True), err


def test_no_server(folder):
    cli = Cli(folder, free_port())
    assert cli("queue", "status", "q", status=UNREACHABLE).out == ""
