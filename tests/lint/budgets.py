#!/usr/bin/python3
"""Checks that a file stays under 400 lines and a C function under 60."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE_LINES = 400
FUNCTION_LINES = 60


def functions(lines: list[str]):
    """Yields (line number, length) of each function: clang-format puts its braces in column 0."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            yield start, number - start - 1
            start = None


def main() -> int:
    """Prints each offence as file:line: reason."""
    listed = subprocess.run(
        ["git", "ls-files", "*.c", "*.h", "*.py", "*.lua", "scripts"],
        cwd=ROOT, check=True, capture_output=True, text=True)
    offences = 0
    for name in listed.stdout.split():
        lines = (ROOT / name).read_text().splitlines()
        if len(lines) > FILE_LINES:
            print(f"{name}: {len(lines)} lines; is it still one noun?")
            offences += 1
        if not name.endswith(".c"):
            continue
        for start, length in functions(lines):
            if length > FUNCTION_LINES:
                print(f"{name}:{start}: a function of {length} lines")
                offences += 1
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
