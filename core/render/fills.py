"""Artificial fills: a real mask drawn anew as hatching or as an outline, so that one drawing teaches three styles.

The original project's augmentation: two of eight drawings hatched, one outlined in grey, five unchanged.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.render.curves import Generator

UNCHANGED, HATCHED, OUTLINED = "unchanged", "hatched", "outlined"
_ODDS = {UNCHANGED: 5 / 8, HATCHED: 2 / 8, OUTLINED: 1 / 8}


def artificial_fill(image: NDArray[np.uint8], mask: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    """The image, uint8 (H, W, 3), with its section drawn in another style by chance, or unchanged.

    `mask` is (H, W), above 0 on the section; it remains right for the result. The input is not altered.
    """
    kind = str(rng.choice(list(_ODDS), p=list(_ODDS.values())))
    if kind == UNCHANGED or not mask.any():
        return image
    return hatched_fill(image, mask, rng) if kind == HATCHED else outlined_fill(image, mask, rng)


def hatched_fill(image: NDArray[np.uint8], mask: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    """The section replaced by parallel stripes, soft or hard, of random angle, pitch and weight."""
    height, width = mask.shape
    pitch = float(np.exp(rng.uniform(np.log(0.008), np.log(0.04)))) * max(height, width) + 3.0
    angle, start = rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi)
    rows, columns = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None, :]
    across = (rows * np.float32(np.cos(angle)) + columns * np.float32(np.sin(angle))) * np.float32(2 * np.pi / pitch)
    wave = np.cos(across + np.float32(start)) + np.float32(rng.uniform(-0.4, 0.4))
    stripes = np.clip(0.5 + np.float32(rng.choice([0.5, 2.0, 6.0])) * wave, 0, 1)
    ink, paper = _ink(image, mask), _paper(image, mask)
    filled = ink + (paper - ink) * stripes[..., None]
    result = image.copy()
    result[mask > 0] = filled[mask > 0].astype(np.uint8)
    return result


def outlined_fill(image: NDArray[np.uint8], mask: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    """The section emptied to paper, with a contour of grey 10 to 49, 1 or 2 px wide, along its inside."""
    section = (mask > 0).astype(np.uint8)
    inside = cv2.erode(section, np.ones((3, 3), np.uint8), iterations=int(rng.integers(1, 3)), borderValue=0)
    result = image.copy()
    result[section > 0] = _paper(image, mask).astype(np.uint8)
    result[(section > 0) & (inside == 0)] = rng.integers(10, 50)
    return result


def _paper(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The usual colour of the paper around the section; white where the section covers everything."""
    around = image[mask == 0]
    return np.median(around, axis=0) if len(around) else np.full(3, 255.0)


def _ink(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.minimum(np.percentile(image[mask > 0], 10, axis=0), 90.0)
