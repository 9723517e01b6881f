"""Lettering: printed, serif, drawn and handwritten words, without any font file of our own."""

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.render.canvas import Canvas, Grey
from core.render.curves import Generator
from core.render.handwriting import handwritten

_STROKE_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)

ROUND_LETTERS = " .,:)(0235689acegostCGOS"


def write(canvas: Canvas, row: float, column: float, words: str, size_px: float, grey: int, rng: Generator) -> None:
    """Write `words` with their upper left corner at (row, column), letters about `size_px` tall."""
    hand = rng.random()
    if hand < 0.35:
        letters = _printed(words, size_px)
    elif hand < 0.6:
        letters = _with_serifs(words, size_px, rng)
    elif hand < 0.82:
        letters = _drawn(words, size_px, rng)
    else:
        letters = handwritten(words, size_px, rng)
    if rng.random() < 0.4:  # narrow, wide or slanted type
        height, width = letters.shape
        squeeze, slant = rng.uniform(0.65, 1.15), rng.choice([0.0, 0.2]) * rng.random()
        shear = np.array([[squeeze, -slant, slant * height], [0, 1, 0]], np.float64)
        letters = np.asarray(
            cv2.warpAffine(letters, shear, (int(width * squeeze + slant * height) + 1, height)), np.uint8
        )
    canvas.darken(canvas.placed(row, column, letters), grey)


def _printed(words: str, size_px: float) -> Grey:
    font = ImageFont.load_default(size=max(6.0, size_px))
    left, top, right, bottom = (int(value) for value in font.getbbox(words))
    letters = Image.new("L", (max(1, right - left + 2), max(1, bottom - top + 2)), 0)
    ImageDraw.Draw(letters).text((1 - left, 1 - top), words, fill=255, font=font)
    return np.asarray(letters, np.uint8)


def _drawn(words: str, size_px: float, rng: Generator) -> Grey:
    font = _STROKE_FONTS[int(rng.integers(0, len(_STROKE_FONTS)))]
    scale, weight = max(size_px, 6.0) / 30, max(1, round(size_px / rng.uniform(9, 22)))
    (width, height), below = cv2.getTextSize(words, font, scale, weight)
    letters = np.zeros((height + below + 2 * weight, width + 2 * weight), np.uint8)
    cv2.putText(letters, words, (weight, height + weight), font, scale, 255, weight, cv2.LINE_AA)
    return letters


def _with_serifs(words: str, size_px: float, rng: Generator) -> Grey:
    """Words in a type with serifs: thinner across than upright, with short bars at the letters' feet and heads."""
    size = 4 * max(6.0, size_px)
    font = ImageFont.load_default(size=size)
    pad, base = int(0.25 * size), int(1.1 * size)
    thin, wide = max(1, round(0.035 * size)), 2 * round(size * rng.uniform(0.045, 0.07)) + 1
    sheet = np.zeros((int(1.5 * size), int(1.1 * font.getlength(words)) + 2 * pad), np.uint8)
    column = pad
    for letter in words:
        image = Image.new("L", (int(font.getlength(letter)) + 2 * pad, sheet.shape[0]), 0)
        ImageDraw.Draw(image).text((pad, base), letter, fill=255, font=font, anchor="ls")
        drawn = np.asarray(cv2.erode(np.asarray(image, np.uint8), np.ones((thin, 1), np.uint8)), np.uint8)
        if letter not in ROUND_LETTERS:
            head = base - int((0.52 if letter.islower() and letter not in "bdfhkl" else 0.71) * size)
            bars = np.asarray(cv2.dilate(drawn, np.ones((1, wide), np.uint8)), np.uint8)
            drawn = drawn.copy()
            for row in (slice(base - 2 * thin, base - thin), slice(head + thin, head + 2 * thin)):
                drawn[row] = bars[row]
        left, right = column - pad, min(column - pad + drawn.shape[1], sheet.shape[1])
        np.maximum(sheet[:, left:right], drawn[:, : right - left], out=sheet[:, left:right])
        column += round(1.06 * font.getlength(letter))
    shape = (max(1, sheet.shape[1] // 4), max(1, sheet.shape[0] // 4))
    return np.asarray(cv2.resize(sheet, shape, interpolation=cv2.INTER_AREA), np.uint8)
