#!/usr/bin/env python3
"""
Makes what the containers are configured with out of .env: Envoy's configuration, the proxies of
each worker, and the secrets as files.

    generate_envoy_config.py [--env-file docker/.env] [--output docker]

Writes into the output folder docker-compose.workers.yaml and generated/. The environment
overrides the file, as it does with Docker Compose. Nothing is written unless everything is right.
No packages are needed.
"""

from __future__ import annotations

import argparse
import base64
import os
import secrets
import string
import sys
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent))

from deployment import Deployment, read_deployment  # noqa: E402
from env_file import Settings, read_env_file  # noqa: E402

HERE = Path(__file__).resolve().parent
USAGE_ERROR = 64
MADE = {
    "airflow_database_password": lambda: secrets.token_hex(24),
    "airflow_fernet_key": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "airflow_jwt_secret": lambda: secrets.token_hex(32),
}


def envoy_config(deployment: Deployment) -> str:
    """envoy.yaml."""
    template = string.Template((HERE / "envoy.yaml.in").read_text())
    return template.substitute(
        listen=deployment.listen,
        admin_port=deployment.admin_port,
        thrift_port=deployment.thrift_port,
        http_port=deployment.http_port,
        max_connections=deployment.max_connections,
        http_retries=max(1, deployment.workers - 1),
        rpc_endpoints="\n".join(
            _endpoint(each.host, each.rpc_port) for each in deployment.endpoints
        ),
        http_endpoints="\n".join(
            _endpoint(each.host, each.http_port, each.rpc_port) for each in deployment.endpoints
        ),
    )


def _endpoint(host: str, port: int, ping_port: int | None = None) -> str:
    checked = f", health_check_config: {{port_value: {ping_port}}}" if ping_port else ""
    address = f'{{socket_address: {{address: "{host}", port_value: {port}}}}}'
    return f"            - endpoint: {{address: {address}{checked}}}"


def compose_workers(deployment: Deployment) -> str:
    """
    The services of the workers. Workers with the same proxies are replicas of one service; with
    proxies of their own each is a service, and all answer to the one name that Envoy looks up.
    """
    head = "# Made by docker/envoy/generate_envoy_config.py; read beside docker-compose.yaml.\n"
    if not deployment.split:
        return (
            f"{head}services:\n  ytdlp-ops-worker:\n    deploy:\n"
            f"      replicas: {deployment.workers}\n"
        )
    services = [f"{head}services:\n  ytdlp-ops-worker:\n    deploy:\n      replicas: 0\n"]
    mounted = ["secrets:\n"]
    for number in range(1, deployment.workers + 1):
        services.append(
            f"  ytdlp-ops-worker-{number}:\n"
            "    extends:\n      file: worker.yaml\n      service: worker\n"
            "    depends_on:\n      redis:\n        condition: service_healthy\n"
            "    secrets:\n      - redis_url\n      - api_token\n"
            f"      - source: proxies_{number}\n        target: proxies\n"
            "    networks:\n      default:\n        aliases:\n          - ytdlp-ops-worker\n"
        )
        mounted.append(
            f"  proxies_{number}:\n    file: ./generated/secrets/proxies_{number}\n"
        )
    return "".join(services + mounted)


def secret_files(deployment: Deployment) -> dict[str, str]:
    """Name to content of what is mounted at /run/secrets."""
    files = {
        "redis.conf": deployment.redis_config,
        "redis_password": deployment.redis_password,
        "redis_url": deployment.redis_url,
        "api_token": deployment.api_token,
        "proxies": "\n".join(deployment.proxies[0]) + "\n",
    }
    if deployment.split:
        for number, proxies in enumerate(deployment.proxies, 1):
            files[f"proxies_{number}"] = "\n".join(proxies) + "\n"
    return files


def airflow_files(deployment: Deployment, folder: Path) -> dict[str, str]:
    """Those of docker-compose.airflow.yaml. What is not set is what was made before, or is made."""
    files = {}
    for name, make in MADE.items():
        old = folder / name
        before = old.read_text() if old.is_file() else ""
        files[name] = deployment.airflow.get(name) or before or make()
    password = quote(files["airflow_database_password"], safe="")
    files["airflow_database_url"] = (
        f"postgresql+psycopg2://airflow:{password}@postgres:5432/airflow"
    )
    return files


def write(deployment: Deployment, output: Path) -> None:
    """
    Writes everything below `output`. The folder of the secrets is closed to other users of the
    machine; the files in it are readable, since a container's user has another number.
    """
    closed = output / "generated" / "secrets"
    closed.mkdir(parents=True, exist_ok=True)
    closed.chmod(0o700)
    for old in closed.glob("proxies_*"):
        old.unlink()
    files = secret_files(deployment) | airflow_files(deployment, closed)
    for name, content in files.items():
        _replace(closed / name, content)
    _replace(output / "generated" / "envoy.yaml", envoy_config(deployment))
    _replace(output / "docker-compose.workers.yaml", compose_workers(deployment))


def _replace(path: Path, content: str) -> None:
    """In place: a file that is mounted into a container must stay the same file."""
    if path.is_file() and path.read_text() == content:
        return
    path.write_text(content)
    path.chmod(0o644)


def main() -> int:
    folder = HERE.parent
    parser = argparse.ArgumentParser(description="Makes Envoy's configuration out of .env.")
    parser.add_argument("--env-file", type=Path, default=folder / ".env", metavar="FILE")
    parser.add_argument("--output", type=Path, default=folder, metavar="FOLDER")
    options = parser.parse_args()
    try:
        settings = Settings({**read_env_file(options.env_file), **os.environ})
    except (OSError, ValueError) as error:
        print(f"generate_envoy_config: {error}", file=sys.stderr)
        return USAGE_ERROR
    deployment = read_deployment(settings)
    for problem in settings.problems:
        print(f"generate_envoy_config: {problem}", file=sys.stderr)
    if settings.problems:
        print("generate_envoy_config: nothing was written", file=sys.stderr)
        return USAGE_ERROR
    try:
        write(deployment, options.output)
    except OSError as error:
        print(f"generate_envoy_config: {error}", file=sys.stderr)
        return 1
    print(
        f"generate_envoy_config: {deployment.workers} workers, "
        f"{sum(map(len, deployment.proxies)) if deployment.split else len(deployment.proxies[0])} "
        f"proxies ({'split' if deployment.split else 'shared'}), written to {options.output}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
