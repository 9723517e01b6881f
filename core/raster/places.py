"""Places of a drawing that a person should look at, and the quiet rings that show them."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2

from core.raster.images import Image

RING_COLOUR = (222, 148, 46)
RING_STRENGTH = 0.75
SMALLEST_RING_PX = 9


@dataclass(frozen=True)
class Place:
    """A round spot of a drawing, in its pixels.

    `weight` in 0..1 is how doubtful it is, `where` it lies is told as "at the rim".
    """

    row: int
    column: int
    radius_px: int
    weight: float
    where: str


def ringed(image: Image, places: Sequence[Place], *, scale: float) -> Image:
    """A picture of a drawing with a thin ring around each place; it is `scale` times as large as the drawing.

    Ink shows through the rings. Without places it is the image itself.
    """
    if not places:
        return image
    rings = image.copy()
    for place in places:
        centre = round((place.column + 0.5) * scale), round((place.row + 0.5) * scale)
        radius_px = max(SMALLEST_RING_PX, round(place.radius_px * scale))
        cv2.circle(rings, centre, radius_px, RING_COLOUR, thickness=2, lineType=cv2.LINE_AA)
    return cv2.addWeighted(rings, RING_STRENGTH, image, 1 - RING_STRENGTH, 0)  # type: ignore[return-value]
