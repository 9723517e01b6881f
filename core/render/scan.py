"""Scanning: what paper, scanner and file format do to a finished sheet; only rotation touches the mask."""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.render.canvas import PAPER, Canvas, Grey
from core.render.curves import Generator
from core.render.textures import clouds

Colour = NDArray[np.uint8]


def rotated(canvas: Canvas, degrees: float) -> Canvas:
    """The sheet laid askew on the scanner; image and mask turn together."""
    height, width = canvas.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    ink, mask = (
        np.asarray(cv2.warpAffine(sheet, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=outside), np.uint8)
        for sheet, outside in ((canvas.ink, PAPER), (canvas.mask, 0))
    )
    return Canvas(ink, mask)


def reduced(canvas: Canvas, height: int, width: int) -> Canvas:
    """The sheet at its final size, every pixel the mean of what it covers."""
    if canvas.shape == (height, width):
        return canvas
    size = (width, height)
    ink, mask = (
        np.asarray(cv2.resize(sheet, size, interpolation=cv2.INTER_AREA), np.uint8)
        for sheet in (canvas.ink, canvas.mask)
    )
    return Canvas(ink, mask)


def scanned(ink: Grey, rng: Generator, *, is_clean: bool | None = None, finest_px: float = 2.0) -> Colour:
    """The sheet as a colour image: half of all scans are clean and white, the others suffer a few things.

    `finest_px` is the width of its thinnest lines: they are not blurred, thresholded or faded until they vanish.
    """
    if is_clean is None:
        is_clean = bool(rng.random() < 0.5)
    if is_clean:
        chance = rng.random()
        if chance < 0.1:
            ink = _copied(ink, float(rng.integers(90 if finest_px > 1.3 else 180, 220)), rng)
        elif chance < 0.3:
            ink = _compressed(ink, int(rng.integers(60, 95)))
        return _grey_to_colour(ink)
    grey = ink.astype(np.float32)
    longest = max(ink.shape)
    if rng.random() < 0.15:  # ink that did not take everywhere
        grey = np.where(clouds(ink.shape, rng.uniform(1.5, 4), rng) < rng.uniform(0.05, 0.2), grey * 0.5 + 127, grey)
    if rng.random() < 0.5:
        blur = min(float(rng.uniform(0.4, 1.0 + longest / 1500)), 0.4 + 0.45 * finest_px)
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), blur), np.float32)
    if rng.random() < 0.15:
        back = cv2.GaussianBlur(grey[:, ::-1], (0, 0), longest / 300 + 1)
        grey -= (255 - back) * np.float32(rng.uniform(0.04, 0.15))
    dark = float(rng.choice([0.0, rng.uniform(0, 60), rng.uniform(60, 135)], p=[0.45, 0.4, 0.15]))
    dark = min(dark, 60.0) if finest_px < 1.3 else dark
    paper = float(rng.choice([255.0, rng.uniform(215, 255)]))
    grey = dark + grey * ((paper - dark) / 255)
    if rng.random() < 0.35:
        shade = clouds(ink.shape, longest / rng.uniform(0.3, 1.5), rng)
        grey *= 1 - np.float32(rng.uniform(0.02, 0.2)) * shade
    if rng.random() < 0.4:
        noise = cv2.resize(
            rng.standard_normal((ink.shape[0] // 2 + 1, ink.shape[1] // 2 + 1), dtype=np.float32), ink.shape[::-1]
        )
        grey += noise * np.float32(rng.uniform(1, 12))
    if rng.random() < 0.25:
        _speckle(grey, rng)
    if rng.random() < 0.03:  # drawn on millimetre paper
        step = longest / rng.uniform(40, 160)
        for axis in (0, 1):
            lines = np.arange(rng.uniform(0, step), ink.shape[axis], step).astype(int)
            grey[(lines, slice(None)) if axis == 0 else (slice(None), lines)] -= np.float32(rng.uniform(8, 45))
    pixels = np.clip(grey, 0, 255).astype(np.uint8)
    if rng.random() < 0.06:
        threshold = dark + (paper - dark) * rng.uniform(0.45 if finest_px > 1.3 else 0.6, 0.78)
        pixels = _copied(pixels, threshold, rng)
    if rng.random() < 0.4:
        pixels = _compressed(pixels, int(rng.integers(25, 85)))
    return _tinted(pixels, rng)


def _speckle(grey: NDArray[np.float32], rng: Generator) -> None:
    count = int(rng.uniform(0.00002, 0.0008) * grey.size)
    rows, columns = rng.integers(0, grey.shape[0] - 1, count), rng.integers(0, grey.shape[1] - 1, count)
    tone = float(rng.choice([20, 90, 160]))
    for down, across in ((0, 0), (0, 1), (1, 0)):
        keep = rng.random(count) < 0.6
        grey[rows[keep] + down, columns[keep] + across] = tone


def _copied(pixels: Grey, threshold: float, rng: Generator) -> Grey:
    """Black and white only, as a photocopy; where it took less ink, lines are thinner."""
    if rng.random() < 0.4:
        uneven = clouds(pixels.shape, max(pixels.shape) / rng.uniform(15, 120), rng) - 0.5
        return np.where(pixels < threshold + 60 * uneven, 0, 255).astype(np.uint8)
    return np.where(pixels < threshold, 0, 255).astype(np.uint8)


def _compressed(pixels: Grey, quality: int) -> Grey:
    _, content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE))


def _tinted(pixels: Grey, rng: Generator) -> Colour:
    if rng.random() < 0.65:
        return _grey_to_colour(pixels)
    if rng.random() < 0.12:
        return _washed(pixels, rng)
    strength = rng.uniform(0.02, 0.14)
    tint = np.array([1.0, 1 - strength * rng.uniform(0.2, 0.6), 1 - strength])
    if rng.random() < 0.15:
        tint = tint[::-1]
    ink = rng.uniform(0, 90, 3) if rng.random() < 0.2 else np.zeros(3)  # brown, blue or other ink
    share = np.arange(256)[:, None] / 255
    table = np.clip(share * 255 * tint + (1 - share) * ink + 0.5, 0, 255).astype(np.uint8)
    return table[pixels]


def _washed(pixels: Grey, rng: Generator) -> Colour:
    """Tones in one colour, as of a digital drawing or a watercolour; black and white stay."""
    share = np.arange(256)[:, None] / 255
    middle = rng.uniform(60, 220, 3)
    dark, bright = share * 2 * middle, middle + (share * 2 - 1) * (255 - middle)
    return np.clip(np.where(share < 0.5, dark, bright) + 0.5, 0, 255).astype(np.uint8)[pixels]


def _grey_to_colour(pixels: Grey) -> Colour:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), np.uint8)
