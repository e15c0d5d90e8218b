"""docker/: the files agree with each other and with the program."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from support.deploy_files import (
    DOCKER,
    compose_config,
    deploy,
    example,
    healthcheck,
    install,
    used_in_compose,
    used_in_generator,
)
from support.envoy import SECRETS
from support.paths import ROOT, client_program, server_program

SEED_SERVICES = {"redis", "ytdlp-ops-management", "ytdlp-ops-worker", "envoy"}
AIRFLOW_SERVICES = {
    "postgres",
    "airflow-init",
    "airflow-apiserver",
    "airflow-scheduler",
    "airflow-dag-processor",
    "airflow-triggerer",
}
NOT_IN_FILES = {"COMPOSE_FILE", "COMPOSE_PROJECT_NAME"}  # docker compose's own
SERVERS = ("ytdlp-ops-management", "ytdlp-ops-worker")


@pytest.fixture(scope="module")
def config(module_folder) -> dict:
    """Both compositions, as docker-compose reads them."""
    copy = deploy(module_folder / "files", YTDLP_WORKERS=3)
    return compose_config(copy, "docker-compose.airflow.yaml")


@pytest.fixture(scope="module")
def prefix(module_folder) -> Path:
    """Where `cmake --install` put the tree."""
    return install(module_folder / "prefix")


def flags(service: dict) -> dict[str, str]:
    words = service["command"]
    assert all(word.startswith("--") for word in words[::2]), words
    return dict(zip(words[::2], words[1::2], strict=True))


def test_services_are_the_seeds(config):
    assert set(config["services"]) == SEED_SERVICES | AIRFLOW_SERVICES
    assert config["services"]["ytdlp-ops-worker"]["deploy"]["replicas"] == 3
    assert "ports" not in config["services"]["ytdlp-ops-worker"], "workers are behind Envoy"
    assert any(mount.startswith("redis-data:") for mount in config["services"]["redis"]["volumes"])


def test_split_workers_are_services_under_the_one_name(folder):
    settings = {"CAMOUFOX_PROXIES": "socks5://10.0.0.1:1,socks5://10.0.0.1:2,socks5://10.0.0.1:3"}
    copy = deploy(folder, YTDLP_WORKERS=3, YTDLP_PROXY_ASSIGNMENT="split", **settings)
    services = compose_config(copy)["services"]
    assert services["ytdlp-ops-worker"]["deploy"]["replicas"] == 0
    for number in (1, 2, 3):
        worker = services[f"ytdlp-ops-worker-{number}"]
        assert flags(worker) == flags(services["ytdlp-ops-worker"])
        assert worker["networks"]["default"]["aliases"] == ["ytdlp-ops-worker"]
        assert {each["source"] for each in worker["secrets"]} == {
            "redis_url", "api_token", f"proxies_{number}"
        }  # fmt: skip


def test_every_variable_is_documented_and_used():
    used = set(used_in_compose()) | used_in_generator() | NOT_IN_FILES
    assert set(example()) == used
    lines = (DOCKER / ".env.example").read_text().splitlines()
    assert lines[0].startswith("#")


def test_defaults_are_the_same_everywhere():
    """In .env.example, in the compose files and, through the generator, in Envoy."""
    documented = example()
    for name, defaults in used_in_compose().items():
        assert defaults == {documented[name]}, name


@pytest.mark.parametrize("service", SERVERS)
def test_flags_exist_and_are_taken(config, service, prefix):
    """The server reads the whole command line, with the files of secrets where they are here."""
    given = flags(config["services"][service])
    secrets = Path(config["secrets"]["api_token"]["file"]).parent
    argv = [prefix / "bin/ytdlp-ops-server", "--print-config"]
    for name, value in given.items():
        argv += [name, value.replace("/run/secrets", str(secrets))]
    shown = subprocess.run(argv, capture_output=True, text=True, timeout=30)
    assert shown.returncode == 0, shown.stderr
    assert "s3cret" not in shown.stdout


def test_defaults_are_the_servers_own(config):
    """A flag that only repeats the server's default must not drift from it."""
    documented = (ROOT / "docs/configuration.md").read_text()
    defaults = dict(re.findall(r"^\| `(--[\w-]+)`[^|]*\| `([^`]*)` \|", documented, re.M))
    ours = {"--service-role", "--listen", "--port", "--http-listen", "--http-port", "--log-format"}
    ours |= {"--server-identity", "--drain-timeout-s", "--lane-idle"}
    for service in SERVERS:
        for name, value in flags(config["services"][service]).items():
            if name in defaults and name not in ours:
                assert value == defaults[name], f"{service}: {name}"


def test_ports_agree(config):
    services = config["services"]
    assert [each.split(":", 1)[1] for each in services["envoy"]["ports"]] == [
        "8085:8085/tcp", "9080:9080/tcp"
    ]  # fmt: skip
    management = services["ytdlp-ops-management"]
    assert {each.split(":", 1)[1] for each in management["ports"]} == {
        "8086:8086/tcp", "9091:9091/tcp"
    }  # fmt: skip
    assert flags(management)["--port"] == "9091"
    assert flags(management)["--http-port"] == "8086"
    assert "127.0.0.1:9091" in healthcheck(management)
    worker = flags(services["ytdlp-ops-worker"])
    assert (worker["--port"], worker["--http-port"]) == ("9090", "8085")
    assert "127.0.0.1:9090" in healthcheck(services["ytdlp-ops-worker"])
    for service in services.values():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), "published to the world"
    connection = services["airflow-scheduler"]["environment"]["AIRFLOW_CONN_YTDLP_OPS_DEFAULT"]
    assert (json.loads(connection)["host"], json.loads(connection)["port"]) == ("envoy", 9080)


