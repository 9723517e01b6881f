"""What a screen shows of a drawing: its picture or a window of it, and the mask to lay over it."""

import io
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from core.labels import Colour, Label, LabelMap
from core.raster.images import Image, open_png, resize
from core.raster.masks import STRONGEST_TINT, Mask, encode_mask, heat_map, overlay, resize_mask
from core.raster.places import Place, ringed

NEUTRAL: Colour = (128, 128, 128)  # leaves what lies under it alone when blended as hard light
_JPEG_QUALITY = 88
_LARGEST_PNG_BYTES = 6_000_000
_LARGEST_PIXELS = 40_000_000


@dataclass(frozen=True)
class Window:
    """A rectangle of a drawing, in whole image pixels; (row, column) is its upper left corner."""

    row: int
    column: int
    height: int
    width: int

    def size_on_screen(self, height_px: int, width_px: int) -> tuple[int, int]:
        """Height and width of the largest picture of this window that fits into the given room."""
        scale = self._scale(height_px, width_px)
        return max(1, round(self.height * scale)), max(1, round(self.width * scale))

    def moved(self, down: float, right: float, *, within: "Window") -> "Window":
        """This window moved by fractions of its own size, kept inside `within`."""
        return self._placed(self.row + down * self.height, self.column + right * self.width, within)

    def zoomed(self, factor: float, height_px: int, width_px: int, *, within: "Window") -> "Window":
        """What a screen of that size can show, about the centre of this window, `factor` times as close as all of it.

        "All of it" is `within` as `size_on_screen` shows it; the window fills the screen where the drawing allows.
        """
        scale = factor * within._scale(height_px, width_px)
        height = max(1, min(within.height, round(height_px / scale)))
        width = max(1, min(within.width, round(width_px / scale)))
        resized = Window(self.row, self.column, height, width)
        return resized._placed(self.row + (self.height - height) / 2, self.column + (self.width - width) / 2, within)

    def _scale(self, height_px: int, width_px: int) -> float:
        return min(height_px / self.height, width_px / self.width)

    def _placed(self, row: float, column: float, within: "Window") -> "Window":
        lowest, rightmost = within.row + within.height - self.height, within.column + within.width - self.width
        return Window(
            max(within.row, min(round(row), lowest)),
            max(within.column, min(round(column), rightmost)),
            self.height,
            self.width,
        )


def shrinkage(height: int, width: int) -> int:
    """How many times smaller a browser shows a drawing of that size at most: 1, unless it would need gigabytes."""
    return max(1, math.ceil(math.sqrt(height * width / _LARGEST_PIXELS)))


def screen_picture(png: bytes, shrink: int = 1) -> tuple[bytes, str]:
    """A stored image for a browser, and its media type: as it is, or as a JPEG where it is large.

    Shrunk `shrink` times, a side is rounded up, as in `packed_mask`.
    """
    if shrink == 1 and len(png) <= _LARGEST_PNG_BYTES:
        return png, "image/png"
    picture = open_png(png)
    coloured = picture if picture.mode == "RGB" else picture.convert("RGB")
    small = coloured.reduce(shrink) if shrink > 1 else coloured
    return _encoded(small, "JPEG", quality=_JPEG_QUALITY), "image/jpeg"


def packed_mask(mask: Mask, shrink: int = 1) -> bytes:
    """The mask, every `shrink`-th pixel of it, as its runs of one class along the rows; small and quick to unpack.

    zlib over: a uint32 count, so many uint32 lengths, so many uint8 classes; little-endian.
    """
    pixels = np.ascontiguousarray(mask[::shrink, ::shrink]).ravel()
    ends = np.append(np.flatnonzero(pixels[1:] != pixels[:-1]) + 1, pixels.size)
    lengths = np.diff(ends, prepend=0).astype("<u4")
    return zlib.compress(
        np.uint32(len(ends)).astype("<u4").tobytes() + lengths.tobytes() + pixels[ends - 1].tobytes(), 1
    )


def unpacked_mask(packed: bytes, height: int, width: int) -> Mask:
    """The mask of that size in what `packed_mask` gave, as the browser reads it."""
    content = zlib.decompress(packed)
    count = int.from_bytes(content[:4], "little")
    lengths = np.frombuffer(content, "<u4", count, 4)
    return np.repeat(np.frombuffer(content, np.uint8, count, 4 + 4 * count), lengths).reshape(height, width)


