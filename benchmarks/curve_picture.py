"""The picture of learning curves."""

import math
from pathlib import Path
from typing import Any

from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

WIDTH, HEIGHT, SCALE = 900, 460, 2
LEFT, TOP, RIGHT, BOTTOM = 70, 46, 180, 60
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9")  # of the palette that the colour-blind can tell apart
INK, GRID = "#333333", "#dddddd"


def draw_curves(
    table: dict[str, Any], path: Path, *, title: str, lowest: float = 1.0, step: float = 0.1, is_to_scale: bool = False
) -> None:
    """Foreground IoU over the number of corrections, one line for each row of the table.

    The axis of IoU begins at `lowest` or at the lowest point, and has a mark at every `step`. Numbers of corrections
    stand as far apart as they differ, if that is wanted, or else all at the same distance.
    """
    counts = sorted({count for rows in table.values() for count in rows})
    image = Pillow.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), "white")
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(13 * SCALE)
    values = [row["iou"] for rows in table.values() for row in rows.values()]
    low, high = math.floor(min([lowest, *values]) / step), math.ceil(max(values) / step)
    marks = counts if is_to_scale else range(len(counts))
    shares = {count: mark / max(1, marks[-1]) for count, mark in zip(counts, marks, strict=True)}

    def place(share: float, value: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * share
        down = TOP + (HEIGHT - TOP - BOTTOM) * (high - value / step) / max(1, high - low)
        return across * SCALE, down * SCALE

    for mark in range(low, high + 1):
        (left, row), (right, _) = place(0, mark * step), place(1, mark * step)
        pen.line((left, row, right, row), fill=GRID, width=SCALE)
        pen.text((left - 12 * SCALE, row), f"{mark * step:.{len(str(step)) - 2}f}", fill=INK, font=font, anchor="rm")
    for count in counts:
        column, bottom = place(shares[count], low * step)
        pen.text((column, bottom + 10 * SCALE), str(count), fill=INK, font=font, anchor="mt")
    pen.text((LEFT * SCALE, 16 * SCALE), title, fill=INK, font=font)
    middle = (LEFT + (WIDTH - LEFT - RIGHT) / 2) * SCALE
    pen.text((middle, (HEIGHT - 22) * SCALE), "corrected drawings", fill=INK, font=font, anchor="mm")
    for rows, colour in zip(table.values(), COLOURS, strict=False):
        points = [place(shares[count], row["iou"]) for count, row in rows.items()]
        pen.line(points, fill=colour, width=3 * SCALE, joint="curve")
        for column, row in points:
            pen.ellipse((column - 8, row - 8, column + 8, row + 8), fill=colour)
    right = (WIDTH - RIGHT + 14) * SCALE
    for number, (style, colour) in enumerate(zip(table, COLOURS, strict=False)):
        row = (TOP + 24 + 22 * number) * SCALE
        pen.line((right, row, right + 20 * SCALE, row), fill=colour, width=3 * SCALE)
        pen.text((right + 28 * SCALE, row), style, fill=INK, font=font, anchor="lm")
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, optimize=True)
