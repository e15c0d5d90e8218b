"""What is to be deployed: workers, their proxies and the ports, checked."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from env_file import Settings

SERVICE = "ytdlp-ops-worker"
RPC_PORT = 9090
HTTP_PORT = 8085
# One well worker must be a per cent of all: see healthy_panic_threshold in envoy.yaml.in.
MOST_WORKERS = 100
SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_ENDPOINT = re.compile(r"(\[(?P<v6>[^\]]+)\]|(?P<host>[^:\[\]]+))(:(?P<rpc>\d+)(:(?P<http>\d+))?)?")


@dataclass(frozen=True)
class Endpoint:
    """Where a worker, or with a service's name each of its replicas, listens."""

    host: str
    rpc_port: int = RPC_PORT
    http_port: int = HTTP_PORT


@dataclass(frozen=True)
class Deployment:
    """proxies: a list per worker; with shared proxies each is the whole list."""

    workers: int
    split: bool
    proxies: list[list[str]]
    endpoints: list[Endpoint]
    listen: str
    thrift_port: int
    http_port: int
    admin_port: int
    max_connections: int
    redis_password: str
    api_token: str
    airflow: dict[str, str]
    """Secrets of Airflow that are set, by the names of their files."""

    @property
    def redis_url(self) -> str:
        return f"redis://:{quote(self.redis_password, safe='')}@redis:6379/0\n"

    @property
    def redis_config(self) -> str:
        escaped = self.redis_password.replace("\\", "\\\\").replace('"', '\\"')
        return (
            f'requirepass "{escaped}"\n'
            "dir /data\nappendonly yes\nappendfsync everysec\n"
            "# The state is small, and none of it may be thrown away.\n"
            "maxmemory-policy noeviction\n"
        )


def read_deployment(settings: Settings) -> Deployment:
    """Reads and checks everything; what is wrong stands in settings.problems afterwards."""
    workers = settings.number("YTDLP_WORKERS", 1, 1, MOST_WORKERS)
    split = settings.choice("YTDLP_PROXY_ASSIGNMENT", "shared", "shared", "split") == "split"
    endpoints = _endpoints(settings)
    ports = {
        "ENVOY_PORT": settings.port("ENVOY_PORT", 9080),
        "ENVOY_HTTP_PORT": settings.port("ENVOY_HTTP_PORT", 8085),
        "ENVOY_ADMIN_PORT": settings.port("ENVOY_ADMIN_PORT", 9901),
        "MANAGEMENT_PORT": settings.port("MANAGEMENT_PORT", 9091),
        "MANAGEMENT_HTTP_PORT": settings.port("MANAGEMENT_HTTP_PORT", 8086),
    }
    _check_distinct(settings, ports)
    listen = settings.text("ENVOY_LISTEN", "0.0.0.0")
    if not _is_host(listen):
        settings.problem(f"ENVOY_LISTEN is '{listen}': give an address, such as 0.0.0.0")
    return Deployment(
        workers=max(workers, len(endpoints)),
        split=split,
        proxies=_assign(settings, _all_proxies(settings), workers, split),
        endpoints=endpoints,
        listen=listen,
        thrift_port=ports["ENVOY_PORT"],
        http_port=ports["ENVOY_HTTP_PORT"],
        admin_port=ports["ENVOY_ADMIN_PORT"],
        max_connections=settings.number("ENVOY_MAX_CONNECTIONS", 10000, 10, 1000000),
        redis_password=settings.secret("REDIS_PASSWORD", 8),
        api_token=settings.secret("YTDLP_OPS_API_TOKEN", 16),
        airflow={
            "airflow_database_password": settings.text("AIRFLOW_DATABASE_PASSWORD"),
            "airflow_fernet_key": settings.text("AIRFLOW_FERNET_KEY"),
            "airflow_jwt_secret": settings.text("AIRFLOW_JWT_SECRET"),
        },
    )


def _is_host(text: str) -> bool:
    """A host name, or an address of either kind."""
    if ":" not in text:
        return bool(_NAME.fullmatch(text))
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _check_distinct(settings: Settings, ports: dict[str, int]) -> None:
    names: dict[int, str] = {}
    for name, port in ports.items():
        if port in names:
            settings.problem(f"{names[port]} and {name} are both {port}: give each its own port")
        names[port] = name


