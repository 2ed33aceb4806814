"""Print each direct dependency, the extras' too, pinned to its lower bound."""

from __future__ import annotations

import tomllib
from pathlib import Path


def main() -> None:
    """One requirement a line, for ``pip install -r``."""
    root = Path(__file__).parent.parent
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["plan"], *extras["test"]]
    theirs = [requirement for requirement in wanted if not requirement.startswith("herbgis[")]
    print("\n".join(requirement.replace(">=", "==") for requirement in theirs))


if __name__ == "__main__":
    main()
