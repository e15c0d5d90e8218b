#!/usr/bin/python3
"""Checks that includes point one way, and that each library stays in the folders it belongs to."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A folder may include the public headers of those before it, and of itself.
LAYERS = ["base", "config", "redis", "audit", "instances", "accounts", "proxies", "tokens", "relay",
          "work", "status", "rpc", "http", "app"]
SIBLINGS = [{"audit", "instances"}, {"accounts", "proxies"}, {"relay", "work"}, {"rpc", "http"}]
MAY_INCLUDE = {
    folder: [other for other in LAYERS[:place]
             if not any({folder, other} <= pair for pair in SIBLINGS)]
    for place, folder in enumerate(LAYERS)
} | {"cli": ["base", "rpc"]}

# The folder that each public header is the contract of.
HOME = {
    "child_io": "base",
    "clock": "base",
    "completion": "base",
    "error": "base",
    "job_limits": "base",
    "json": "base",
    "log": "base",
    "metrics": "base",
    "pool_state": "base",
    "process": "base",
    "process_metrics": "base",
    "roff": "base",
    "role": "base",
    "standard_files": "base",
    "ticker": "base",
    "wake_fd": "base",
    "config": "config",
    "redis": "redis", "embedded_redis": "redis",
    "audit": "audit", "instances": "instances",
    "account_manager": "accounts",
    "proxy_manager": "proxies", "proxy_preflight": "proxies", "proxy_url": "proxies",
    "error_policy": "tokens", "token_request": "tokens", "token_service": "tokens",
    "relay": "relay", "relay_events": "relay", "relay_loop": "relay", "relay_settings": "relay",
    "relay_source": "relay", "stream_report": "relay",
    "webhooks": "relay",
    "work_pool": "work", "recovery": "work", "work_queue": "work",
    "lane": "work", "lane_board": "work", "lane_crew": "work",
    "pool_figures": "status", "status": "status",
    "rpc_client": "rpc", "rpc_server": "rpc",
    "http_server": "http", "metrics_route": "http", "relay_api": "http", "status_api": "http",
}

# Where a library's headers may be included.
LIBRARIES = {
    "json-c/": ["src/base/json.c"],
    "hiredis/": ["src/redis/"],
    "curl/": ["src/tokens/", "src/relay/"],
    "llhttp.h": ["src/http/"],
    "uv.h": ["src/rpc/", "src/relay/", "src/http/", "include/ytops/relay.h",
             "include/ytops/http_server.h", "include/ytops/relay_loop.h"],
    "thrift/": ["src/rpc/"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)


def folder_of(path: pathlib.Path) -> str:
    """The folder of src/ that a source file or a public header belongs to."""
    relative = path.relative_to(ROOT)
    if relative.parts[0] == "include":
        return HOME[path.stem]
    return relative.parts[1]


def check_include(path: pathlib.Path, quote: str, name: str) -> str | None:
    """What is wrong with this include, or None."""
    relative = str(path.relative_to(ROOT))
    for library, places in LIBRARIES.items():
        if name.startswith(library) and not any(relative.startswith(p) for p in places):
            return f"{library} belongs to {', '.join(places)}"
    folder = folder_of(path)
    if name.startswith("ytops/"):
        home = HOME.get(pathlib.Path(name).stem)
        if home is None:
            return f"{name} has no home in this check"
        if home != folder and home not in MAY_INCLUDE[folder]:
            return f"{folder} must not know {home}"
    elif quote == '"' and not (path.parent / name).exists() and "/" in name:
        return "a private header of another folder"
    return None


def main() -> int:
    """Prints each offence as file: include: reason."""
    files = [*ROOT.glob("src/**/*.[ch]"), *ROOT.glob("include/**/*.h")]
    offences = 0
    for path in sorted(files):
        if path.parent.name == "ytops" and path.stem not in HOME:
            print(f"{path.relative_to(ROOT)}: has no home in this check")
            offences += 1
            continue
        for quote, name in INCLUDE.findall(path.read_text()):
            reason = check_include(path, quote, name)
            if reason:
                print(f"{path.relative_to(ROOT)}: {name}: {reason}")
                offences += 1
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