def _endpoints(settings: Settings) -> list[Endpoint]:
    """YTDLP_WORKER_HOSTS, or the service of docker-compose.yaml, whose replicas DNS tells."""
    text = settings.text("YTDLP_WORKER_HOSTS", SERVICE)
    endpoints = []
    for part in (each.strip() for each in text.split(",")):
        found = _ENDPOINT.fullmatch(part)
        host = (found["v6"] or found["host"]) if found else ""
        ports = [int(found[name] or 0) if found else 0 for name in ("rpc", "http")]
        if not found or not _is_host(host) or max(ports) > 65535:
            settings.problem(
                f"YTDLP_WORKER_HOSTS names '{part}': give HOST, HOST:RPC_PORT or "
                "HOST:RPC_PORT:HTTP_PORT, several of them with commas between"
            )
            continue
        endpoint = Endpoint(host, ports[0] or RPC_PORT, ports[1] or HTTP_PORT)
        if endpoint in endpoints:
            settings.problem(f"YTDLP_WORKER_HOSTS names '{part}' twice")
        endpoints.append(endpoint)
    return endpoints


def _all_proxies(settings: Settings) -> list[str]:
    """CAMOUFOX_PROXIES, then the SOCKS5 servers of SOCKS5_SOCK_SERVER_IP."""
    proxies: list[str] = []
    listed = [each.strip() for each in settings.text("CAMOUFOX_PROXIES").split(",")]
    for number, url in enumerate(listed, 1):
        if not url:
            if listed != [""]:
                settings.problem(f"CAMOUFOX_PROXIES: entry {number} is empty: take one comma out")
        elif not _is_proxy(url):
            settings.problem(
                f"CAMOUFOX_PROXIES: entry {number} is no proxy: give SCHEME://[USER:PASSWORD@]"
                f"HOST:PORT, where SCHEME is one of {', '.join(SCHEMES)}"
            )
        elif url in proxies:
            settings.problem(f"CAMOUFOX_PROXIES: entry {number} is there already: take one out")
        proxies.append(url)
    proxies = [url for url in proxies if url]
    host = settings.text("SOCKS5_SOCK_SERVER_IP")
    if host and not _is_host(host):
        settings.problem(f"SOCKS5_SOCK_SERVER_IP is '{host}': give one address or host name")
    elif host:
        shown = f"[{host}]" if ":" in host else host
        proxies += [f"socks5://{shown}:{port}" for port in _socks_ports(settings)]
    if not proxies and not settings.problems:
        settings.problem("there is no proxy: set CAMOUFOX_PROXIES, SOCKS5_SOCK_SERVER_IP or both")
    return proxies


def _is_proxy(url: str) -> bool:
    """As the server takes it: no path, a port, nothing that would end a line or a list."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in SCHEMES
        and bool(parts.hostname)
        and port is not None
        and port > 0
        and parts.path in ("", "/")
        and not parts.query
        and not parts.fragment
        and url.isprintable()
        and " " not in url
    )


def _socks_ports(settings: Settings) -> list[int]:
    """SOCKS5_SOCK_SERVER_PORTS: ports and ranges of them."""
    ports: list[int] = []
    text = settings.text("SOCKS5_SOCK_SERVER_PORTS", "1080")
    for part in (each.strip() for each in text.split(",")):
        found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= first <= last <= 65535:
            settings.problem(
                f"SOCKS5_SOCK_SERVER_PORTS holds '{part}': give ports and ranges, as 1080,1090-1095"
            )
            continue
        ports += [port for port in range(first, last + 1) if port not in ports]
    return ports


def _assign(
    settings: Settings, proxies: list[str], workers: int, split: bool
) -> list[list[str]]:
    """Who uses which: everybody all of them, or each worker its share, dealt like cards."""
    if not split:
        return [proxies] * workers
    if proxies and len(proxies) < workers:
        settings.problem(
            f"YTDLP_PROXY_ASSIGNMENT is split, and {len(proxies)} proxies are too few for "
            f"{workers} workers: add proxies, take fewer workers, or write shared"
        )
    return [proxies[number::workers] for number in range(workers)]
