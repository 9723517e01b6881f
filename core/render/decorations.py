"""Painted, incised and stamped decoration on the view side, where black does not mean section."""

from collections.abc import Callable

import numpy as np

from core.render import textures
from core.render.canvas import Canvas, Region
from core.render.curves import Curve, Generator, curve, rounded, smooth_noise
from core.render.look import Look

Motif = Callable[[Canvas, "Frieze"], None]


class Frieze:
    """A horizontal strip of the vessel's outside, unrolled: `place` bends it round the body."""

    def __init__(self, top: float, bottom: float, axis: float, radius: float, side: int, look: Look, rng: Generator):
        self.top, self.bottom, self.axis, self.radius, self.side = top, bottom, axis, radius, side
        self.look, self.rng = look, rng
        self.height = bottom - top
        self.ink = int(np.clip(look.ink + rng.integers(-30, 25), 0, 110))
        self.pen = look.pen_px * float(rng.choice([0.8, 1.0, 2.0, 3.0]))
        self.is_round = bool(rng.random() < 0.6)

    def place(self, points: Curve) -> Curve:
        """(down 0..1, along in heights from the axis) to the sheet."""
        along = points[:, 1] * self.height
        if self.is_round:
            along = self.radius * np.sin(np.clip(along / max(self.radius, 1), -np.pi / 2, np.pi / 2))
        return np.stack([self.top + points[:, 0] * self.height, self.axis + self.side * along], axis=1)

    @property
    def reach(self) -> float:
        """How far the frieze goes along, in heights."""
        return self.radius * (np.pi / 2 if self.is_round else 1.0) / max(self.height, 1)

    def steps(self, pitch: float) -> list[float]:
        count = int(np.clip(self.reach / pitch + 1, 1, 60))
        return [pitch * k for k in range(-1, count)]


def decorate(
    canvas: Canvas, region: Region, contour: Curve, axis: float, side: int, look: Look, rng: Generator
) -> None:
    """One or more friezes within `region`, the view's area; `contour` is its outline on the sheet."""
    if region.is_empty:
        return
    layer = canvas.spare_sheet()
    top, bottom = float(contour[:, 0].min()), float(contour[:, 0].max())
    at = top + rng.uniform(0.0, 0.25) * (bottom - top)
    order = np.argsort(contour[:, 0])
    while at < bottom - 4:
        tall = float(np.exp(rng.uniform(np.log(0.04), np.log(0.45)))) * (bottom - top)
        radius = float(np.interp(at + tall / 2, contour[order, 0], np.abs(contour[order, 1] - axis)))
        frieze = Frieze(at, min(at + tall, bottom), axis, radius + 2, side, look, rng)
        if frieze.height > 5 and radius > 5:
            MOTIFS[str(rng.choice(list(MOTIFS)))](layer, frieze)
            if rng.random() < 0.6:
                band = max(1.0, frieze.pen * rng.uniform(0.5, 2))
                for row in (frieze.top, frieze.bottom):
                    layer.line(curve([(row, axis), (row, axis + side * (radius + 10) * 1.2)]), band, frieze.ink)
        at += tall * rng.uniform(1.0, 1.8)
        if rng.random() < 0.25:
            break
    canvas.lay(layer, region)


def _area(canvas: Canvas, frieze: Frieze, points: Curve) -> None:
    canvas.darken(canvas.region(frieze.place(points)), frieze.ink)


def _stroke(canvas: Canvas, frieze: Frieze, points: Curve, *, closed: bool = False) -> None:
    canvas.line(frieze.place(points), frieze.pen, frieze.ink, closed=closed)


def _band(canvas: Canvas, frieze: Frieze) -> None:
    _area(canvas, frieze, curve([(0, -0.5), (0, frieze.reach * 1.3), (1, frieze.reach * 1.3), (1, -0.5)]))