def test_a_worker_has_the_time_to_drain(config):
    worker = config["services"]["ytdlp-ops-worker"]
    grace = 5  # the server's default
    minutes = re.fullmatch(r"(?:(\d+)m)?(?:(\d+)s)?", worker["stop_grace_period"])
    given = 60 * int(minutes[1] or 0) + int(minutes[2] or 0)
    drain = int(flags(worker)["--drain-timeout-s"])
    assert drain >= int(flags(worker)["--token-timeout-s"])
    assert given > grace + drain


def test_no_secret_stands_in_what_compose_makes(config):
    """They are mounted as files; `docker inspect` and `ps` show none."""
    text = json.dumps(config)
    for secret in SECRETS.values():
        assert secret not in text
    for name, service in config["services"].items():
        for secret in service.get("secrets", []):
            source = secret if isinstance(secret, str) else secret["source"]
            assert Path(config["secrets"][source]["file"]).is_file(), (name, source)


def test_airflow_knows_its_settings(config):
    """By the list of options in Airflow itself; a secret's command is for options that are one."""
    (found, *_) = [*ROOT.glob(".venv-airflow/lib/*/site-packages/airflow"), None]
    if found is None:
        pytest.skip("Airflow is not installed here: it comes from PyPI")
    sections = yaml.safe_load((found / "config_templates/config.yml").read_text())
    for name in config["services"]["airflow-scheduler"]["environment"]:
        parts = re.fullmatch(r"AIRFLOW__([A-Z_]+?)__([A-Z_]+?)(_CMD)?", name)
        if parts:
            option = sections[parts[1].lower()]["options"][parts[2].lower()]
            assert option.get("sensitive") or not parts[3], name


def test_image_is_built_from_what_is_there(config):
    text = (DOCKER / "Dockerfile").read_text()
    targets = set(re.findall(r"^FROM \S+ AS (\S+)$", text, re.M))
    for service in config["services"].values():
        if "build" in service:
            assert service["build"]["dockerfile"] == "docker/Dockerfile"
            assert service["build"]["target"] in targets
    context = (ROOT / ".dockerignore").read_text().splitlines()
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.M):
        for name in sources.split():
            kept = "docker/airflow" if name.startswith("docker/airflow/") else name
            assert f"!{kept}" in context, f"{name} is not in the build's context"
            assert (ROOT / name).exists(), name


def test_build_context_is_enough(folder):
    """The build stage's own commands, up to the compiler's, on the files that it copies."""
    text = (DOCKER / "Dockerfile").read_text()
    stage = re.search(r"AS build\n(.*?)^FROM ", text, re.M | re.S)[1]
    for line in re.findall(r"^COPY (.+)$", stage, re.M):
        *sources, target = line.split()
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, folder / target)
            else:
                shutil.copy(ROOT / source, folder)
    configure = re.search(r"RUN (cmake .+?) \\\n", stage)[1].split()
    subprocess.run(configure, cwd=folder, check=True, capture_output=True)
    planned = _output("ninja", "-C", folder / "build/release", "-n")
    assert re.search(r"^\[(\d+)/\1\] ", planned, re.M), planned[-2000:]


def test_images_run_nothing_as_root():
    text = (DOCKER / "Dockerfile").read_text()
    stages = {each.split()[2]: each for each in re.split(r"^FROM ", text, flags=re.M)[1:]}
    for name in ("server", "envoy", "airflow"):
        users = re.findall(r"^USER (\S+)$", stages[name], re.M)
        assert users and users[-1] != "root", name
    for name in ("server", "envoy"):
        assert "HEALTHCHECK" in stages[name]


def test_image_has_the_libraries_that_the_programs_need(prefix):
    """By the packages of this machine, which are those of the image: both are Debian 12."""
    text = (DOCKER / "Dockerfile").read_text()
    installed = set(re.findall(r"[\w.+-]+", text))
    bootstrap = set(re.findall(r"[\w.+-]+-dev", (ROOT / "scripts/bootstrap").read_text()))
    assert bootstrap <= installed
    programs = [prefix / "bin" / name for name in ("ytdlp-ops-server", "ytdlp-ops")]
    needed = set(re.findall(r"NEEDED.*\[(.+)\]", _output("readelf", "-d", *programs)))
    found = _output("dpkg", "-S", *(f"*/{library}" for library in needed)).splitlines()
    owners = {line.rpartition("/")[2]: line.partition(":")[0] for line in found}
    for library in needed:
        assert owners[library] in installed | {"libc6"}, library


def _output(*argv: object) -> str:
    return subprocess.run([*argv], check=True, capture_output=True, text=True).stdout


def test_installed_tree_stands_alone(prefix, folder):
    """Moved anywhere, it finds its parts: the worker script beside the program's own folder."""
    moved = folder / "moved"
    shutil.copytree(prefix, moved)
    shown = subprocess.run(
        [moved / "bin/ytdlp-ops-server", "--print-config"], capture_output=True, text=True
    ).stdout
    script = moved / "libexec/ytdlp-ops-server/ytdlp_worker.py"
    assert script.is_file()
    assert str(script) in shown
    assert {each.name for each in (moved / "share").rglob("*.thrift")} == {
        each.name for each in (ROOT / "thrift").glob("*.thrift")
    }
    (operations,) = (moved / "share/doc").rglob("operations.md")
    for page in operations.parent.glob("*.md"):
        for picture in re.findall(r"\]\((images/[^)]+)\)", page.read_text()):
            assert (page.parent / picture).is_file(), (page.name, picture)
    for program in (server_program(), client_program()):
        version = [moved / "bin" / program.name, "--version"]
        assert subprocess.run(version, capture_output=True, text=True).stdout.strip()
