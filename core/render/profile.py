"""Profiles: the section through a vessel's wall.

All curves are (z, r): row down from the rim, column outwards from the axis at 0; the widest radius is about 1.
"""

from dataclasses import dataclass

import numpy as np

from core.render.curves import Curve, length, resampled


@dataclass(frozen=True)
class Part:
    """A closed piece of section beside the wall: a handle, lug or spout."""

    ring: Curve
    kind: str


@dataclass(frozen=True)
class Profile:
    """One vessel: `outer` and `inner` run from rim to axis or fracture, `lip` from inner[0] to outer[0].

    `end` closes the wall from outer[-1] to inner[-1]. `missing` are the wall's lost continuations, if it is broken.
    `ridges` are heights at which the outside shows a horizontal line, `grooves` the same inside.
    """

    outer: Curve
    inner: Curve
    lip: Curve
    end: Curve
    reaches_axis: bool
    has_rim: bool = True
    parts: tuple[Part, ...] = ()
    missing: tuple[Curve, ...] = ()
    ridges: tuple[float, ...] = ()
    grooves: tuple[float, ...] = ()

    @property
    def ring(self) -> Curve:
        return np.concatenate([self.outer, self.end[1:-1], self.inner[::-1], self.lip[1:-1]])

    @property
    def contour(self) -> Curve:
        """The outside as seen from the front: the outer curve down to its lowest point."""
        return self.outer[: int(np.argmax(self.outer[:, 0])) + 1]

    @property
    def _rings(self) -> list[Curve]:
        return [self.ring, *(part.ring for part in self.parts)]

    @property
    def top(self) -> float:
        return float(min(ring[:, 0].min() for ring in self._rings))

    @property
    def bottom(self) -> float:
        return float(max(ring[:, 0].max() for ring in self._rings))

    @property
    def width(self) -> float:
        """The largest radius, handles included."""
        return float(max(ring[:, 1].max() for ring in self._rings))

    @property
    def wall(self) -> float:
        """The wall's mean thickness: its area over its length."""
        z, r = self.ring.T
        area = 0.5 * abs(np.dot(z, np.roll(r, 1)) - np.dot(r, np.roll(z, 1)))
        return float(2 * area / max(length(self.outer) + length(self.inner), 1e-9))

    @property
    def is_sound(self) -> bool:
        """Whether the wall is longer than thick, keeps to its side of the axis and never runs through itself."""
        is_wall = self.wall < 0.4 * length(self.outer) and self.ring[:, 1].min() > -0.01
        return bool(is_wall) and not crosses_itself(self.ring)

    @property
    def rim_height(self) -> float:
        return float(self.ring[:, 0].min())


def crosses_itself(ring: Curve, *, steps: int = 160) -> bool:
    """Whether any two stretches of the closed ring cross; loops shorter than 1/`steps` of its length are not seen."""
    starts = resampled(np.concatenate([ring, ring[:1]]), steps + 1)[:-1]
    along = np.roll(starts, -1, axis=0) - starts
    apart = starts[None] - starts[:, None]  # [i, j] from start i to start j
    turn = along[:, None, 0] * along[None, :, 1] - along[:, None, 1] * along[None, :, 0]
    turn = np.where(np.abs(turn) < 1e-12, np.inf, turn)
    first = (apart[..., 0] * along[None, :, 1] - apart[..., 1] * along[None, :, 0]) / turn
    second = (apart[..., 0] * along[:, None, 1] - apart[..., 1] * along[:, None, 0]) / turn
    meets = (first > 0) & (first < 1) & (second > 0) & (second < 1)
    step = np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
    return bool((meets & (step > 1) & (step < steps - 1)).any())
