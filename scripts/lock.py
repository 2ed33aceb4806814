"""Write requirements.lock anew: what development needs, pinned and hashed, for any system.

``pip install uv && python scripts/lock.py`` takes up what pyproject.toml now says and keeps all
other pins; with ``--upgrade`` every pin moves to the newest release.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = "requirements.lock"


def main() -> int:
    """Run uv's compiler for the oldest Python admitted; further arguments are handed on to it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = project["requires-python"].removeprefix(">=")
    command = ["uv", "pip", "compile", "pyproject.toml", "--extra", "dev", "--universal"]
    command += ["--python-version", oldest, "--generate-hashes", "--no-header", "--quiet"]
    return subprocess.run([*command, "-o", LOCK, *sys.argv[1:]], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
