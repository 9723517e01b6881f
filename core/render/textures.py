"""Textures that fill a region: hatching, stipple, tone, shading and photographs. Each returns a Region to darken."""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.render.canvas import Grey, Region
from core.render.curves import Generator

Weight = NDArray[np.float32]


def clouds(shape: tuple[int, int], grain_px: float, rng: Generator) -> Weight:
    """Smooth random noise 0 to 1 with blobs of about `grain_px`."""
    rows, columns = (max(2, int(side / max(grain_px, 1)) + 2) for side in shape)
    coarse = rng.random((rows, columns), dtype=np.float32)
    smooth = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(smooth, np.float32).clip(0, 1)


def hatched(
    region: Region, spacing: float, width: float, angle: float, rng: Generator, *, soft: bool = False
) -> Region:
    """Parallel lines `spacing` px apart at `angle` radians; `soft` gives the sine stripes of artificial fills."""
    height, wide = region.alpha.shape
    if region.is_empty:
        return region
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(wide, dtype=np.float32)[None, :]
    across = rows * np.float32(np.cos(angle)) + columns * np.float32(np.sin(angle))
    if not soft:
        across = across + (clouds(region.alpha.shape, 12 * spacing, rng) - 0.5) * np.float32(
            spacing * rng.uniform(0, 0.9)
        )
    phase = np.abs(np.mod(across + np.float32(rng.uniform(0, spacing)), np.float32(spacing)) - np.float32(spacing / 2))
    if soft:
        stripes = 0.5 + 0.5 * np.cos(phase * np.float32(2 * np.pi / spacing))
    else:
        stripes = np.clip(np.float32(width / 2 + 0.5) - phase, 0, 1)
    return _times(region, stripes)


def stippled(region: Region, spacing: float, dot: float, rng: Generator, *, density: Weight | None = None) -> Region:
    """Dots about `spacing` px apart and `dot` px wide; `density` 0 to 1 thins them out."""
    height, width = region.alpha.shape
    if region.is_empty:
        return region
    spacing = max(spacing, 2.0, np.sqrt(height * width / 120_000))
    rows, columns = np.meshgrid(np.arange(0, height, spacing), np.arange(0, width, spacing), indexing="ij")
    columns = columns + (np.arange(rows.shape[0]) % 2)[:, None] * spacing / 2
    jitter = rng.normal(0, 0.26 * spacing, (2, *rows.shape))
    where = np.stack([rows, columns]) + jitter
    where = np.round(where.reshape(2, -1)).astype(int)
    where = where[:, (where >= 0).all(axis=0) & (where[0] < height) & (where[1] < width)]
    if density is not None:
        where = where[:, rng.random(where.shape[1]) < density[where[0], where[1]]]
    dots = np.zeros((height, width), np.uint8)
    sizes = rng.normal(dot, 0.2 * dot, where.shape[1])
    for size in np.unique(np.clip(np.round(sizes), 1, 12)).astype(int):
        chosen = where[:, np.clip(np.round(sizes), 1, 12) == size]
        layer = np.zeros((height, width), np.uint8)
        layer[chosen[0], chosen[1]] = 255
        if size > 1:
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (int(size), int(size)))
            layer = np.asarray(cv2.dilate(layer, kernel), np.uint8)
        np.maximum(dots, layer, out=dots)
    return Region(region.row, region.column, np.minimum(dots, region.alpha))


def ragged(region: Region, rng: Generator) -> Region:
    """The region with its edge eaten away unevenly, as lithograph tone and worn paint are."""
    if region.is_empty:
        return region
    depth = max(1.5, rng.uniform(0.01, 0.05) * max(region.alpha.shape))
    inside = np.asarray(cv2.GaussianBlur(region.alpha, (0, 0), depth), np.float32) / 255
    threshold = 0.25 + 0.6 * clouds(region.alpha.shape, depth * rng.uniform(0.5, 2.5), rng)
    return _times(region, np.clip((inside - threshold) * 12 + 0.5, 0, 1))


def grained(region: Region, size: float, rng: Generator) -> Region:
    """Scattered grains of temper, about `size` px, of irregular shape."""
    if region.is_empty:
        return region
    return _times(region, np.clip((clouds(region.alpha.shape, size, rng) - rng.uniform(0.72, 0.88)) * 10, 0, 1))


def toned(region: Region, grey: int, rng: Generator, *, unevenness: float) -> Grey:
    """Grey values for the region's box: a wash of tone with clouds and grain."""
    shape = region.alpha.shape
    if region.is_empty:
        return np.zeros(shape, np.uint8)
    wash = clouds(shape, max(shape) / rng.uniform(1, 3), rng) - 0.5
    grain = clouds(shape, rng.uniform(1.5, 4), rng) - 0.5
    return np.clip(grey + 255 * unevenness * (0.35 * wash + 0.9 * grain), 0, 250).astype(np.uint8)


def side_light(region: Region, rng: Generator, *, dark_side: int) -> Weight:
    """Weights 0 to 1 of form shading: darker towards one side (+1 right, -1 left) and below, with clouds."""
    height, width = region.alpha.shape
    across = np.linspace(0, 1, max(width, 1), dtype=np.float32)[None, :]
    if dark_side < 0:
        across = 1 - across
    down = np.linspace(0, 1, max(height, 1), dtype=np.float32)[:, None]
    weight = across ** np.float32(rng.uniform(0.8, 3)) + np.float32(rng.uniform(0, 0.5)) * down
    patches = rng.uniform(0, 0.5)
    if region.alpha.size:
        weight = weight * (1 - patches + 1.6 * patches * clouds((height, width), max(height, width) / 4, rng))
    return np.clip(weight * np.float32(rng.uniform(0.6, 1.3)), 0, 1).astype(np.float32)


def form_shading(region: Region, rng: Generator, *, dark_side: int) -> Weight:
    """Stipple density 0 to 1: side light, with zones that start dark at a height and fade below or above it."""
    weight = side_light(region, rng, dark_side=dark_side)
    height = region.alpha.shape[0]
    down = np.arange(height, dtype=np.float32)[:, None]
    for _ in range(int(rng.integers(0, 4))):
        edge, reach = rng.uniform(0, height), rng.uniform(0.08, 0.4) * height
        away = (down - np.float32(edge)) * np.float32(rng.choice([-1, 1]))
        zone = np.where(away >= 0, np.exp(-away / np.float32(reach)), 0)
        weight = np.maximum(
            weight, (zone * np.float32(rng.uniform(0.5, 1.0)) * (0.4 + 0.6 * weight)).astype(np.float32)
        )
    return np.clip(weight, 0, 1).astype(np.float32)


def photographed(region: Region, rng: Generator, *, dark: int, bright: int) -> Grey:
    """Grey values of a photographed surface: light from a side, clay texture, spots."""
    shape = region.alpha.shape
    if region.is_empty:
        return np.zeros(shape, np.uint8)
    light = 1 - side_light(region, rng, dark_side=int(rng.choice([-1, 1])))
    texture = 0.5 * (clouds(shape, 4, rng) - 0.5) + 0.5 * (clouds(shape, max(shape) / 9, rng) - 0.5)
    return np.clip(dark + (bright - dark) * (light + 0.35 * texture), 0, 255).astype(np.uint8)


def _times(region: Region, weight: Weight) -> Region:
    return Region(region.row, region.column, (region.alpha * weight).astype(np.uint8))