def _tone_band(canvas: Canvas, frieze: Frieze) -> None:
    ends = frieze.place(curve([(0, -0.2), (0, frieze.reach), (1, frieze.reach), (1, -0.2)]))
    region = canvas.region(ends)
    canvas.darken(region, textures.toned(region, int(frieze.rng.integers(90, 220)), frieze.rng, unevenness=0.1))


def _zigzag(canvas: Canvas, frieze: Frieze) -> None:
    pitch = frieze.rng.uniform(0.5, 1.5)
    _stroke(canvas, frieze, curve([(0.1 if k % 2 else 0.9, x / 2) for k, x in enumerate(frieze.steps(pitch))]))


def _wave(canvas: Canvas, frieze: Frieze) -> None:
    pitch = frieze.rng.uniform(0.6, 2.5)
    for lift in np.linspace(0, 0.3, int(frieze.rng.integers(1, 4))):
        along = np.linspace(-0.2, min(frieze.reach, 60), 300)
        _stroke(canvas, frieze, np.stack([0.4 + lift + 0.3 * np.sin(along * 2 * np.pi / pitch), along], axis=1))


def _triangles(canvas: Canvas, frieze: Frieze) -> None:
    pitch, is_filled = frieze.rng.uniform(0.5, 1.4), frieze.rng.random() < 0.6
    low, high = (0.05, 0.95) if frieze.rng.random() < 0.5 else (0.95, 0.05)
    for x in frieze.steps(pitch):
        ring = curve([(low, x), (high, x + pitch / 2), (low, x + pitch)])
        _area(canvas, frieze, ring) if is_filled else _stroke(canvas, frieze, ring, closed=True)


def _checker(canvas: Canvas, frieze: Frieze) -> None:
    rows = int(frieze.rng.integers(2, 5))
    for row in range(rows):
        for k, x in enumerate(frieze.steps(1 / rows)):
            if (k + row) % 2:
                low, high = row / rows, (row + 1) / rows
                _area(canvas, frieze, curve([(low, x), (low, x + 1 / rows), (high, x + 1 / rows), (high, x)]))


def _meander(canvas: Canvas, frieze: Frieze) -> None:
    steps = [(0.9, 0), (0.1, 0), (0.1, 0.8), (0.7, 0.8), (0.7, 0.35), (0.4, 0.35), (0.4, 0.55)]
    points = [(row, x + along) for x in frieze.steps(1.0) for row, along in [*steps[:5], (0.9, 0.99)]]
    _stroke(canvas, frieze, curve(points))


def _circles(canvas: Canvas, frieze: Frieze) -> None:
    angles, pitch = np.linspace(0, 2 * np.pi, 40), frieze.rng.uniform(0.95, 1.6)
    radii = np.linspace(0.42, 0.1, int(frieze.rng.integers(1, 5)))
    is_filled = frieze.rng.random() < 0.3
    for x in frieze.steps(pitch):
        for radius in radii:
            ring = np.stack([0.5 + radius * np.sin(angles), x + pitch / 2 + radius * np.cos(angles)], axis=1)
            _stroke(canvas, frieze, ring)
        if is_filled:
            _area(canvas, frieze, ring)


def _spirals(canvas: Canvas, frieze: Frieze) -> None:
    turns = np.linspace(0, frieze.rng.uniform(2, 4) * 2 * np.pi, 90)
    radius = 0.45 * turns / turns[-1]
    for x in frieze.steps(frieze.rng.uniform(1.0, 1.5)):
        _stroke(canvas, frieze, np.stack([0.5 + radius * np.sin(turns), x + 0.5 + radius * np.cos(turns)], axis=1))


def _strokes(canvas: Canvas, frieze: Frieze) -> None:
    slant, pitch = frieze.rng.uniform(-0.5, 0.5), frieze.rng.uniform(0.12, 0.5)
    for x in frieze.steps(pitch):
        _stroke(canvas, frieze, curve([(0.05, x), (0.95, x + slant)]))


