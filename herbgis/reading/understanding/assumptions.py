"""What was assumed while a table was read."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Assumptions:
    """What was assumed while a table was read, one line each, said once."""

    lines: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        """Note a line that is not there yet."""
        if line not in self.lines:
            self.lines.append(line)
