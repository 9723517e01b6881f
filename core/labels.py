"""The label map: class index <-> name <-> colour."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import LabelError

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Label:
    """One class of a mask; `colour` is RGB, 0 to 255."""

    index: int
    name: str
    colour: Colour


@dataclass(frozen=True)
class LabelMap:
    """All classes, ordered by index; index 0 is the background.

    Raises LabelError for duplicate names or colours, gaps in the indices, or colours outside 0 to 255.
    """

    labels: tuple[Label, ...]

    def __post_init__(self) -> None:
        _refuse_duplicates("name", [label.name for label in self.labels])
        _refuse_duplicates("colour", [label.colour for label in self.labels])
        if [label.index for label in self.labels] != list(range(len(self.labels))) or len(self.labels) < 2:
            raise LabelError("A label map needs the background as class 0 and at least one further class, numbered on.")
        for label in self.labels:
            if not re.search(r"\S", label.name):
                raise LabelError(f"Class {label.index} of the label map has no name. Give it one.")
            if not all(0 <= channel <= 255 for channel in label.colour):
                raise LabelError(f"The colour of “{label.name}” is outside 0 to 255. Correct it.")

    @property
    def class_count(self) -> int:
        return len(self.labels)

    @property
    def foreground(self) -> tuple[Label, ...]:
        return self.labels[1:]

    def named(self, name: str) -> Label:
        """The label of that name. Raises LabelError if there is none."""
        for label in self.labels:
            if label.name == name:
                return label
        raise LabelError(f"The label map has no class “{name}”. It has: {', '.join(x.name for x in self.labels)}.")


def _refuse_duplicates(what: str, values: Iterable[object]) -> None:
    seen: set[object] = set()
    for value in values:
        if value in seen:
            raise LabelError(f"The label map has the {what} {value!r} twice. Each {what} may occur once: rename one.")
        seen.add(value)


DEFAULT_LABELS = LabelMap((Label(0, "background", (0, 0, 0)), Label(1, "profile", (250, 50, 83))))
