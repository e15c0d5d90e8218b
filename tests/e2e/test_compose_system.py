"""What docker/docker-compose.yaml describes runs, and does what it is for."""

from __future__ import annotations

import json

from support.compose_system import ComposeSystem
from support.container_net import ContainerNet, need_namespaces, stop
from support.deploy_files import install
from support.envoy import SECRETS, need_envoy
from support.processes import command_line, descendants_of

CLIENT = "/opt/ytdlp-ops/bin/ytdlp-ops"


def test_system_runs(folder, media):
    """What `docker compose up` starts does what it is for, and `docker compose down` ends it."""
    need_namespaces()
    need_envoy()
    with ContainerNet(folder) as net:
        system = ComposeSystem(net, install(folder / "prefix"), media)
        system.up()
        _is_ready(system)
        _makes_tokens_and_shows_its_state(system)
        _relays_streams(system)
        _sees_urls_through_to_files(system)
        _shows_its_secrets_to_nobody(system)
        _ends_in_good_order(system)


def _is_ready(system):
    """Soon after all are healthy: a worker is once a yt-dlp is warm."""
    workers = system.containers["ytdlp-ops-worker"]
    servers = ["ytdlp-ops-management:8086", *(f"{each.address}:8085" for each in workers)]

    def ready() -> bool:
        answers = [system.ask("curl", "-sS", f"http://{each}/readyz") for each in servers]
        return all(json.loads(each)["status"] == "ready" for each in answers)

    system.wait(ready, "everybody is ready")


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


def _sees_urls_through_to_files(system):
    """The built-in lanes, on accounts that nobody else uses."""
    envoy = ("--server", "envoy:9080")
    urls = [f"http://{system.outside.address}:8000/video.{kind}" for kind in ("mp4", "webm")]
    system.ask(CLIENT, *envoy, "queue", "push", "video_queue", *urls)

    def succeeded() -> bool:
        status = json.loads(system.ask(CLIENT, *envoy, "--json", "queue", "status", "video_queue"))
        (queue,) = status["queues"]
        return queue["succeeded"] == 2

    system.wait(succeeded, "both URLs are files")
    files = [each for each in (system.files / "downloads").rglob("*") if each.is_file()]
    assert len(files) == 2, files


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
