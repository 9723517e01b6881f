"""Rendered drawings: a seed in, an image and its exact mask out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingError
from core.render import scan
from core.render.canvas import Canvas
from core.render.layout import compose, compose_neatly
from core.render.look import Look
from core.render.outlines import Outline

SMALLEST_PX, LARGEST_PX = 64, 8000


@dataclass(frozen=True)
class RenderedDrawing:
    """`image` is uint8 (H, W, 3) RGB, `mask` uint8 (H, W) with 1 on the section, its border's ink included."""

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    style: str
    seed: int


def render_drawing(
    seed: int, *, size_px: int | None = None, style: str | None = None, outlines: Sequence[Outline] | None = None
) -> RenderedDrawing:
    """The drawing that belongs to `seed`: the same arguments always give the same bytes.

    `size_px` is the long side, drawn from 250 to 4500 unless given. `style` is one of `core.render.look.STYLES`.
    With `outlines` half of the vessels are warped real profiles. Raises SettingError for an unknown style or size.
    """
    rng = np.random.default_rng(seed)
    drawn_px = round(float(np.exp(rng.uniform(np.log(250), np.log(4500)))))
    size_px = drawn_px if size_px is None else size_px
    if not SMALLEST_PX <= size_px <= LARGEST_PX:
        raise SettingError(f"A drawing cannot be {size_px} px long. Choose a size from {SMALLEST_PX} to {LARGEST_PX}.")
    for _ in range(20):
        rendered = _attempt(seed, size_px, style, outlines or (), rng)
        if rendered.mask.any():
            return rendered
    raise AssertionError(f"seed {seed} never showed a section")


def _attempt(
    seed: int, size_px: int, style: str | None, outlines: Sequence[Outline], rng: np.random.Generator
) -> RenderedDrawing:
    canvas, look = compose(style, outlines, size_px, size_px * _fineness(size_px), rng)
    if rng.random() < 0.25:
        canvas = scan.rotated(canvas, float(rng.normal(0, 1.3)))
    return _finished(canvas, look, size_px, seed, scan_rng=rng, is_clean=None)


def _fineness(size_px: int) -> int:
    """How many times larger than the drawing the sheet is that it is drawn on."""
    return int(np.clip(round(1400 / size_px), 1, 4))


def _finished(
    canvas: Canvas, look: Look, size_px: int, seed: int, *, scan_rng: np.random.Generator, is_clean: bool | None
) -> RenderedDrawing:
    height, width = canvas.shape
    shrink = size_px / max(height, width)
    canvas = scan.reduced(canvas, max(8, round(height * shrink)), max(8, round(width * shrink)))
    finest_px = 0.6 * look.pen_px / look.grain_px  # as the axis and the rim line are drawn
    image = scan.scanned(canvas.ink, scan_rng, is_clean=is_clean, finest_px=finest_px)
    return RenderedDrawing(image, (canvas.mask > 127).astype(np.uint8), look.style, seed)


SAMPLE_STYLES = ("black", "outlined", "hatched", "black", "outlined", "toned", "grey", "stippled")


def render_sample_drawings(count: int, *, seed: int) -> list[RenderedDrawing]:
    """Neat drawings to try the app with: one vessel each, of various styles, 900 to 1400 px long."""
    return [_sample(seed * 1000 + k, SAMPLE_STYLES[k % len(SAMPLE_STYLES)]) for k in range(count)]


def _sample(seed: int, style: str) -> RenderedDrawing:
    rng = np.random.default_rng(seed)
    size_px = int(rng.integers(900, 1401))
    canvas, look = compose_neatly(style, 2 * size_px, rng)
    return _finished(canvas, look, size_px, seed, scan_rng=rng, is_clean=True)
