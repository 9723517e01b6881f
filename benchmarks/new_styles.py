"""Publications in section styles that the base model was never trained on; for benchmarks only.

`core.render` must never draw these: they stand for the next book, whose draughtsman had ideas of his own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.raster.images import Image
from core.raster.masks import Mask
from core.render import scan
from core.render.layout import compose_neatly
from core.render.look import STYLES as KNOWN_STYLES
from core.render.look import Look

Sheet = NDArray[np.uint8]  # (H, W), ink from 0 (black) to 255


@dataclass(frozen=True)
class Hand:
    """What one draughtsman does alike in all drawings of a publication; lengths in pens."""

    style: str
    spacing: float
    weight: float
    angle: float
    ink: int


@dataclass(frozen=True)
class PublishedDrawing:
    """One drawing of a publication with its exact mask."""

    name: str
    image: Image
    mask: Mask


def publication(style: str, seed: int, count: int) -> Iterator[PublishedDrawing]:
    """`count` drawings by one hand: one vessel each, 700 to 1000 px long, its section filled in `style`.

    That may be one of the renderer's own styles, too. The first drawings of a publication are the same whatever the
    count.
    """
    hand = _hand(style, np.random.default_rng((seed, 0)))
    for number in range(count):
        rng = np.random.default_rng((seed, 1 + number))
        yield _drawing(f"{style} {seed}, {number + 1}", hand, rng)


def _hand(style: str, rng: np.random.Generator) -> Hand:
    return Hand(style, rng.uniform(4.0, 6.0), rng.uniform(0.8, 1.2), rng.uniform(0, np.pi), int(rng.uniform(0, 60)))


def _drawing(name: str, hand: Hand, rng: np.random.Generator) -> PublishedDrawing:
    size_px = int(rng.integers(700, 1001))
    canvas, look = compose_neatly(hand.style if hand.style in KNOWN_STYLES else "outlined", 2 * size_px, rng)
    if hand.style not in KNOWN_STYLES:
        section = (canvas.mask > 127).astype(np.uint8)
        canvas.ink[section > 0] = STYLES[hand.style](section, hand, look)[section > 0]
    shrink = size_px / max(canvas.shape)
    canvas = scan.reduced(canvas, round(canvas.shape[0] * shrink), round(canvas.shape[1] * shrink))
    image = scan.scanned(canvas.ink, rng, is_clean=True)
    return PublishedDrawing(name, image, (canvas.mask > 127).astype(np.uint8))


def _zigzag(section: NDArray[np.uint8], hand: Hand, look: Look) -> Sheet:
    """Parallel zigzag lines, as herringbone."""
    across, along, spacing = _turned(section.shape, hand, look)
    teeth = spacing * np.abs((along / spacing) % 2 - 1)  # 0 at the bottom of a tooth, one spacing at its tip
    return _inked(section, (across + teeth) % spacing < hand.weight * look.pen_px, hand)


def _dotted(section: NDArray[np.uint8], hand: Hand, look: Look) -> Sheet:
    """Large dots in staggered rows."""
    across, along, spacing = _turned(section.shape, hand, look)
    row = np.floor(across / spacing)
    column = (along / spacing + 0.5 * (row % 2)) % 1 - 0.5
    distance = np.hypot(across / spacing - row - 0.5, column) * spacing
    return _inked(section, distance < 0.3 * spacing * hand.weight, hand)


def _double_outlined(section: NDArray[np.uint8], hand: Hand, look: Look) -> Sheet:
    """A hairline contour, and a bold one well inside it, with white between and within."""
    depth = cv2.distanceTransform(section, cv2.DIST_L2, 5)
    half_wall = float(np.percentile(depth[section > 0], 90)) if section.any() else 0.0
    hairline, bold, start = 0.5 * look.pen_px, hand.weight * look.pen_px, 0.1 * hand.spacing * half_wall
    return _inked(section, (depth < hairline) | ((depth >= start) & (depth < start + bold)), hand)


STYLES: dict[str, Callable[[NDArray[np.uint8], Hand, Look], Sheet]] = {
    "zigzag": _zigzag,
    "dotted": _dotted,
    "double outline": _double_outlined,
}


def _turned(shape: tuple[int, ...], hand: Hand, look: Look) -> tuple[Any, Any, float]:
    """Pixel coordinates across and along the hand's direction, and its spacing in pixels."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    sine, cosine = np.float32(np.sin(hand.angle)), np.float32(np.cos(hand.angle))
    return rows * cosine - columns * sine, rows * sine + columns * cosine, hand.spacing * look.pen_px


def _inked(section: NDArray[np.uint8], is_ink: NDArray[np.bool_], hand: Hand) -> Sheet:
    return np.where(is_ink & (section > 0), hand.ink, 255).astype(np.uint8)
