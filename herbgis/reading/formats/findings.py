"""What is to be said of a whole file, on the first of its layers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from herbgis.foundation.language import listed, tr
from herbgis.reading.formats.encodings import decided_line
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Issue, Place

#: Characters of what a parser says that people are shown.
_MOST_SAID = 200


@dataclass
class Findings:
    """What was found of a file beside its records.

    Attributes
    ----------
    encoding : str
        The encoding that its text is in, by the name that people know it under.
    decided : bool
        Whether the bytes alone told the encoding, against what the file or its format states.
    folder : str
        The folder that stands open in the file as it is read; the file's name where none does.
    damage : str
        Why the file was read only in part; empty where it is whole.
    lost : Counter of str
        Records that were begun and not read, by folder; none where all of a folder were.
    healed : str
        What was put right so that the file could be read; empty where nothing was.
    passed_over : Counter of str
        How many things of each kind are not read, by what people call them.
    """

    encoding: str
    decided: bool
    folder: str
    damage: str = ""
    healed: str = ""
    lost: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)

    def told_on(self, layer: Layer, *, empty: bool) -> Layer:
        """The file's first layer, with all this before its own; `empty` where no record begins."""
        where = Place(layer.file, layer.name)
        said, issues = [], []
        if self.decided:
            said.append(decided_line(self.encoding))
            issues.append(Issue("HG003", where, {"encoding": self.encoding}))
        if self.healed:
            said.append(self.healed)
        if self.damage:
            said.append(self.damage[:_MOST_SAID])
            issues.append(Issue("HG001", where, {"why": tr("文件不完整, 只读到能读的部分")}))
        said += [
            tr("{count} 个{title}未读", count=count, title=tr(title))
            for title, count in self.passed_over.items()
        ]
        if self.passed_over and empty:
            only = tr("没有记录, 只有未读的{names}", names=listed(map(tr, self.passed_over)))
            issues.append(Issue("HG001", where, {"why": only}))
        return replace(
            layer, assumptions=(*said, *layer.assumptions), issues=(*issues, *layer.issues)
        )
