"""The parts that the black-box tests share."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.cli_client import Cli
from support.envoy import need_envoy
from support.fleet import Fleet
from support.mapping_socks5 import Behaviour, MappingSocks5
from support.media import media_dir
from support.media_server import MediaServer
from support.page_site import PageSite
from support.paths import BUILD, ytdlp_program
from support.pool_records import PoolRecords
from support.pot_provider import PotProvider
from support.proxies import Microsocks, Tinyproxy
from support.redis_server import RedisServer
from support.relay_api import RelayApi, RelayServer
from support.scripted_upstream import ScriptedUpstream
from support.server import OpsServer
from support.youtube_double import YoutubeDouble

Maker = Callable[..., Any]


@pytest.fixture(scope="session")
def media() -> Path:
    """Folder with real media."""
    return media_dir(BUILD)


@pytest.fixture(scope="session")
def current_ytdlp() -> None:
    """Skips what Debian's yt-dlp, the one without PyPI, is too old for."""
    version = subprocess.run(
        [ytdlp_program(), "--version"], check=True, capture_output=True, text=True
    ).stdout.strip()
    if version < "2025":
        pytest.skip(f"needs a current yt-dlp, and this is {version}")


@pytest.fixture(scope="module")
def module_folder() -> Iterator[Path]:
    """A short path of the module's own: Unix sockets do not take long ones."""
    yield from _folder()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path of the test's own."""
    yield from _folder()


def _folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="ytops-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def web(media: Path) -> Iterator[MediaServer]:
    """A web server with real media."""
    yield from _closing(MediaServer(media))


@pytest.fixture
def youtube(media: Path, folder: Path) -> Iterator[YoutubeDouble]:
    """The double of www.youtube.com."""
    yield from _closing(YoutubeDouble(media, folder))


@pytest.fixture
def tunnel(youtube: YoutubeDouble) -> Iterator[MappingSocks5]:
    """A SOCKS5 proxy through which the double is www.youtube.com."""
    yield from _closing(MappingSocks5(youtube.host_map))


@pytest.fixture
def pot_provider() -> Iterator[PotProvider]:
    """A PO token server."""
    yield from _closing(PotProvider())


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A redis-server of the test's own."""
    yield from _closing(RedisServer())


@pytest.fixture(scope="module")
def module_redis() -> Iterator[RedisServer]:
    """A redis-server of the module's own."""
    yield from _closing(RedisServer())


@pytest.fixture
def microsocks(folder: Path) -> Iterator[Maker]:
    """Makes real SOCKS5 proxies."""
    yield from _making(lambda password=None: Microsocks(folder, password))


@pytest.fixture
def tinyproxy(folder: Path) -> Iterator[Maker]:
    """Makes real HTTP proxies."""
    yield from _making(lambda password=None: Tinyproxy(folder, password))


@pytest.fixture
def serve(folder: Path) -> Iterator[Callable[..., OpsServer]]:
    """Starts servers; flags as keywords. Each gets a folder of its own below the test's."""
    count = 0

    def start(**flags: Any) -> OpsServer:
        nonlocal count
        count += 1
        return OpsServer(folder / f"s{count}", **flags)

    yield from _making(start)


@pytest.fixture
def cli(server: OpsServer, folder: Path) -> Cli:
    """ytdlp-ops on the `server` of the test's module."""
    return Cli(folder, server.port)


@pytest.fixture
def upstream() -> Iterator[ScriptedUpstream]:
    """An HTTP server that misbehaves as it is told."""
    yield from _closing(ScriptedUpstream())


@pytest.fixture(scope="module")
def relay(module_folder: Path) -> Iterator[RelayServer]:
    """A relay for all tests of the module, with quick settings."""
    yield from _closing(RelayServer(module_folder / "relay"))


@pytest.fixture
def api(relay: RelayServer) -> Iterator[RelayApi]:
    """The HTTP API of that relay; the streams that the test made go with it."""
    yield relay.api
    for stream in relay.api.ask("GET", "/streams")["streams"]:
        relay.api.call("DELETE", f"/streams/{stream['stream_id']}")


@pytest.fixture
def make_relay(folder: Path) -> Iterator[Callable[..., RelayServer]]:
    """Starts relays of the test's own; flags as keywords."""
    count = 0

    def start(**flags: Any) -> RelayServer:
        nonlocal count
        count += 1
        return RelayServer(folder / f"r{count}", **flags)

    yield from _making(start)


@pytest.fixture(scope="module")
def whole_fleet(module_folder: Path) -> Iterator[Fleet]:
    """Three workers behind Envoy, for all tests of the module."""
    need_envoy()
    yield from _closing(Fleet(module_folder))


@pytest.fixture
def fleet(whole_fleet: Fleet) -> Fleet:
    """That fleet, everybody well whatever the test before did."""
    whole_fleet.heal()
    return whole_fleet


@pytest.fixture(scope="module")
def proxies() -> Iterator[list[MappingSocks5]]:
    """Two SOCKS5 proxies for all tests of the module."""
    both = [MappingSocks5(), MappingSocks5()]
    yield both
    for each in both:
        each.close()


@pytest.fixture(scope="module")
def page_relay(
    module_folder: Path, module_redis: RedisServer, proxies: list[MappingSocks5]
) -> Iterator[RelayServer]:
    """A relay that makes tokens through those proxies. Nobody is banned by numbers."""
    server = RelayServer(
        module_folder / "page-relay",
        token_runner="warm",
        redis_url=module_redis.url,
        proxies=",".join(each.url for each in proxies),
        account_failure_threshold=0,
        failure_threshold_count=1000,
    )
    yield from _closing(server)


@pytest.fixture
def records(module_redis: RedisServer, proxies: list[MappingSocks5]) -> PoolRecords:
    """What Redis holds of those proxies."""
    return PoolRecords(module_redis, [each.url for each in proxies])


@pytest.fixture
def site(
    upstream: ScriptedUpstream,
    media: Path,
    module_redis: RedisServer,
    proxies: list[MappingSocks5],
) -> PageSite:
    """A page with a video, on the scripted upstream. The proxies serve and have empty records."""
    for each in proxies:
        each.behaviour = Behaviour.SERVE
        each.targets.clear()
    module_redis.cli("FLUSHALL")
    return PageSite(upstream, (media / "video.mp4").read_bytes())


@pytest.fixture
def players(api: RelayApi) -> Iterator[Callable[..., Any]]:
    """Starts players, which are closed at the end."""
    yield from _making(api.watch)


def _closing(thing: Any) -> Iterator[Any]:
    yield thing
    thing.close()


def _making(make: Maker) -> Iterator[Maker]:
    """A maker whose products are closed, the last one first, whatever the others' closing says."""
    made: list[Any] = []

    def make_and_keep(*args: Any, **named: Any) -> Any:
        made.append(make(*args, **named))
        return made[-1]

    yield make_and_keep
    errors = []
    for thing in reversed(made):
        try:
            thing.close()
        except Exception as error:  # noqa: BLE001 - the others must be closed all the same
            errors.append(error)
    if errors:
        raise errors[0]
