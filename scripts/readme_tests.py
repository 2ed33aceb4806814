"""Print the command by which the README tells a newcomer to run the tests, for CI to run it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

#: A block of commands, fenced.
BLOCK = re.compile(r"^```[a-z]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main() -> None:
    """The first fenced block of the README that calls pytest, as it stands there."""
    readme = Path(__file__).parent.parent / "README.md"
    blocks = BLOCK.findall(readme.read_text(encoding="utf-8"))
    command = next((block for block in blocks if re.search(r"\bpytest\b", block)), None)
    if command is None:
        sys.exit("README.md tells nobody how to run the tests: no fenced block calls pytest")
    print(command, end="")


if __name__ == "__main__":
    main()
