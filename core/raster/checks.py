"""Checks of what an edit is made of; whatever no hand can have drawn is refused with a sentence."""

import math
from typing import Any, TypeAlias

import numpy as np

from core.errors import EditError

MAX_COORDINATE_PX = 1e6

Point: TypeAlias = tuple[float, float]
"""(row, column) in image pixels."""


def checked_points(points: object, what: str, *, at_least: int) -> tuple[Point, ...]:
    """The points as pairs of floats. Raises EditError for too few, or for one that is no place on a drawing."""
    try:
        pairs = [tuple(map(checked_float, point)) for point in points]  # type: ignore[attr-defined]
    except TypeError as error:
        raise EditError(f"A {what} has a point that is not a pair of numbers. Draw it again.") from error
    if len(pairs) < at_least:
        wanted = "one point" if at_least == 1 else f"{at_least} points"
        raise EditError(f"A {what} needs at least {wanted}, this one has {len(pairs)}. Draw it again.")
    if any(len(pair) != 2 for pair in pairs):
        raise EditError(f"A {what} has a point that is not a pair of numbers. Draw it again.")
    # written so that a coordinate that is no number fails it as well
    if not all(abs(coordinate) <= MAX_COORDINATE_PX for pair in pairs for coordinate in pair):
        raise EditError(f"A {what} has a point that is nowhere near the drawing. Draw it again.")
    return tuple(pairs)  # type: ignore[arg-type]


def checked_label(label: object) -> int:
    """The class index. Raises EditError unless it is a whole number from 0 to 255."""
    if not _is_whole(label) or not 0 <= label <= 255:  # type: ignore[operator]
        raise EditError(f"A correction has the class {label!r}; classes are numbered 0 to 255. Choose the class again.")
    return int(label)  # type: ignore[call-overload, no-any-return]


def checked_class(label: object) -> int:
    """As `checked_label`, but not the background, whose pixels cannot be tidied."""
    if checked_label(label) == 0:
        raise EditError("The background cannot be tidied up. Choose the class whose pixels you mean.")
    return checked_label(label)


def checked_count(count: object, what: str, *, at_least: int, at_most: int) -> int:
    """A whole number. Raises EditError outside its limits."""
    if not _is_whole(count) or not at_least <= count <= at_most:  # type: ignore[operator]
        raise EditError(f"{what} cannot be {count!r}. Choose a whole number from {at_least} to {at_most}.")
    return int(count)  # type: ignore[call-overload, no-any-return]


def checked_float(value: object) -> float:
    """The number, infinite if it is too large. Raises TypeError for anything but a number."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{value!r} is not a number")
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
