"""What is done to the system. Each blow breaks one part, for a moment, and mends it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

from .chaos_load import SlowClients, talk_rubbish
from .chaos_world import World
from .mapping_socks5 import Behaviour

Blow = Callable[[World], None]

_BAD = (Behaviour.HANG, Behaviour.CLOSE, Behaviour.GARBAGE, Behaviour.REFUSE_TARGETS)


def _hold(world: World, least_s: float, most_s: float) -> None:
    """How long a part is broken: nothing is waited for, this is the blow itself."""
    time.sleep(world.dice.uniform(least_s, most_s))


def redis_is_killed(world: World) -> None:
    world.redis.kill()
    _hold(world, 0.1, 1.5)
    world.redis.restart()


def redis_freezes(world: World) -> None:
    """For longer than anybody waits for it."""
    world.redis.process.signal(signal.SIGSTOP)
    _hold(world, 1.5, 3.0)
    world.redis.process.signal(signal.SIGCONT)


def a_proxy_dies(world: World) -> None:
    proxy = world.dice.choice(world.proxies)
    proxy.die()
    _hold(world, 1.0, 2.0)
    proxy.revive()


def all_proxies_die(world: World) -> None:
    for proxy in world.proxies:
        proxy.die()
    _hold(world, 0.5, 1.5)
    for proxy in world.proxies:
        proxy.revive()


def proxies_go_mad(world: World) -> None:
    for proxy in world.proxies[1:]:
        proxy.behaviour = world.dice.choice(_BAD)
    _hold(world, 1.0, 2.0)
    for proxy in world.proxies:
        proxy.behaviour = Behaviour.SERVE


def upstreams_break(world: World) -> None:
    for _ in range(3):
        world.upstream.drop_connections()
        _hold(world, 0.1, 0.4)
    world.upstream.refuse()
    world.upstream.drop_connections()
    _hold(world, 0.3, 1.0)
    world.upstream.accept_again()


def a_worker_is_killed(world: World) -> None:
    world.victim.server.process.kill()
    _hold(world, 0.0, 0.5)
    world.victim.start()


def a_worker_is_stopped(world: World) -> None:
    world.victim.server.stop()
    world.victim.start()


def a_worker_is_killed_while_redis_is_away(world: World) -> None:
    world.redis.kill()
    world.victim.server.process.kill()
    _hold(world, 0.2, 0.8)
    world.redis.restart()
    world.victim.start()


def the_disk_is_full(world: World) -> None:
    disk = world.dice.choice(world.disks)
    if disk.is_mounted:
        disk.fill()
        _hold(world, 1.5, 3.0)
        disk.free()


def the_disk_is_read_only(world: World) -> None:
    disk = world.dice.choice(world.disks)
    if disk.is_mounted:
        disk.protect()
        _hold(world, 1.0, 2.0)
        disk.unprotect()


def clients_crowd_in(world: World) -> None:
    slow = [SlowClients(node, 60) for node in world.nodes]
    for node in world.nodes:
        for _ in range(20):
            talk_rubbish(node, world.dice)
    _hold(world, 0.5, 1.0)
    for each in slow:
        each.close()


BLOWS: tuple[Blow, ...] = (
    redis_is_killed,
    redis_freezes,
    a_proxy_dies,
    all_proxies_die,
    proxies_go_mad,
    upstreams_break,
    a_worker_is_killed,
    a_worker_is_stopped,
    a_worker_is_killed_while_redis_is_away,
    the_disk_is_full,
    the_disk_is_read_only,
    clients_crowd_in,
)


def strike(world: World, seconds: float) -> list[str]:
    """Blow after blow, each once before any comes again; their names."""
    struck: list[str] = []
    bag: list[Blow] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(struck) < len(BLOWS):
        bag = bag or world.dice.sample(BLOWS, len(BLOWS))
        blow = bag.pop()
        print(time.strftime("%X"), blow.__name__, flush=True)  # beside the logs, where a test fails
        blow(world)
        struck.append(blow.__name__)
        _hold(world, 0.2, 1.0)
    return struck
