"""One thread of another process held still, while the others go on."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SEIZE = 0x4206
_INTERRUPT = 0x4207
_DETACH = 17
_libc = ctypes.CDLL(None, use_errno=True)


def thread_named(pid: int, name: str) -> int:
    """The thread's id; the kernel knows the first 15 characters of its name."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == name[:15]:
            return int(task.name)
    raise AssertionError(f"process {pid} has no thread {name}")


@contextmanager
def held(tid: int) -> Iterator[None]:
    """The thread does nothing for the length of the block. It must be of a child process."""
    _ptrace(_SEIZE, tid)
    _ptrace(_INTERRUPT, tid)
    os.waitpid(tid, _WALL)
    try:
        yield
    finally:
        _ptrace(_DETACH, tid)


_WALL = 0x40000000


def _ptrace(request: int, tid: int) -> None:
    if _libc.ptrace(request, tid, None, None) == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
