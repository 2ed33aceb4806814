"""Print each direct dependency, the test extra's too, pinned to its lower bound."""

from __future__ import annotations

import tomllib
from pathlib import Path


def main() -> None:
    """One requirement a line, for ``pip install -r``."""
    root = Path(__file__).parent.parent
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    print("\n".join(requirement.replace(">=", "==") for requirement in wanted))


if __name__ == "__main__":
    main()
