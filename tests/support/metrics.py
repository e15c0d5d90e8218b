"""What GET /metrics tells, read as strictly as OpenMetrics wants it read."""

from __future__ import annotations

import subprocess

from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from .relay_api import RelayApi, Reply

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


_SUFFIXES = {
    "counter": ("_total",),
    "info": ("_info",),
    "histogram": ("_bucket", "_count", "_sum"),
}


class Figures:
    """One scrape."""

    def __init__(self, text: str) -> None:
        self.families: dict[str, Metric] = {
            family.name: family for family in text_string_to_metric_families(text)
        }
        self._values = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        """Of the series with just these labels; 0 where there is none."""
        return self._values.get((name, frozenset(labels.items())), 0)

    def has(self, name: str, **labels: str) -> bool:
        """Whether that series is told, be its value 0."""
        return (name, frozenset(labels.items())) in self._values

    def sample_names(self) -> set[str]:
        """Every name that Prometheus can find something under, also where it is not there yet."""
        names = {name for name, _ in self._values}
        for family in self.families.values():
            names |= {family.name + suffix for suffix in _SUFFIXES.get(family.type, ("",))}
        return names


def fetch(port: int, accept: str | None = None, token: str | None = None) -> Reply:
    """GET /metrics."""
    headers = {"Accept": accept} if accept else {}
    return RelayApi(port, token).call("GET", "/metrics", headers=headers)


def scrape(server) -> Figures:
    """What the server tells now."""
    reply = fetch(server.http_port)
    assert (reply.status, reply.headers["content-type"]) == (200, OPENMETRICS), reply
    return Figures(reply.body.decode())


def promtool(*words: object, text: bytes | None = None) -> str:
    """What promtool says, which must be content."""
    done = subprocess.run(
        ["promtool", *map(str, words)], input=text, capture_output=True, timeout=60
    )
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    return said