def _net(canvas: Canvas, frieze: Frieze) -> None:
    pitch = frieze.rng.uniform(0.2, 0.5)
    for x in frieze.steps(pitch):
        for slant in (-1, 1):
            _stroke(canvas, frieze, curve([(0, x), (1, x + slant)]))


def _dots(canvas: Canvas, frieze: Frieze) -> None:
    angles, pitch, size = np.linspace(0, 2 * np.pi, 14), frieze.rng.uniform(0.3, 0.9), frieze.rng.uniform(0.08, 0.2)
    for x in frieze.steps(pitch):
        _area(canvas, frieze, np.stack([0.5 + size * np.sin(angles), x + size * np.cos(angles)], axis=1))


def _arches(canvas: Canvas, frieze: Frieze) -> None:
    angles, pitch = np.linspace(0, np.pi, 24), frieze.rng.uniform(0.6, 1.2)
    is_filled, sign = frieze.rng.random() < 0.4, frieze.rng.choice([-1, 1])
    for x in frieze.steps(pitch):
        for scale in (0.48, 0.3):
            ring = np.stack(
                [0.5 + sign * (0.4 - 0.9 * np.sin(angles) * 2 * scale), x + scale * pitch * np.cos(angles)], axis=1
            )
            _area(canvas, frieze, ring) if is_filled and scale > 0.4 else _stroke(canvas, frieze, ring)


def _leaves(canvas: Canvas, frieze: Frieze) -> None:
    slant = frieze.rng.uniform(-0.4, 0.4)
    for x in frieze.steps(frieze.rng.uniform(0.4, 0.9)):
        ring = rounded(curve([(0.05, x), (0.4, x + 0.18), (0.95, x + slant), (0.5, x - 0.14), (0.05, x)]), 3)
        _area(canvas, frieze, ring)


def _figures(canvas: Canvas, frieze: Frieze) -> None:
    """Blots with legs and necks: animals, men and palmettes seen from afar."""
    rng = frieze.rng
    for x in frieze.steps(rng.uniform(0.9, 1.8)):
        angles = np.sort(rng.uniform(0, 2 * np.pi, 18))
        radius = 0.3 + 0.22 * smooth_noise(18, 8, rng)
        ring = np.stack([0.5 + radius * np.sin(angles), x + 0.5 + 1.2 * radius * np.cos(angles)], axis=1)
        _area(canvas, frieze, rounded(np.concatenate([ring, ring[:1]]), 2))
        for _ in range(int(rng.integers(1, 5))):
            legs = curve(
                [(0.55, x + rng.uniform(0.2, 0.8)), (0.8, x + rng.uniform(0.2, 0.8)), (0.97, x + rng.uniform(0.1, 0.9))]
            )
            _stroke(canvas, frieze, rounded(legs, 2))


def _sweep(canvas: Canvas, frieze: Frieze) -> None:
    """A thick painted curve with the proportions of a wall."""
    rng = frieze.rng
    reach = min(frieze.reach, 8.0)
    points = curve(
        [(rng.uniform(0, 0.2), reach * rng.uniform(0, 0.3)), (rng.uniform(0.2, 0.8), reach * rng.uniform(0.1, 0.6))]
    )
    points = np.concatenate([points, curve([(1.0, reach * rng.uniform(0.4, 1.0))])])
    canvas.line(frieze.place(rounded(points, 4)), frieze.height * rng.uniform(0.05, 0.25) + frieze.pen, frieze.ink)


MOTIFS: dict[str, Motif] = {
    "band": _band,
    "tone band": _tone_band,
    "zigzag": _zigzag,
    "wave": _wave,
    "triangles": _triangles,
    "checker": _checker,
    "meander": _meander,
    "circles": _circles,
    "spirals": _spirals,
    "strokes": _strokes,
    "net": _net,
    "dots": _dots,
    "arches": _arches,
    "leaves": _leaves,
    "figures": _figures,
    "sweep": _sweep,
}
