"""Signs: what speaks for a section that goes on beyond a stretch of the mask's border, each as a number."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.raster.evidence import Evidence, Pixels, marched
from core.raster.stretches import DEEP, Stretch, sampled_at
from core.raster.windows import Area

FARTHEST = 6.0
"""In halves of the wall, as all lengths are here."""

MOST_SAMPLED = 40
SIDEWAYS = np.linspace(-2.2, 2.2, 45)
INSIDE = np.linspace(-0.4, -1.0, 4)
OUTSIDE = np.stack([np.linspace(first, first + 0.6, 4) for first in (0.4, 1.2, 2.0)])
MOST_SHIFT = 6
"""A wall may bend: profiles are compared at so many steps of `SIDEWAYS` to either side."""

LEAST_PAPER = 0.3
"""Of a stretch, to speak of a cell beyond it."""

FLAT = 0.02
"""A profile that varies less shows nothing to compare."""


class Profiles(NamedTuple):
    """How alike the drawing's profile across the wall is outside and inside, at three distances; and the levels."""

    likeness: list[float]
    level: list[float]


class Signs(NamedTuple):
    """What the drawing shows at a stretch of the mask's border; lengths in halves of the wall, tones 0 to 1.

    `least_change` and `change` say how much the tone changes across the stretch, as a share of `usual_change`, which it
    does elsewhere; `jump` is the same without smoothing. `like_1` and `like_3`: how alike the wall's profile is inside
    and close beyond, or farther on; `level_2`, how alike its darkness is in between. `crossing` is the darkest line
    that crosses the border at an end of the stretch, `crossings` what crosses it in between. `thin` is 1 where the mask
    is less thick than a wall, 0 where it is thicker; `thin_...` and `thick_...` count only there. `uneven` and `paper`
    tell how far away the next ink beyond is, `dark` how far what is dark goes on. `long` is 1 for a very long stretch,
    `size` half of the wall on the drawing in px, and `cell` is 1 where a cell between lines, as deep as a wall,
    lies beyond.
    """

    least_change: float
    change: float
    usual_change: float
    jump: float
    like_1: float
    like_3: float
    level_2: float
    crossing: float
    crossings: float
    thin: float
    thin_line_near: float
    thin_wide: float
    thick_like: float
    thick_wide: float
    uneven: float
    paper: float
    dark: float
    long: float
    size: float
    cell: float


def signs_of(evidence: Evidence, stretch: Stretch) -> Signs:
    """The signs at one stretch of the mask's border."""
    border, places, half = stretch.border, stretch.places, evidence.half
    some = places[:: max(1, len(places) // MOST_SAMPLED)]
    pixels, out, width = border.pixels[some].astype(float), border.out[some], len(places) / half
    profiles = profiles_of(evidence, border.pixels[places], border.out[places])
    like = [max(0.0, likeness) * level for likeness, level in zip(*profiles, strict=True)]
    dark = evidence.tone > 0.5 * max(evidence.fill.mean, 0.1)
    inside = _marched(evidence, evidence.mask, pixels, -out)
    paper, ink = (_marched(evidence, area, pixels + 2 * out, out) for area in (~evidence.ink, dark))
    thin = _ramp(float(np.median(inside)), 2.4, 1.8)
    next_ink, uneven = float(np.median(paper)), float(paper.std())
    change = border.change[places] / max(stretch.usual_change, 1e-3)
    around = stretch.widened(int(0.4 * half))
    crossing, at_ends = crossing_lines(stretch), stretch.widened(int(0.8 * half) + 2)
    end = int(0.8 * half) + int(0.3 * half) + 3
    return Signs(
        least_change=float(change.min()),
        change=float(np.median(change)),
        usual_change=stretch.usual_change,
        jump=float(np.abs(border.across[around, DEEP - 3] - border.across[around, DEEP + 3]).mean()),
        like_1=like[0],
        like_3=like[2],
        level_2=profiles.level[1],
        crossing=float(max(crossing[at_ends[:end]].max(), crossing[at_ends[-end:]].max())),
        crossings=float(crossing[places].mean()),
        thin=thin,
        thin_line_near=thin * _ramp(next_ink, 2.6, 1.2) * _ramp(uneven, 1.2, 0.4),
        thin_wide=thin * _ramp(width, 2.0, 5.0),
        thick_like=(1 - thin) * min(like[:2]),
        thick_wide=(1 - thin) * _ramp(width, 1.0, 2.0),
        uneven=min(1.5, uneven),
        paper=min(3.0, next_ink),
        dark=min(3.0, float(np.median(ink))),
        long=_ramp(width, 6.0, 12.0),
        size=min(8.0, half / evidence.scale),
        cell=cell_beyond(evidence, pixels, out),
    )


def profiles_of(evidence: Evidence, pixels: Pixels, out: Pixels) -> Profiles:
    """The drawing's profile across the wall inside the border, compared with those outside of it."""
    ahead = out.mean(axis=0)
    ahead = ahead / max(float(np.hypot(*ahead)), 1e-6)
    aside = np.array([-ahead[1], ahead[0]]) * evidence.half
    middle = pixels.mean(axis=0) + SIDEWAYS[:, np.newaxis] * aside
    distances = np.concatenate([INSIDE, OUTSIDE.ravel()])[:, np.newaxis, np.newaxis] * evidence.half * ahead
    tones = sampled_at(evidence.soft_tone, middle + distances).reshape(4, 4, -1).mean(axis=1)
    inside = tones[0, MOST_SHIFT:-MOST_SHIFT]
    likeness, level = [], []
    for outside in tones[1:]:
        windows = np.lib.stride_tricks.sliding_window_view(outside, len(inside))
        likeness.append(float(max(_correlation(inside, one) for one in windows)))
        first, second = sorted((inside[4:-4].mean(), outside[10:-10].mean()))
        level.append(float(first / max(second, 1e-3)))
    return Profiles(likeness, level)


def crossing_lines(stretch: Stretch) -> NDArray[np.float32]:
    """For each place of the whole border, how dark the darkest line is that crosses it there, 0 to 1."""
    across = stretch.border.across
    darkest = [
        ndimage.maximum_filter1d(across[:, DEEP + step], min(2 * abs(step) + 3, len(across)), mode="wrap")
        for step in range(-4, 5)
    ]
    return np.asarray(np.min(darkest, axis=0), np.float32)


def cell_beyond(evidence: Evidence, pixels: Pixels, out: Pixels) -> float:
    """How much the paper beyond looks like a wall's inside: 1 in a cell between lines as deep as a wall, 0 in none."""
    numbers, depths = evidence.cells_outside
    rows, columns = np.rint(pixels + 3 * out).astype(int).clip(0, np.array(numbers.shape) - 1).T
    cells = numbers[rows, columns]
    cells = cells[cells > 0]
    if len(cells) < LEAST_PAPER * len(pixels):
        return 0.0
    return _ramp(float(depths[np.bincount(cells).argmax()]) / evidence.half, 2.2, 1.3)


def _marched(evidence: Evidence, area: Area, start: Pixels, step: Pixels) -> NDArray[np.float64]:
    return marched(area, start, step, FARTHEST * evidence.half) / evidence.half


def _correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    spread = float(first.std()), float(second.std())
    if min(spread) <= FLAT:
        return -1.0
    return float(((first - first.mean()) * (second - second.mean())).mean()) / (spread[0] * spread[1])


def _ramp(value: float, none: float, full: float) -> float:
    return float(np.clip((value - none) / (full - none), 0.0, 1.0))
