"""Keeps the lease of an item while a task works on it for long."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from .client import YtdlpOpsClient
from .exceptions import YtdlpOpsError, YtdlpOpsUserError

log = logging.getLogger(__name__)


class LeaseKeeper:
    """
    Renews at once and then three times a lease, in a thread of its own, for the length of a block.
    `lost` is set when the server says that the item is no longer this lane's; a server that does
    not answer is asked again.
    """

    def __init__(
        self, new_client: Callable[[], YtdlpOpsClient], queue: str, item_id: str, lease_s: int
    ) -> None:
        self._new_client = new_client
        self._item = (queue, item_id, lease_s)
        self._every_s = max(lease_s / 3, 0.1)
        self._stop = threading.Event()
        self.lost = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> LeaseKeeper:
        with self._new_client() as client:
            client.renew_lease(*self._item)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        with self._new_client() as client:
            while not self._stop.wait(self._every_s):
                try:
                    client.renew_lease(*self._item)
                except YtdlpOpsUserError as error:
                    log.error("The lease of %s is lost: %s", self._item[1], error)
                    self.lost.set()
                    return
                except YtdlpOpsError as error:
                    log.warning("The lease of %s is not renewed yet: %s", self._item[1], error)
