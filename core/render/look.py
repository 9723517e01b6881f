"""The look of a page: the choices that one draughtsman makes once for all vessels on it."""

from dataclasses import dataclass, replace

import numpy as np

from core.errors import SettingError
from core.render.curves import Generator

STYLES = {
    "black": 0.36,
    "grey": 0.08,
    "outlined": 0.34,
    "hatched": 0.10,
    "crosshatched": 0.02,
    "stippled": 0.03,
    "toned": 0.05,
    "dashed": 0.02,
}


@dataclass(frozen=True)
class Look:
    """Lengths are px of the working canvas, greys 0 (black) to 255.

    `pen_px` draws ordinary lines, `outline_px` the section's border. `side` is where the section stands: -1 left of
    the axis, +1 right. `tremor_px` is how far the hand strays. A plain look leaves the views bare, a neat one keeps
    to what a careful draughtsman does for print. `grain_px` is the size that a pixel of the finished drawing has on
    the canvas. `sag` is how round the vessel is seen: the height of the rim's ellipse over its radius, mostly 0.
    A striped look hatches sections with stripes as wide as their gaps.
    """

    style: str
    pen_px: float
    outline_px: float
    ink: int
    side: int
    tremor_px: float
    is_plain: bool = False
    is_neat: bool = False
    grain_px: float = 1.0
    sag: float = 0.0
    is_striped: bool = False


def fitted(look: Look, wall_px: float) -> Look:
    """The look with lines that leave a wall this thick readable: paper between its borders, or thicker than any line.

    Outlines may nearly fill the wall, as some do in print.
    """
    room = wall_px - 1.6 * look.grain_px
    most = {"black": 0.35, "grey": 0.35, "hatched": 0.3, "crosshatched": 0.25, "stippled": 0.35, "dashed": 0.3}
    outline = min(look.outline_px, max(min(most.get(look.style, 0.6) * wall_px, room), 0.8 * look.grain_px))
    pen = max(min(look.pen_px, most.get(look.style, 0.5) * wall_px), 0.6 * look.grain_px)
    return replace(look, outline_px=outline, pen_px=pen)


def neat_look(style: str, long_side_px: int, rng: Generator) -> Look:
    """The look of a clean modern publication."""
    look = draw_look(style, long_side_px, rng)
    pen = float(rng.uniform(0.0018, 0.003)) * long_side_px
    return replace(look, pen_px=pen, outline_px=1.4 * pen, ink=0, tremor_px=0.2 * pen, is_neat=True)


def draw_look(style: str | None, long_side_px: int, rng: Generator) -> Look:
    """A look at random, or with the given section style.

    Raises SettingError for a style that does not exist.
    """
    names: list[str] = sorted(STYLES)
    if style is None:
        style = str(rng.choice(names, p=[STYLES[name] for name in names]))
    if style not in STYLES:
        raise SettingError(f"There is no section style {style!r}. Choose one of: {', '.join(STYLES)}.")
    pen = float(np.exp(rng.uniform(np.log(0.0011), np.log(0.012 if rng.random() < 0.35 else 0.005)))) * long_side_px
    heavier = float(rng.choice([1.0, 1.0, 1.5, 2.0]))
    if style in ("outlined", "dashed"):
        heavier = float(rng.choice([1.0, 1.0, 1.3, 1.7, 2.3]))
    ink = int(rng.choice([0.0, rng.uniform(0, 40), rng.uniform(40, 90)], p=[0.5, 0.35, 0.15]))
    tremor = pen * float(rng.choice([0.0, 0.25, 0.6], p=[0.35, 0.4, 0.25]))
    outline = min(pen * heavier, 0.012 * long_side_px)
    sag = float(rng.uniform(0.04, 0.16)) if rng.random() < 0.05 else 0.0
    is_striped = style == "hatched" and bool(rng.random() < 0.25)
    return Look(style, pen, outline, ink, int(rng.choice([-1, 1])), tremor, sag=sag, is_striped=is_striped)
