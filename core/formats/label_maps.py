"""CVAT's labelmap.txt: `name:r,g,b:parts:actions`, one label a line, sorted by name.

It is the label map of Pascal VOC as CVAT and the original project read and write it.
"""

import re

from core.errors import LabelError
from core.formats.incoming import ForeignLabel, background_first
from core.labels import Colour, LabelMap

FILE_NAME = "labelmap.txt"
MAX_BYTES = 1_000_000
_HEADER = "# label:color_rgb:parts:actions\n"


def read_label_map(name: str, content: bytes) -> tuple[ForeignLabel, ...]:
    """The labels in a labelmap.txt, background first wherever it stands. Raises LabelError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabelError(f"{name} is not a text in UTF-8. Export it again.") from error
    lines = [line.strip() for line in text.splitlines()]
    labels = [_read_line(name, line) for line in lines if line and not line.startswith("#")]
    return background_first(labels)


def write_label_map(labels: LabelMap) -> str:
    """The labels as labelmap.txt. Raises LabelError for a name that the format cannot hold."""
    for label in labels.labels:
        if re.search(r"[:#\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", label.name) or label.name != label.name.strip():
            raise LabelError(
                f"CVAT's label map cannot hold the name “{label.name}”: it has a colon, a # or a blank at its end. "
                "Export as COCO, which can."
            )
    lines = sorted(f"{label.name}:{','.join(map(str, label.colour))}::" for label in labels.labels)
    return _HEADER + "\n".join(lines) + "\n"


def _read_line(name: str, line: str) -> ForeignLabel:
    fields = line.split(":")
    if len(fields) != 4:
        raise LabelError(f"{name} has the line “{line[:80]}”, which is not name:r,g,b:parts:actions. Correct it.")
    return ForeignLabel(fields[0].strip(), _read_colour(name, line, fields[1]))


def _read_colour(name: str, line: str, text: str) -> Colour | None:
    if not text.strip():
        return None
    try:
        red, green, blue = (int(channel) for channel in text.split(","))
    except ValueError as error:
        raise LabelError(f"{name} has the line “{line[:80]}”, whose colour is not r,g,b. Correct it.") from error
    if not all(0 <= channel <= 255 for channel in (red, green, blue)):
        raise LabelError(f"{name} has the line “{line[:80]}”, whose colour is outside 0 to 255. Correct it.")
    return red, green, blue