def window_jpeg(png: bytes, window: Window, height_px: int, width_px: int) -> bytes:
    """The window of a stored image as a JPEG of that size, or twice that for sharp screens if it has the pixels."""
    times = 2 if window.width >= 1.5 * width_px else 1
    size = (times * width_px, times * height_px)
    picture = open_png(png).resize(size, Pillow.Resampling.BICUBIC, box=_box(window), reducing_gap=3.0)
    return _encoded(picture, "JPEG", quality=_JPEG_QUALITY)


def tint_layer(mask: Mask, labels: LabelMap, window: Window, height_px: int, width_px: int, *, opacity: float) -> bytes:
    """The window of a mask as a PNG to blend over the drawing as hard light (W3C, Compositing and Blending).

    Background is neutral grey, a class its `tint_colour`. Shrunk by averaging, enlarged without inventing borders.
    """
    method = Pillow.Resampling.BOX if height_px < window.height else Pillow.Resampling.NEAREST
    layer = Pillow.new("RGB", (width_px, height_px), NEUTRAL)
    for label in labels.foreground:
        region = Pillow.fromarray(np.where(mask[_slices(window)] == label.index, np.uint8(255), np.uint8(0)))
        layer.paste(tint_colour(label, opacity), mask=region.resize((width_px, height_px), method))
    return _encoded(layer, "PNG", compress_level=1)


def silhouette_png(mask: Mask) -> bytes:
    """The mask as other programs expect it, a PNG of 0 (background) and 255 (any class), at full resolution."""
    return encode_mask(np.where(mask > 0, 255, 0).astype(np.uint8))


def mask_jpeg(
    image: Image,
    mask: Mask,
    labels: LabelMap,
    height_px: int,
    width_px: int,
    *,
    opacity: float,
    outline_only: bool,
    places: Sequence[Place] = (),
) -> bytes:
    """The whole drawing with its mask over it, as a JPEG of that size, with rings around the places to check."""
    small, small_mask = resize(image, height_px, width_px), resize_mask(mask, height_px, width_px)
    shown = overlay(small, small_mask, labels, opacity=opacity, outline_only=outline_only)
    return _jpeg(ringed(shown, places, scale=height_px / image.shape[0]))


def heat_jpeg(image: Image, foreground: NDArray[np.float32], height_px: int, width_px: int) -> bytes:
    """The whole drawing with the probability of foreground, float32 (h, w) of any size, as a JPEG of that size."""
    fitted = Pillow.fromarray(foreground).resize((width_px, height_px), Pillow.Resampling.BILINEAR)
    return _jpeg(heat_map(resize(image, height_px, width_px), np.array(fitted)))


def card_jpeg(thumbnail: bytes, mask: Mask | None, labels: LabelMap, *, opacity: float) -> bytes:
    """A drawing's thumbnail with its mask over it; without a mask the bare thumbnail."""
    if mask is None:
        return thumbnail
    image = np.array(Pillow.open(io.BytesIO(thumbnail)).convert("RGB"))
    return _jpeg(overlay(image, resize_mask(mask, *image.shape[:2]), labels, opacity=opacity))


def tint_colour(label: Label, opacity: float) -> Colour:
    """The colour that paints a label over a drawing when blended as hard light; NEUTRAL for the background.

    Above neutral grey, hard light lifts ink and leaves paper white; below, it darkens paper and leaves ink black. So
    the label's strongest channel is chosen to look on ink, and the others to look on paper, as `overlay` does.
    """
    if label.index == 0:
        return NEUTRAL
    strength = STRONGEST_TINT * opacity
    strongest = label.colour.index(max(label.colour))
    red, green, blue = (
        round((255 + strength * channel) / 2 if place == strongest else (255 - strength * (255 - channel)) / 2)
        for place, channel in enumerate(label.colour)
    )
    return red, green, blue


def _slices(window: Window) -> tuple[slice, slice]:
    return slice(window.row, window.row + window.height), slice(window.column, window.column + window.width)


def _box(window: Window) -> tuple[int, int, int, int]:
    return window.column, window.row, window.column + window.width, window.row + window.height


def _jpeg(image: Image) -> bytes:
    return _encoded(Pillow.fromarray(image), "JPEG", quality=_JPEG_QUALITY)


def _encoded(picture: Pillow.Image, kind: str, **options: int) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()
