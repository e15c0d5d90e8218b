"""docker/prometheus and docker/grafana: valid, and about figures that the servers tell."""

from __future__ import annotations

import json
import re
import shutil
import urllib.parse
from pathlib import Path

import pytest
import yaml

from support.deploy_files import DOCKER, compose_config, deploy
from support.metrics import promtool, scrape
from support.processes import ManagedProcess, free_port, wait_until
from support.relay_api import RelayApi

PROMETHEUS = DOCKER / "prometheus"
GRAFANA = DOCKER / "grafana"
DASHBOARD = GRAFANA / "dashboards/ytdlp-ops.json"
PROMETHEUS_OWN = {"up", "ALERTS"}
_NAME = re.compile(r"\b(?:ytdlp_ops|process)_\w+|\bup\b(?=\{| )")


def rules() -> list[dict]:
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict]:
    return json.loads(DASHBOARD.read_text())["panels"]


def dashboard_queries() -> list[str]:
    """What the panels ask, with Grafana's variables put in."""
    asked = [target["expr"] for panel in panels() for target in panel.get("targets", [])]
    return [
        each.replace("$__rate_interval", "1m").replace("$instance", ".*") for each in asked
    ]


def test_alerts_fire_when_they_should():
    promtool("check", "rules", PROMETHEUS / "alerts.yml")
    promtool("test", "rules", PROMETHEUS / "alerts_test.yml")


def test_every_alert_is_tested_and_says_what_is_wrong():
    tested = (PROMETHEUS / "alerts_test.yml").read_text()
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert f'"{rule["alert"]}"' in tested, rule["alert"]
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"] and rule["annotations"]["description"]


def test_figures_that_are_spoken_of_exist(serve):
    server = serve(token_runner="command")
    scrape(server)
    there = scrape(server).sample_names() | PROMETHEUS_OWN
    asked = dashboard_queries() + [rule["expr"] for rule in rules()]
    assert len(asked) > 60
    for query in asked:
        names = set(_NAME.findall(query))
        assert names, query
        assert names <= there, query
    tested = (PROMETHEUS / "alerts_test.yml").read_text()
    assert set(re.findall(r"series: '(\w+)", tested)) <= there


def test_every_figure_of_the_server_is_shown(serve):
    server = serve(token_runner="command")
    scrape(server)
    shown = set(_NAME.findall("\n".join(dashboard_queries())))
    families = {
        name for name in scrape(server).families if name.startswith(("ytdlp_ops", "process"))
    }
    missing = {name for name in families if not any(each.startswith(name) for each in shown)}
    assert missing <= {"process_virtual_memory_bytes"}


def test_dashboard_is_whole():
    drawn = panels()
    assert len({panel["id"] for panel in drawn}) == len(drawn)
    places = [panel["gridPos"] for panel in drawn]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    corners = [(place["x"], place["y"]) for place in places]
    assert len(set(corners)) == len(corners)
    assert all(panel["title"] for panel in drawn)
    provided = yaml.safe_load((GRAFANA / "provisioning/dashboards/ytdlp-ops.yml").read_text())
    assert provided["providers"][0]["options"]["path"] == "/var/lib/grafana/dashboards"


def test_composition_fits_the_files(folder):
    config = compose_config(deploy(folder), "docker-compose.monitoring.yaml")
    services = config["services"]
    source = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())
    host, port = urllib.parse.urlsplit(source["datasources"][0]["url"]).netloc.split(":")
    assert services[host]["ports"] == [f"127.0.0.1:9095:{port}/tcp"]
    assert services["grafana"]["ports"] == ["127.0.0.1:3000:3000/tcp"]
    scraped = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["scrape_configs"]
    targets = {each["job_name"]: each for each in scraped}
    assert targets["ytdlp-ops-worker"]["dns_sd_configs"][0]["names"] == ["ytdlp-ops-worker"]
    workers = services["ytdlp-ops-worker"]["command"]
    assert f'{targets["ytdlp-ops-worker"]["dns_sd_configs"][0]["port"]}' == workers[
        workers.index("--http-port") + 1
    ]
    management = services["ytdlp-ops-management"]["command"]
    assert targets["ytdlp-ops-management"]["static_configs"][0]["targets"] == [
        f"ytdlp-ops-management:{management[management.index('--http-port') + 1]}"
    ]
    for job in scraped:
        assert job["authorization"]["credentials_file"] == "/run/secrets/api_token"
    assert {each["source"] for each in services["prometheus"]["secrets"]} == {"api_token"}


def local_prometheus(folder: Path, port: int, target: int) -> ManagedProcess:
    """The real one, with our files, but for where the server and the token are."""
    shutil.copy(PROMETHEUS / "alerts.yml", folder)
    (folder / "token").write_text("sesame")
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    config["global"]["scrape_interval"] = "1s"
    job = next(each for each in config["scrape_configs"] if "dns_sd_configs" in each)
    del job["dns_sd_configs"]
    job["authorization"]["credentials_file"] = str(folder / "token")
    job["static_configs"] = [{"targets": [f"127.0.0.1:{target}"]}]
    config["scrape_configs"] = [job]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    promtool("check", "config", folder / "prometheus.yml")
    argv = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    return ManagedProcess(argv, folder / "prometheus.log", {"HOME": str(folder)})


@pytest.fixture
def prometheus(folder, serve):
    """A real Prometheus that scrapes a server which asks for the token; its API."""
    server = serve(token_runner="command", api_token="sesame")
    port = free_port()
    process = local_prometheus(folder, port, server.http_port)
    yield RelayApi(port)
    process.close()


def query(prometheus: RelayApi, text: str) -> list[dict]:
    """What an instant query finds."""
    reply = prometheus.ask("GET", "/api/v1/query", query=text)
    assert reply["status"] == "success", reply
    return reply["data"]["result"]


def is_up(prometheus: RelayApi) -> bool:
    try:
        found = query(prometheus, 'up{job="ytdlp-ops-worker"}')
    except (OSError, AssertionError):
        return False
    return [each["value"][1] for each in found] == ["1"]


def test_real_prometheus_understands_all_of_it(prometheus):
    wait_until(lambda: is_up(prometheus), "Prometheus has scraped the server", 60)
    assert query(prometheus, 'ytdlp_ops_build_info{service_role="all-in-one"}')
    assert query(prometheus, "ytdlp_ops_redis_command_duration_seconds_bucket")
    for text in dashboard_queries():
        query(prometheus, text)
    loaded = prometheus.ask("GET", "/api/v1/rules")["data"]["groups"]
    assert sum(len(group["rules"]) for group in loaded) == len(rules())
