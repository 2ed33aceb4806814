"""The one list of checks, called by CI and by people alike; names what failed at the end."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import time

SCRIPTS = sysconfig.get_path("scripts")
CONTRACTS = "from importlinter.cli import lint_imports_command as run; run()"
#: Each runs in this interpreter's environment, whatever PATH says.
CHECKS = {
    "lint": [sys.executable, "-m", "ruff", "check", "."],
    "format": [sys.executable, "-m", "ruff", "format", "--check", "."],
    "page scripts": [
        f"{SCRIPTS}/oxlint",
        "--deny-warnings",
        "herbgis/webmap/assets/herbgis",
        "docs/_static",
    ],
    "page templates": [sys.executable, "-m", "djlint", "--lint", "herbgis/webmap/templates"],
    "types": [sys.executable, "-m", "mypy"],
    "import contracts": [sys.executable, "-c", CONTRACTS],
    "site": [sys.executable, "-m", "scripts.site"],
    "tests": [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"],
}


def main() -> int:
    """Run every check in turn; the status is the number that failed."""
    failed = []
    for name, command in CHECKS.items():
        print(f"== {name}", flush=True)
        began = time.monotonic()
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - began:.0f} s", flush=True)
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
