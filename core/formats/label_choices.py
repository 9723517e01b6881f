"""Which class of the workspace a label of an archive becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import LabelError
from core.formats.incoming import ForeignLabel
from core.labels import Colour, Label, LabelMap
from core.store.label_map import label_map, set_label_map
from core.store.workspace import Workspace

NEW_CLASS = "a new class"
"""Choose this for a label, and the workspace gets a class of its name and colour."""

_SPARE_COLOURS: tuple[Colour, ...] = ((51, 153, 255), (255, 204, 51), (102, 204, 102), (170, 102, 204), (255, 153, 51))


@dataclass(frozen=True)
class LabelChoice:
    """A label of the archive and the class it becomes; `reason` says why, "" where nothing fits and it is ignored."""

    label: ForeignLabel
    class_name: str
    reason: str


def choose_classes(
    foreign: Sequence[ForeignLabel], labels: LabelMap, chosen: Mapping[str, str]
) -> tuple[LabelChoice, ...]:
    """What each label becomes: as `chosen` (label name -> class name), else by name, by colour, or as the only one.

    A label that fits nowhere becomes background. Raises LabelError for a label or class that there is not.
    """
    known = {label.name for label in foreign}
    for name, class_name in chosen.items():
        if name not in known:
            raise LabelError(f"The archive has no label “{name}”. It has: {', '.join(sorted(known))}.")
        if class_name != NEW_CLASS:
            labels.named(class_name)
    return tuple(_choose(label, position, foreign, labels, chosen) for position, label in enumerate(foreign))


def make_new_classes(ws: Workspace, choices: Sequence[LabelChoice]) -> None:
    """Append the classes that were asked for; those that are there by now are left alone. Raises LabelError."""
    labels = list(label_map(ws).labels)
    for choice in choices:
        if choice.class_name == NEW_CLASS and choice.label.name not in [label.name for label in labels]:
            taken = {label.colour for label in labels}
            colours = [choice.label.colour, *_SPARE_COLOURS, *((0, 0, blue) for blue in range(1, 256))]
            colour = next(colour for colour in colours if colour is not None and colour not in taken)
            labels.append(Label(len(labels), choice.label.name, colour))
    if len(labels) > label_map(ws).class_count:
        set_label_map(ws, LabelMap(tuple(labels)))


def class_table(choices: Sequence[LabelChoice], labels: LabelMap) -> NDArray[np.uint8]:
    """Class of each label, uint8 (256,): `table[indices]` are the classes of a mask.

    Classes that are still to be made have numbers beyond the label map's, in order.
    """
    table = np.zeros(256, dtype=np.uint8)
    names = [label.name for label in labels.labels]
    for position, choice in enumerate(choices):
        name = choice.label.name if choice.class_name == NEW_CLASS else choice.class_name
        if name not in names:
            names.append(name)
        table[position] = names.index(name)
    return table


def unfit_labels(choices: Sequence[LabelChoice]) -> dict[int, str]:
    """Position and name of the labels that fit no class, and that nobody has decided about."""
    return {position: choice.label.name for position, choice in enumerate(choices) if not choice.reason}


def _choose(
    label: ForeignLabel, position: int, foreign: Sequence[ForeignLabel], labels: LabelMap, chosen: Mapping[str, str]
) -> LabelChoice:
    background = labels.labels[0].name
    if label.name in chosen:
        return LabelChoice(label, chosen[label.name], "chosen")
    if position == 0:
        return LabelChoice(label, background, "background")
    for known in labels.foreground:
        if known.name.casefold() == label.name.casefold():
            return LabelChoice(label, known.name, "same name")
    for known in labels.foreground:
        if known.colour == label.colour:
            return LabelChoice(label, known.name, "same colour")
    if len(foreign) == labels.class_count == 2:
        return LabelChoice(label, labels.labels[1].name, "the only one")
    return LabelChoice(label, background, "")
