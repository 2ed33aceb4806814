"""The plan of the house, drawn from the source: its floors, its modules, and who imports whom.

Nothing is imported to draw it, so that a toy house of a few lines can be drawn as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Import:
    """One import of one of the house's modules by another."""

    importer: str
    imported: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class House:
    """The modules of a package by dotted name, and its floors from the top down.

    A floor holds the folders and modules at the package's own level that stand on it; more than
    one on a floor do not know each other. Public are the names that the door offers.
    """

    folder: Path
    floors: tuple[frozenset[str], ...]
    public: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The name of the package, which is also that of its door."""
        return self.folder.name

    @cached_property
    def sources(self) -> dict[str, str]:
        """The text of each module."""
        found = {}
        for path in sorted(self.folder.rglob("*.py")):
            steps = path.relative_to(self.folder.parent).with_suffix("").parts
            dotted = ".".join(steps[:-1] if steps[-1] == "__init__" else steps)
            found[dotted] = path.read_text(encoding="utf-8")
        return found

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        """The syntax tree of each module."""
        return {module: ast.parse(text) for module, text in self.sources.items()}

    @cached_property
    def imports(self) -> list[Import]:
        """Every import among the modules, those inside functions too; the door's own left out."""
        return [
            found
            for module, tree in self.trees.items()
            if module != self.name
            for node in ast.walk(tree)
            for found in self._imports_of(module, node)
        ]

    def _imports_of(self, module: str, node: ast.AST) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == self.name:
                    yield Import(module, alias.name)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == self.name:
            source = str(node.module)
            names = [alias.name for alias in node.names]
            for name in names:
                if f"{source}.{name}" in self.sources:
                    yield Import(module, f"{source}.{name}")
            own = tuple(name for name in names if f"{source}.{name}" not in self.sources)
            if own:
                yield Import(module, source, own)

    def room(self, module: str) -> str:
        """The folder or module at the package's own level that a module belongs to."""
        return module.split(".")[1] if "." in module else module

    def functions(self) -> Iterator[tuple[str, Function]]:
        """Every function by its dotted name, methods and inner functions too."""
        for module, tree in self.trees.items():
            yield from _functions(module, tree)


def _functions(place: str, node: ast.AST) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        inner = place
        if isinstance(child, Function | ast.ClassDef):
            inner = f"{place}.{child.name}"
        if isinstance(child, Function):
            yield inner, child
        yield from _functions(inner, child)
