"""The generator of the containers' configuration: what it makes, and what it refuses."""

from __future__ import annotations

import subprocess

import pytest
import yaml

from support.envoy import GENERATOR, SECRETS, generate, need_envoy

PROXY = "socks5://user:pr0xy-pass@10.0.0.1:1080"
GOOD = SECRETS | {"YTDLP_WORKERS": 3, "CAMOUFOX_PROXIES": PROXY}


def made(folder, **settings) -> dict[str, object]:
    """Every file that was made, YAML read."""
    done = generate(folder, GOOD | settings)
    assert done.returncode == 0, done.stderr
    assert "pr0xy-pass" not in done.stdout and "s3cret" not in done.stdout
    files = {}
    for path in [*(folder / "generated").rglob("*"), folder / "docker-compose.workers.yaml"]:
        if path.is_file():
            text = path.read_text()
            files[path.name] = yaml.safe_load(text) if path.suffix == ".yaml" else text
    return files


def cluster(files, name) -> dict:
    clusters = files["envoy.yaml"]["static_resources"]["clusters"]
    return next(each for each in clusters if each["name"] == name)


def addresses(files, name) -> list[tuple[str, int]]:
    (endpoints,) = cluster(files, name)["load_assignment"]["endpoints"]
    sockets = [each["endpoint"]["address"]["socket_address"] for each in endpoints["lb_endpoints"]]
    return [(each["address"], each["port_value"]) for each in sockets]


def test_seed_names_and_ports(folder):
    files = made(folder)
    listeners = files["envoy.yaml"]["static_resources"]["listeners"]
    ports = {each["name"]: each["address"]["socket_address"]["port_value"] for each in listeners}
    assert ports == {"thrift": 9080, "relay": 8085}
    admin = files["envoy.yaml"]["admin"]["address"]["socket_address"]
    assert admin == {"address": "127.0.0.1", "port_value": 9901}
    assert addresses(files, "workers") == [("ytdlp-ops-worker", 9090)]
    assert addresses(files, "relay") == [("ytdlp-ops-worker", 8085)]
    assert files["proxies"] == f"{PROXY}\n"
    replicas = files["docker-compose.workers.yaml"]["services"]["ytdlp-ops-worker"]
    assert replicas == {"deploy": {"replicas": 3}}


def test_proxies_of_both_settings_are_one_list(folder):
    files = made(
        folder,
        CAMOUFOX_PROXIES=f"{PROXY}, http://10.0.0.2:3128",
        SOCKS5_SOCK_SERVER_IP="10.0.0.3",
        SOCKS5_SOCK_SERVER_PORTS="1080,1090-1091",
    )
    assert files["proxies"].split() == [
        PROXY,
        "http://10.0.0.2:3128",
        *(f"socks5://10.0.0.3:{port}" for port in (1080, 1090, 1091)),
    ]


def test_split_deals_the_proxies_out(folder):
    settings = {"CAMOUFOX_PROXIES": "", "SOCKS5_SOCK_SERVER_IP": "10.0.0.3"}
    settings["SOCKS5_SOCK_SERVER_PORTS"] = "1-7"
    files = made(folder, YTDLP_PROXY_ASSIGNMENT="split", **settings)
    dealt = [files[f"proxies_{number}"].split() for number in (1, 2, 3)]
    assert [len(each) for each in dealt] == [3, 2, 2]
    assert len({url for each in dealt for url in each}) == 7
    workers = files["docker-compose.workers.yaml"]
    assert workers["services"].pop("ytdlp-ops-worker") == {"deploy": {"replicas": 0}}
    for number, (name, service) in enumerate(workers["services"].items(), 1):
        assert name == f"ytdlp-ops-worker-{number}"
        assert {"source": f"proxies_{number}", "target": "proxies"} in service["secrets"]
        assert service["networks"]["default"]["aliases"] == ["ytdlp-ops-worker"]
    files = made(folder, YTDLP_WORKERS=1, **settings)
    assert "proxies_1" not in files, "what an earlier run made is in the way"


def test_workers_that_run_elsewhere(folder):
    files = made(folder, YTDLP_WORKER_HOSTS="10.0.1.1, w2.example:7000,[fd00::1]:7001:8001")
    assert addresses(files, "workers") == [
        ("10.0.1.1", 9090), ("w2.example", 7000), ("fd00::1", 7001)
    ]  # fmt: skip
    assert addresses(files, "relay") == [
        ("10.0.1.1", 8085), ("w2.example", 8085), ("fd00::1", 8001)
    ]  # fmt: skip


def test_secrets_are_files_in_a_closed_folder(folder):
    password = 'a "b" \\ c:d/e@f#'
    (folder / "password").write_text(f"{password}\n")
    files = made(folder, REDIS_PASSWORD="", REDIS_PASSWORD_FILE=folder / "password")
    assert files["redis_password"] == password
    assert files["redis_url"] == "redis://:a%20%22b%22%20%5C%20c%3Ad%2Fe%40f%23@redis:6379/0\n"
    assert 'requirepass "a \\"b\\" \\\\ c:d/e@f#"' in files["redis.conf"]
    assert (folder / "generated/secrets").stat().st_mode & 0o077 == 0
    for name in ("generated/envoy.yaml", "docker-compose.workers.yaml"):
        assert "s3cret" not in (folder / name).read_text()


def test_secrets_of_airflow_are_made_once(folder):
    first, second = made(folder), made(folder)
    for name in ("airflow_database_password", "airflow_fernet_key", "airflow_jwt_secret"):
        assert len(first[name]) >= 44
        assert first[name] == second[name]
    assert first["airflow_database_password"] in first["airflow_database_url"]
    assert made(folder, AIRFLOW_JWT_SECRET="mine")["airflow_jwt_secret"] == "mine"


