"""Nearly the same drawing twice: scanned again, compressed, cut or scaled differently, printed in two books.

A fingerprint is 64 bits that say which of the coarse waves of a drawing's ink are strong (Zauner, Implementation and
benchmarking of perceptual image hash functions, 2010), and how slender its ink is. It is taken about the ink's centre
of mass in units of its spread, so that margins and scale do not matter. `benchmarks/alike.py` measures it.
"""

import io
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from scipy import fft

from core.raster.images import Image

FARTHEST_BITS = 7  # of 63: what differs more is another drawing
FARTHEST_SLENDERNESS = 0.12  # natural logarithm: 13 %
NO_FINGERPRINT = ""

_SIDE, _WAVES = 32, 8
_SPREADS = 2.2  # how far the fingerprint looks to each side, in standard deviations of the ink
_FAINTEST = 20  # grey levels; less is an empty sheet
_AT_ONCE = 2048


def fingerprint(image: Image) -> str:
    """The fingerprint of a drawing of any size, best of its thumbnail; `NO_FINGERPRINT` if there is no drawing on it.

    16 hexadecimal digits and the slenderness, such as "9f1c03e0a4d2775a:+0.31".
    """
    ink = _ink(image)
    rows, columns = ink.sum(axis=1), ink.sum(axis=0)
    if not rows.any():
        return NO_FINGERPRINT
    (middle_row, spread_rows), (middle_column, spread_columns) = _moments(rows), _moments(columns)
    if min(spread_rows, spread_columns) < 2:  # a speck, or a line
        return NO_FINGERPRINT
    step_rows, step_columns = 2 * _SPREADS * spread_rows / _SIDE, 2 * _SPREADS * spread_columns / _SIDE
    blurred = cv2.GaussianBlur(
        ink, (0, 0), sigmaX=max(0.5, step_columns), sigmaY=max(0.5, step_rows), borderType=cv2.BORDER_CONSTANT
    )
    first_row, first_column = middle_row - (_SIDE - 1) / 2 * step_rows, middle_column - (_SIDE - 1) / 2 * step_columns
    to_image = np.array([[step_columns, 0, first_column], [0, step_rows, first_row]], np.float32)
    small = cv2.warpAffine(blurred, to_image, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    waves = fft.dctn(small, norm="ortho")[:_WAVES, :_WAVES].ravel()[1:]
    bits = np.packbits(waves > np.median(waves)).tobytes().hex()
    return f"{bits}:{np.log(spread_rows / spread_columns):+.2f}"


def thumbnail_fingerprint(jpeg: bytes) -> str:
    """The fingerprint of a drawing from its thumbnail, as it is kept for every drawing."""
    return fingerprint(np.array(Pillow.open(io.BytesIO(jpeg)).convert("RGB")))


def nearest_twins(these: Sequence[str], those: Sequence[str]) -> list[int | None]:
    """For each of `these` fingerprints the position of the most similar of `those`; None if none is nearly the same."""
    comparable = [position for position, one in enumerate(those) if one != NO_FINGERPRINT]
    found: list[int | None] = [None] * len(these)
    asking = [position for position, one in enumerate(these) if one != NO_FINGERPRINT]
    if not comparable:
        return found
    their_bits, their_slenderness = _unpacked([those[position] for position in comparable])
    for start in range(0, len(asking), _AT_ONCE):
        now = asking[start : start + _AT_ONCE]
        bits, slenderness = _unpacked([these[position] for position in now])
        distances = (bits.shape[1] - bits @ their_bits.T) / 2
        distances[np.abs(slenderness[:, None] - their_slenderness) > FARTHEST_SLENDERNESS] = np.inf
        nearest = distances.argmin(axis=1)
        for row, position in enumerate(now):
            if distances[row, nearest[row]] <= FARTHEST_BITS:
                found[position] = comparable[nearest[row]]
    return found


def _ink(image: Image) -> NDArray[np.float32]:
    """How dark each pixel is against the paper, 0 to 1, faint ones 0; all 0 on an empty sheet."""
    grey = image.min(axis=2).astype(np.float32) if image.size else np.zeros((1, 1), np.float32)
    darkness = np.clip(np.percentile(grey, 90) - grey, 0, None)
    darkest = np.percentile(darkness, 99.5)
    if darkest < _FAINTEST:
        return np.zeros_like(darkness)
    ink = np.clip(darkness / darkest, 0, 1)
    return np.where(ink > 0.25, ink, np.float32(0))


def _moments(profile: NDArray[np.float32]) -> tuple[float, float]:
    positions = np.arange(len(profile))
    middle = float(np.average(positions, weights=profile))
    return middle, float(np.sqrt(np.average((positions - middle) ** 2, weights=profile)))


def _unpacked(fingerprints: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Bits as -1 and 1 (N, 63), so that a product of two matrices counts the same ones, and slenderness (N,)."""
    parts = [one.split(":") for one in fingerprints]
    packed = np.array([list(bytes.fromhex(bits)) for bits, _ in parts], np.uint8)
    signs = np.unpackbits(packed, axis=1)[:, : _WAVES * _WAVES - 1].astype(np.float32) * 2 - 1
    return signs, np.array([float(slenderness) for _, slenderness in parts])
