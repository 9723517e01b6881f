"""Clutter around vessels: numbers, captions, scale bars, arrows, handle cross-sections, photographs, frames."""

import numpy as np

from core.render import textures
from core.render.canvas import Canvas, straight
from core.render.curves import Generator, curve, rounded, smooth_noise
from core.render.lettering import write
from core.render.look import Look

WORDS = (
    "Fig",
    "Taf",
    "Abb",
    "Pl",
    "Inv",
    "Nr",
    "Cat",
    "H",
    "Dm",
    "sherd",
    "bowl",
    "Kat",
    "Grab",
    "SU",
    "US",
    "rim",
    "1:3",
)


def draw_number(canvas: Canvas, row: float, column: float, size_px: float, look: Look, rng: Generator) -> None:
    number = str(rng.integers(1, [10, 100, 1000][int(rng.integers(0, 3))]))
    number += str(rng.choice(["", "", "", ".", "a", "b", ")"]))
    write(canvas, row, column, number, size_px, look.ink, rng)


def draw_caption(canvas: Canvas, row: float, column: float, size_px: float, look: Look, rng: Generator) -> None:
    for line in range(int(rng.integers(1, 4))):
        words = " ".join(
            str(rng.choice(WORDS)) + str(rng.choice(["", ".", f" {rng.integers(1, 400)}"])) for _ in range(5)
        )
        write(canvas, row + 1.3 * line * size_px, column, words, size_px, look.ink, rng)


def draw_scale_bar(canvas: Canvas, row: float, column: float, length_px: float, look: Look, rng: Generator) -> None:
    """A line with ticks, a bar of black and white fields, or a checker of two rows."""
    fields = int(rng.choice([2, 3, 4, 5, 10]))
    tall = float(np.clip(length_px * rng.uniform(0.02, 0.08), 3, None))
    kind = rng.choice(["ticks", "bar", "checker"], p=[0.35, 0.4, 0.25])
    edges = column + np.linspace(0, length_px, fields + 1)
    if kind == "ticks":
        canvas.line(straight((row, column), (row, column + length_px)), look.pen_px, look.ink)
        for edge in edges:
            canvas.line(straight((row, edge), (row - tall, edge)), look.pen_px, look.ink)
    for k in range(fields if kind != "ticks" else 0):
        for half in range(2 if kind == "checker" else 1):
            high = row + half * tall
            box = curve([(high, edges[k]), (high, edges[k + 1]), (high + tall, edges[k + 1]), (high + tall, edges[k])])
            if (k + half) % 2 == 0:
                canvas.darken(canvas.region(box), look.ink)
            canvas.line(box, max(1.0, 0.5 * look.pen_px), look.ink, closed=True)
    if rng.random() < 0.7:
        words = str(rng.choice(["5 cm", "10 cm", "3 cm", "0        5 cm", "1:3", "cm", "0    10"]))
        write(
            canvas,
            row - tall - length_px * 0.14,
            column + length_px * rng.uniform(0, 0.7),
            words,
            length_px * 0.1,
            look.ink,
            rng,
        )


def draw_arrow(canvas: Canvas, row: float, column: float, size_px: float, look: Look, rng: Generator) -> None:
    angle = rng.uniform(0, 2 * np.pi)
    tip = curve([(row, column)])[0]
    along = np.array([np.sin(angle), np.cos(angle)])
    across = np.array([-along[1], along[0]])
    canvas.line(np.stack([tip, tip - size_px * along]), look.pen_px, look.ink)
    head = np.stack(
        [
            tip,
            tip - 0.3 * size_px * along + 0.12 * size_px * across,
            tip - 0.3 * size_px * along - 0.12 * size_px * across,
        ]
    )
    canvas.darken(canvas.region(head), look.ink)


def draw_handle_cut(canvas: Canvas, row: float, column: float, size_px: float, look: Look, rng: Generator) -> None:
    """The cross-section of a handle beside the vessel: an oval, filled like the section or not."""
    angles = np.linspace(0, 2 * np.pi, 40)[:-1]
    radius = size_px * (1 + 0.1 * smooth_noise(39, 5, rng))
    ring = np.stack([row + radius * np.sin(angles) * rng.uniform(0.35, 1), column + radius * np.cos(angles)], axis=1)
    region = canvas.region(ring)
    fill = rng.random()
    if fill < 0.5:
        canvas.darken(region, look.ink)
    elif fill < 0.8:
        canvas.darken(textures.hatched(region, max(3, 3 * look.pen_px), look.pen_px * 0.7, 0.8, rng), look.ink)
    canvas.line(ring, look.pen_px, look.ink, closed=True)


def draw_photograph(canvas: Canvas, row: float, column: float, height: float, width: float, rng: Generator) -> None:
    """A photograph of a sherd, cut out or with its background."""
    if rng.random() < 0.5:
        box = canvas.region(
            curve([(row, column), (row, column + width), (row + height, column + width), (row + height, column)])
        )
        tone = int(rng.integers(20, 235))
        canvas.paint(box, textures.photographed(box, rng, dark=tone, bright=tone + 15))
    angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
    radius = rng.uniform(0.3, 0.47, 9)
    ring = np.stack(
        [row + height * (0.5 + radius * np.sin(angles)), column + width * (0.5 + radius * np.cos(angles))], axis=1
    )
    region = canvas.region(rounded(np.concatenate([ring, ring[:1]]), 2))
    dark = int(rng.integers(10, 120))
    canvas.paint(region, textures.photographed(region, rng, dark=dark, bright=dark + int(rng.integers(40, 130))))


def draw_frame(canvas: Canvas, look: Look, rng: Generator) -> None:
    height, width = canvas.shape
    inset = rng.uniform(0.005, 0.03) * max(height, width)
    box = curve([(inset, inset), (inset, width - inset), (height - inset, width - inset), (height - inset, inset)])
    canvas.line(box, look.pen_px * rng.uniform(0.7, 2), look.ink, closed=True)
    if rng.random() < 0.3:
        shrunk = (box - box.mean(axis=0)) * 0.985 + box.mean(axis=0)
        canvas.line(shrunk, look.pen_px * 0.7, look.ink, closed=True)


def draw_plan(canvas: Canvas, row: float, column: float, size_px: float, look: Look, rng: Generator) -> None:
    """The vessel from above or below: rings, stamps and rays within a circle."""
    angles = np.linspace(0, 2 * np.pi, 90)
    rim = np.stack([np.sin(angles), np.cos(angles)], axis=1) * size_px / 2
    centre = np.array([row + size_px / 2, column + size_px / 2])
    for share in np.sort(rng.uniform(0.15, 1.0, rng.integers(1, 6))):
        canvas.line(centre + share * rim, look.pen_px * rng.uniform(0.6, 1.5), look.ink, closed=True)
    canvas.line(centre + rim, look.pen_px, look.ink, closed=True)
    chance = rng.random()
    if chance < 0.3:
        inner, outer = np.sort(rng.uniform(0.1, 0.95, 2))
        for k in range(0, 88, int(rng.integers(3, 12))):
            canvas.line(centre + np.stack([rim[k] * inner, rim[k] * outer]), look.pen_px, look.ink)
    elif chance < 0.5:
        canvas.darken(canvas.region(centre + rim * rng.uniform(0.1, 1.0)), int(rng.integers(0, 190)))
    elif chance < 0.7:
        region = canvas.region(centre + rim)
        dot = max(1.0, look.pen_px * 0.8)
        density = textures.form_shading(region, rng, dark_side=1)
        canvas.darken(textures.stippled(region, 3 * dot, dot, rng, density=density), look.ink)