def test_exceptions_are_no_reason_to_take_a_worker_out(folder):
    for name in ("workers", "relay"):
        outliers = cluster(made(folder), name).get("outlier_detection", {})
        on = {key for key, value in outliers.items() if key.startswith("enforcing_") and value}
        assert on <= {"enforcing_consecutive_local_origin_failure"}
        assert outliers.get("split_external_local_origin_errors", True) is True


BAD = [
    ({"YTDLP_WORKERS": "0"}, "YTDLP_WORKERS is '0': give a whole number from 1 to 100"),
    ({"YTDLP_WORKERS": "three"}, "YTDLP_WORKERS is 'three'"),
    ({"YTDLP_WORKERS": "1e2"}, "YTDLP_WORKERS is '1e2'"),
    ({"ENVOY_PORT": "65536"}, "ENVOY_PORT is '65536': give a whole number from 1 to 65535"),
    ({"ENVOY_PORT": "9091"}, "ENVOY_PORT and MANAGEMENT_PORT are both 9091"),
    ({"ENVOY_LISTEN": "any\"where"}, "ENVOY_LISTEN is"),
    ({"CAMOUFOX_PROXIES": ""}, "there is no proxy: set CAMOUFOX_PROXIES, SOCKS5_SOCK_SERVER_IP"),
    ({"CAMOUFOX_PROXIES": f"{PROXY},"}, "CAMOUFOX_PROXIES: entry 2 is empty"),
    ({"CAMOUFOX_PROXIES": f"{PROXY},{PROXY}"}, "CAMOUFOX_PROXIES: entry 2 is there already"),
    ({"CAMOUFOX_PROXIES": "ftp://u:pr0xy-pass@h:1"}, "CAMOUFOX_PROXIES: entry 1 is no proxy"),
    ({"CAMOUFOX_PROXIES": "socks5://pr0xy-pass@host"}, "CAMOUFOX_PROXIES: entry 1 is no proxy"),
    ({"CAMOUFOX_PROXIES": "socks5://h:99999"}, "CAMOUFOX_PROXIES: entry 1 is no proxy"),
    ({"SOCKS5_SOCK_SERVER_IP": "10.0.0.1:1080"}, "SOCKS5_SOCK_SERVER_IP is '10.0.0.1:1080'"),
    (
        {"SOCKS5_SOCK_SERVER_IP": "10.0.0.1", "SOCKS5_SOCK_SERVER_PORTS": "1090-1080"},
        "SOCKS5_SOCK_SERVER_PORTS holds '1090-1080'",
    ),
    ({"YTDLP_PROXY_ASSIGNMENT": "mine"}, "give one of shared, split"),
    ({"YTDLP_PROXY_ASSIGNMENT": "split"}, "1 proxies are too few for 3 workers"),
    ({"YTDLP_WORKER_HOSTS": "a:b"}, "YTDLP_WORKER_HOSTS names 'a:b'"),
    ({"YTDLP_WORKER_HOSTS": 'a"}}, {x'}, "YTDLP_WORKER_HOSTS names"),
    ({"YTDLP_WORKER_HOSTS": "a,a"}, "YTDLP_WORKER_HOSTS names 'a' twice"),
    ({"REDIS_PASSWORD": ""}, "REDIS_PASSWORD is not set"),
    ({"REDIS_PASSWORD": "short"}, "REDIS_PASSWORD is too short"),
    ({"REDIS_PASSWORD": "", "REDIS_PASSWORD_FILE": "/nowhere"}, "/nowhere cannot be read"),
    ({"YTDLP_OPS_API_TOKEN": ""}, "YTDLP_OPS_API_TOKEN is not set"),
    ({"YTDLP_OPS_API_TOKEN": "'unclosed"}, "line 2: write NAME=value"),
]


@pytest.mark.parametrize("settings, message", BAD, ids=[str(number) for number in range(len(BAD))])
def test_bad_setting_is_named_and_nothing_written(folder, settings, message):
    done = generate(folder, GOOD | settings)
    assert done.returncode == 64
    assert message in done.stderr
    assert "pr0xy-pass" not in done.stderr and "short\n" not in done.stderr
    assert not (folder / "generated").exists()


def test_env_file_that_cannot_be_read(folder):
    for content, message in (
        (None, "is not there: copy .env.example to it"),
        (b"REDIS_PASSWORD=\xff\xfe", "is no UTF-8 text"),
        (b"just words", "line 1: write NAME=value"),
    ):
        path = folder / "given.env"
        if content is not None:
            path.write_bytes(content)
        done = subprocess.run(
            ["/usr/bin/python3", GENERATOR, "--env-file", path, "--output", folder / "out"],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 64
        assert message in done.stderr, done.stderr
        assert not (folder / "out").exists()


def test_output_that_cannot_be_written(folder):
    (folder / "file").write_text("in the way")
    done = generate(folder / "env", GOOD, output=folder / "file")
    assert done.returncode == 1
    assert str(folder / "file") in done.stderr


def test_everything_wrong_is_told_at_once(folder):
    done = generate(folder, {"YTDLP_WORKERS": "x", "ENVOY_PORT": "y"})
    for name in ("YTDLP_WORKERS", "ENVOY_PORT", "REDIS_PASSWORD", "YTDLP_OPS_API_TOKEN"):
        assert f"generate_envoy_config: {name}" in done.stderr


def test_envoy_takes_it_without_a_warning(folder):
    program = need_envoy()
    made(folder, YTDLP_WORKER_HOSTS="a.example,[fd00::1]:1:2", ENVOY_LISTEN="::")
    argv = [program, "--mode", "validate", "-l", "warning", "-c", folder / "generated/envoy.yaml"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr.lower(), done.stderr
