"""What the benchmarks share: CPU time, memory, a folder, and how a result is shown."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """CPU time of the process, with that of its children that were waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / _TICKS


def resident_kib(pid: int) -> int:
    """Resident memory of the process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ValueError(f"no VmRSS of {pid}")


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for the length of a block."""
    folder = Path(tempfile.mkdtemp(prefix="ytops-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def show(name: str, value: float, unit: str, wanted: str, good: bool) -> bool:
    """Prints a result beside what is wanted of it, and gives back whether it is good."""
    print(f"{name}: {value:.3g}{unit} (wanted: {wanted}) {'ok' if good else 'FAILED'}", flush=True)
    return good


def finish(results: list[bool]) -> None:
    """Ends the program, with status 1 where a result is not good."""
    sys.exit(0 if all(results) else 1)
