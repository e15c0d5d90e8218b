"""Settings: flags, environment names and files; bad values; where secrets do not show."""

from __future__ import annotations

import os
import signal

import pytest

from support.calls import in_background, token_request
from support.mapping_socks5 import MappingSocks5
from support.paths import server_program
from support.processes import command_line, descendants_of, free_port, wait_until
from support.program import run
from support.proxies import PASSWORD
from support.redis_server import PASSWORD as REDIS_PASSWORD
from support.redis_server import RedisServer
from support.youtube_cases import video_id, watch_url

USAGE = 64


@pytest.fixture
def configured(folder):
    """Runs the server program to its end with those flags and environment."""
    return lambda *flags, **env: run([server_program(), *flags], folder, env)


def setting(shown: str, flag: str) -> str:
    """The line of --print-config about a flag."""
    (line,) = [line for line in shown.splitlines() if line.strip().lstrip("-").startswith(flag)]
    return line


@pytest.mark.parametrize(
    ("flag", "value", "allowed"),
    [
        ("port", "notanumber", "65535"),
        ("port", "70000", "65535"),
        ("port", "-1", "65535"),
        ("service-role", "boss", "all-in-one"),
        ("token-runner", "magic", "command"),
        ("log-level", "loud", "debug"),
        ("log-format", "xml", "json"),
        ("token-workers", "0", "1"),
        ("token-timeout-s", "0", "1"),
        ("failure-threshold-count", "0", "1"),
        ("account-ban-duration-s", "1h", "number"),
        ("drain-timeout-s", "", "number"),
        ("redis-url", "mysql://localhost", "redis://"),
        ("proxies", "ftp://127.0.0.1:1", "socks5"),
        ("proxies", "socks5://127.0.0.1:99999", "65535"),
        ("proxies", "@/no/such/file", "/no/such/file"),
        ("ytdlp-args", "--format 'open", "quot"),
        ("error-policy", "/no/such/file", "/no/such/file"),
        ("pot-provider-url", "gopher://x", "http"),
        ("listen", "not an address", "address"),
    ],
)
def test_bad_value_names_flag_value_and_what_is_allowed(configured, folder, flag, value, allowed):
    others = [] if flag == "token-runner" else ["--token-runner=command"]
    done = configured(*others, f"--data-dir={folder}/d", f"--{flag}={value}")
    assert done.status == USAGE, done.err
    assert f"--{flag}" in done.err
    assert f"--{flag}: --{flag}" not in done.err
    assert allowed in done.err
    if flag not in ("redis-url", "proxies") and value:
        assert value in done.err
    assert not done.out


def test_worker_script_that_is_not_there(configured, folder):
    done = configured("--worker-script=/no/such.py", f"--data-dir={folder}/d")
    assert done.status == USAGE
    assert "'/no/such.py' cannot be read: No such file" in done.err
    assert "--worker-script" in done.err


def test_port_that_is_taken(configured, serve, folder):
    server = serve(token_runner="command")
    done = configured(f"--port={server.port}", "--token-runner=command", f"--data-dir={folder}/d")
    assert done.status == USAGE
    assert str(server.port) in done.err
    assert "--port" in done.err


def test_data_dir_that_is_in_use(configured, serve):
    server = serve(token_runner="command")
    data = server.folder / "data"
    done = configured("--port=0", "--token-runner=command", f"--data-dir={data}")
    assert done.status == USAGE
    assert str(data) in done.err
    assert str(server.pid) in done.err


@pytest.mark.parametrize(
    "words", [("--api-tokn=s3cret",), ("--port",), ("stray",), ("-x",), ("x",), ("",), ("=",)]
)
def test_unknown_words(configured, words):
    done = configured(*words)
    assert done.status == USAGE
    assert words[-1].split("=")[0] in done.err
    assert "s3cret" not in done.err


def test_bad_value_from_the_environment_names_the_variable(configured):
    done = configured(YTDLP_OPS_PORT="x")
    assert done.status == USAGE
    assert "YTDLP_OPS_PORT" in done.err


def test_help_and_version(configured):
    shown = configured("--help")
    assert shown.status == 0
    for flag in ("--service-role", "--proxies", "--redis-url", "--token-runner", "--log-format"):
        assert flag in shown.out
    assert configured("--version").out.strip()


