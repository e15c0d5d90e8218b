"""docker/: the files agree with each other and with the program, and what they describe runs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.container_net import Container, ContainerNet, need_namespaces, stop
from support.deploy_files import (
    DOCKER,
    compose_config,
    deploy,
    example,
    healthcheck,
    used_in_compose,
    used_in_generator,
)
from support.envoy import SECRETS, need_envoy
from support.paths import BUILD, ROOT, client_program, server_program
from support.processes import command_line, descendants_of

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
    path = module_folder / "prefix"
    argv = ["cmake", "--install", BUILD, "--prefix", path]
    subprocess.run(argv, check=True, capture_output=True)
    return path


def flags(service: dict) -> dict[str, str]:
    words = service["command"]
    assert all(word.startswith("--") for word in words[::2]), words
    return dict(zip(words[::2], words[1::2], strict=True))


# ---- the files ----------------------------------------------------------------------------------


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
    ours |= {"--server-identity", "--drain-timeout-s"}
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
    for program in ("ytdlp-ops-server", "ytdlp-ops"):
        dynamic = _output("readelf", "-d", prefix / "bin" / program)
        for library in re.findall(r"NEEDED.*\[(.+)\]", dynamic):
            owner = _output("dpkg", "-S", f"*/{library}").splitlines()[0].split(":")[0]
            assert owner in installed | {"libc6"}, f"{program} needs {library}"


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
    assert list((moved / "share/doc").rglob("operations.md"))
    for program in (server_program(), client_program()):
        version = [moved / "bin" / program.name, "--version"]
        assert subprocess.run(version, capture_output=True, text=True).stdout.strip()


# ---- the system ---------------------------------------------------------------------------------


class System:
    """The services of docker-compose.yaml as processes in namespaces, and the world around them."""

    def __init__(self, folder: Path, prefix: Path, media: Path) -> None:
        self.net = ContainerNet(folder)
        self.folder = folder
        self.prefix = prefix
        self.outside = self.net.add(Container("outside", "outside", {"/media": media}))
        self.proxy = self.net.add(Container("proxy", "proxy", {}))
        copy = deploy(
            folder, YTDLP_WORKERS=2, CAMOUFOX_PROXIES=f"socks5://{self.proxy.address}:1080"
        )
        self.config = compose_config(copy)
        self.containers = {
            name: [self._container(name, number) for number in range(self.replicas(name))]
            for name in self.config["services"]
        }
        self.client = self.net.add(Container("client", "client", self._image()))

    def replicas(self, name: str) -> int:
        return self.config["services"][name].get("deploy", {}).get("replicas", 1)

    def up(self) -> None:
        """In the order of depends_on: who is waited for is healthy before the next one starts."""
        self.net.start(self.outside, ["python3", "-m", "http.server", "8000", "-d", "/media"])
        self.net.start(self.proxy, ["microsocks", "-p", "1080"])
        for name in ("redis", "ytdlp-ops-management", "ytdlp-ops-worker", "envoy"):
            service = self.config["services"][name]
            for needed in service.get("depends_on", {}):
                for container in self.containers[needed]:
                    self.net.wait_healthy(container, healthcheck(self.config["services"][needed]))
            for container in self.containers[name]:
                self.net.start(container, self._command(name, service))
        for name, service in self.config["services"].items():
            for container in self.containers[name]:
                self.net.wait_healthy(container, healthcheck(service))

    def ask(self, *words: str) -> str:
        """What the command says, on a machine beside the services."""
        done = self.net.run(self.client, [*words])
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}{self.logs()}"
        return done.stdout

    def logs(self) -> str:
        """The end of each log."""
        shown = [f"\n== {path.name}\n{path.read_text()[-1500:]}" for path in self._logs()]
        return "".join(shown)

    def _logs(self) -> list[Path]:
        return sorted(self.folder.glob("*.log"))

    def _image(self) -> dict[str, Path]:
        return {"/opt/ytdlp-ops": self.prefix, "/opt/ytdlp": ROOT / ".venv"}

    def _container(self, name: str, number: int) -> Container:
        service = self.config["services"][name]
        mounts = self._image()
        if name == "envoy":
            mounts["/opt/envoy/envoy"] = need_envoy()
            mounts["/opt/envoy/envoy-healthcheck"] = DOCKER / "envoy/healthcheck"
        for volume in service.get("volumes", []):
            source, inside = volume.split(":")[:2]
            path = Path(source) if source.startswith("/") else self.folder / source
            if not path.exists():
                path.mkdir()
                path.chmod(0o777)
            mounts[inside] = path
        for secret in service.get("secrets", []):
            given = {"source": secret} if isinstance(secret, str) else secret
            inside = f"/run/secrets/{given.get('target', given['source'])}"
            mounts[inside] = Path(self.config["secrets"][given["source"]]["file"])
        short = {"ytdlp-ops-management": "mgmt", "ytdlp-ops-worker": "worker"}.get(name, name)
        return self.net.add(
            Container(
                f"{short}{number}",
                name,
                mounts,
                service.get("user", "10001:10001" if name == "envoy" else ""),
                self._environment(service),
            )
        )

    @staticmethod
    def _environment(service: dict) -> dict[str, str]:
        """The image's, as the Dockerfile sets it, under the service's own."""
        text = (DOCKER / "Dockerfile").read_text()
        block = re.search(r"^ENV ((?:.*\\\n)*.*)$", text, re.M)
        image = dict(re.findall(r"(\w+)=(\S+)", block[1]))
        image["PATH"] = f"/opt/envoy:{image['PATH']}"
        return image | {name: str(value) for name, value in service.get("environment", {}).items()}

    @staticmethod
    def _command(name: str, service: dict) -> list[str]:
        entry = {"envoy": ["envoy"], "redis": []}.get(name, ["ytdlp-ops-server"])
        words = [*entry, *service["command"]]
        # Hot restart needs a name that no other Envoy on the machine has; a container is alone.
        return [*words, "--disable-hot-restart"] if name == "envoy" else words


CLIENT = "/opt/ytdlp-ops/bin/ytdlp-ops"


def test_system_runs(folder, prefix, media):
    """What `docker compose up` starts does what it is for, and `docker compose down` ends it."""
    need_namespaces()
    need_envoy()
    system = System(folder, prefix, media)
    try:
        system.up()
        _makes_tokens_and_shows_its_state(system)
        _relays_streams(system)
        _shows_its_secrets_to_nobody(system)
        _ends_in_good_order(system)
    finally:
        system.net.close()


def _makes_tokens_and_shows_its_state(system):
    url = f"http://{system.outside.address}:8000/video.mp4"
    envoy = ("--server", "envoy:9080")
    for number in range(4):
        token = json.loads(
            system.ask(CLIENT, *envoy, "--json", "token", url, "--account", f"acc_{number}")
        )
        assert token["proxyUrl"] == f"socks5://{system.proxy.address}:1080"
        assert token["serverIdentity"] == "ytdlp-ops-airflow-service"
    management = ("--server", "ytdlp-ops-management:9091")
    (proxy,) = json.loads(system.ask(CLIENT, *management, "--json", "proxies", "list"))["proxies"]
    assert (proxy["successCount"], proxy["stateText"]) == (4, "ACTIVE")
    listed = json.loads(system.ask(CLIENT, *management, "--json", "accounts", "list"))
    accounts = listed["accounts"]
    assert [each["accountId"] for each in accounts] == [f"acc_{number}" for number in range(4)]


def _relays_streams(system):
    token = f"X-API-Token: {SECRETS['YTDLP_OPS_API_TOKEN']}"
    url = "https://provider.example/a.ts"  # never fetched
    answer = system.ask(
        "curl", "-sS", "http://envoy:8085/streams", "-H", token, "-d", json.dumps({"url": url})
    )
    stream = json.loads(answer)["stream_id"]
    shown = system.ask("curl", "-sS", f"http://envoy:8085/streams/{stream}", "-H", token)
    assert json.loads(shown)["url"] == url
    refused = system.ask("curl", "-sS", f"http://envoy:8085/streams/{stream}")
    assert json.loads(refused)["error"]["code"]


def _shows_its_secrets_to_nobody(system):
    secrets = SECRETS.values()
    for containers in system.containers.values():
        for container in containers:
            pids = [container.process.pid, *descendants_of(container.process.pid)]
            shown = " ".join(command_line(pid) for pid in pids)
            assert not any(secret in shown for secret in secrets), container.name
    assert not any(secret in system.logs() for secret in secrets)
    denied = system.net.run(system.client, ["redis-cli", "-h", "redis", "ping"])
    assert "NOAUTH" in denied.stdout


def _ends_in_good_order(system):
    """The callers go first, and what is in Redis' volume is there the next time."""
    for name in ("envoy", "ytdlp-ops-worker", "ytdlp-ops-management", "redis"):
        for container in system.containers[name]:
            assert stop(container) == 0, system.logs()
    assert list((system.folder / "redis-data").rglob("*.aof"))
