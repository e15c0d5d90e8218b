"""Adds to the wheel what the Thrift compiler makes of the contract: the package ytdlp_ops."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

CONTRACT = Path(__file__).resolve().parents[3] / "thrift"


class BuildWithContract(build_py):
    """Generates into the build folder; nothing generated is kept in the repository."""

    def run(self):
        super().run()
        compiler = shutil.which("thrift")
        if not compiler:
            raise SystemExit("the Thrift compiler is not installed: apt install thrift-compiler")
        if not CONTRACT.is_dir():
            raise SystemExit(f"{CONTRACT} is not there: build the wheel inside the repository")
        with tempfile.TemporaryDirectory() as made:
            for file in sorted(CONTRACT.glob("*.thrift")):
                subprocess.run([compiler, "--gen", "py", "-out", made, file], check=True)
            # Without its command lines, and the __init__.py that it puts beside the package.
            shutil.copytree(
                Path(made) / "ytdlp_ops",
                Path(self.build_lib) / "ytdlp_ops",
                ignore=shutil.ignore_patterns("*-remote"),
                dirs_exist_ok=True,
            )


setup(cmdclass={"build_py": BuildWithContract})