@pytest.mark.parametrize(
    "name", ["YTDLP_OPS_ACCOUNT_ACTIVE_DURATION_MIN", "ACCOUNT_ACTIVE_DURATION_MIN"]
)
def test_environment_names(configured, name):
    assert "17" in setting(configured("--print-config", **{name: "17"}).out, "account-active-dur")


def test_the_first_source_wins(configured, folder):
    file = folder / "value"
    file.write_text("13\n")
    sources = {
        "YTDLP_OPS_ACCOUNT_COOLDOWN_DURATION_MIN": "12",
        "YTDLP_OPS_ACCOUNT_COOLDOWN_DURATION_MIN_FILE": str(file),
        "ACCOUNT_COOLDOWN_DURATION_MIN": "14",
    }
    flag = ["--account-cooldown-duration-min=11"]
    for expected in ("11", "12", "13", "14"):
        shown = configured("--print-config", *flag, **sources)
        assert expected in setting(shown.out, "account-cooldown"), shown.out
        if flag:
            flag = []
        else:
            sources.pop(next(iter(sources)))


def test_print_config_hides_secrets(configured, folder):
    secret = folder / "redis-url"
    secret.write_text("redis://:file-s3cret@127.0.0.1:1/0\n")
    shown = configured(
        "--print-config",
        "--proxies=socks5://user:flag-s3cret@127.0.0.1:1",
        YTDLP_OPS_REDIS_URL_FILE=str(secret),
        YTDLP_OPS_POT_PROVIDER_URL="http://u:env-s3cret@127.0.0.1:2",
    )
    assert shown.status == 0
    assert "s3cret" not in shown.out + shown.err
    assert "***" in setting(shown.out, "redis-url")


def test_bad_secret_is_not_shown(configured):
    done = configured("--proxies=socks5://user:s3cret@:0")
    assert done.status == USAGE
    assert "--proxies" in done.err
    assert "s3cret" not in done.err


def test_proxies_from_a_file(serve, folder):
    urls = [f"socks5://127.0.0.1:{free_port()}" for _ in range(2)]
    listed = folder / "proxies.txt"
    listed.write_text(f"# ours\n{urls[0]}\n\n{urls[1]}\n")
    server = serve(proxies=f"@{listed}", token_runner="command")
    with server.client() as client:
        assert [each.proxyUrl for each in client.getProxyStatus("")] == urls


@pytest.mark.parametrize("runner", ["warm", "command"])
def test_secrets_are_in_no_process_list_and_no_log(serve, microsocks, youtube, folder, runner):
    redis = RedisServer(tcp=True, password=REDIS_PASSWORD)
    proxy = MappingSocks5(youtube.host_map, "proxyuser", PASSWORD)
    try:
        server = serve(
            redis_url=redis.url,
            proxies=proxy.url,
            token_runner=runner,
            ytdlp_args="--no-check-certificates",
        )
        with server.client() as client:
            running = in_background(client.getToken, token_request(watch_url("hang")))
            wait_until(lambda: youtube.requests[f"player {video_id('hang')}"], "the job runs")
            pids = [server.pid, *descendants_of(server.pid)]
            lines = [command_line(pid) for pid in pids]
            youtube.released.set()
            token = running.result(30)
        assert len(lines) >= 2
        assert not [line for line in lines if PASSWORD in line or REDIS_PASSWORD in line]
        assert PASSWORD in token.proxyUrl
        server.stop()
        assert PASSWORD not in server.log_text()
        assert REDIS_PASSWORD not in server.log_text()
    finally:
        proxy.close()
        redis.close()


def test_sighup_reads_the_log_level_again(serve, folder):
    level = folder / "level"
    level.write_text("warning\n")
    server = serve(
        log_level=None,
        env={"YTDLP_OPS_LOG_LEVEL_FILE": str(level)},
        token_runner="command",
        quiet=True,
    )

    def hup() -> None:
        os.kill(server.pid, signal.SIGHUP)

    with server.client() as client:
        client.ping()
        assert not server.find_entry("call")
        level.write_text("debug\n")
        hup()
        wait_until(lambda: server.find_entry("log level read again"), "the level is read")
        client.ping()
        wait_until(lambda: server.find_entry("call"), "calls are logged")
        level.write_text("nonsense\n")
        hup()
        wait_until(lambda: "nonsense" in server.log_text(), "the bad level is named")
        client.ping()
    server.stop()
