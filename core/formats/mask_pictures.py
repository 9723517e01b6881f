"""Masks as pictures: whatever a tool wrote into a PNG or TIFF -> class indices, and class indices -> colours."""

import io
import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from core.errors import MaskSizeError, UnreadableImageError
from core.formats.incoming import ForeignLabel, ForeignMask, Size
from core.formats.pictures import opened_picture
from core.labels import Colour
from core.raster.masks import Mask

WHITE: Colour = (255, 255, 255)
_UNDECLARED = 255
_FEW = 12  # so many colours are compared one by one, which is quicker than to look each pixel up


class ColourTable:
    """Finds the class of a colour; `also` are further colours of classes, as white for the first one.

    Classes whose label has no colour can still be stored as numbers.
    """

    def __init__(self, labels: Sequence[ForeignLabel], *, also: Sequence[tuple[Colour, int]] = ()) -> None:
        known = [(label.colour, index) for index, label in enumerate(labels) if label.colour is not None]
        known += [(colour, index) for colour, index in also if colour not in [c for c, _ in known]]
        self.class_count = len(labels)
        self._colours = np.array([colour for colour, _ in known], dtype=np.int32).reshape(-1, 3)
        self._classes = np.array([index for _, index in known], dtype=np.uint8)
        self._greys = {red for red, green, blue in self._colours.tolist() if red == green == blue}
        self._lookup: NDArray[np.uint8] | None = None
        self._lock = threading.Lock()

    def classes_of(self, pixels: NDArray[np.uint8]) -> ForeignMask:
        """The classes of RGB pixels, uint8 (H, W, 3); an undeclared colour goes to the nearest declared one."""
        lookup = self._table()
        packed = np.left_shift(pixels[:, :, 0], 16, dtype=np.uint32)
        packed |= np.left_shift(pixels[:, :, 1], 8, dtype=np.uint32)
        packed |= pixels[:, :, 2]
        positions = lookup[packed]
        strange = positions == _UNDECLARED
        snapped_pixels = int(np.count_nonzero(strange))
        if snapped_pixels:
            colours, inverse = np.unique(packed[strange], return_inverse=True)
            positions[strange] = self._nearest(colours)[inverse.ravel()]
        return ForeignMask(self._classes[positions], snapped_pixels)

    def exact_classes(self, picture: Pillow.Image) -> Mask | None:
        """The classes of an RGB picture if all its colours are declared, and quickly; None otherwise."""
        if len(self._colours) > _FEW:
            return None
        packed = np.asarray(picture.convert("RGBX")).view("<u4")[:, :, 0] & np.uint32(0xFFFFFF)
        classes = np.zeros(packed.shape, dtype=np.uint8)
        is_known = np.zeros(packed.shape, dtype=np.bool_)
        for (red, green, blue), index in zip(self._colours[::-1].tolist(), self._classes[::-1].tolist(), strict=True):
            is_this = packed == np.uint32(red | green << 8 | blue << 16)
            np.putmask(classes, is_this, index)  # of two classes of one colour the first wins
            is_known |= is_this
        return classes if is_known.all() else None

    def classes_of_greys(self, pixels: NDArray[np.uint8], counts: NDArray[np.intp]) -> ForeignMask:
        """The same for grey pixels, uint8 (H, W), of which `counts[level]` have each level."""
        levels = np.arange(256, dtype=np.uint32)
        classes = self._classes[self._nearest(levels * np.uint32(0x010101))]
        strange = [level for level in np.flatnonzero(counts).tolist() if level not in self._greys]
        return ForeignMask(classes[pixels], int(counts[strange].sum()))

    def declares_greys(self, levels: NDArray[np.intp]) -> bool:
        """Whether all these grey levels are colours of the table."""
        return self._greys.issuperset(levels.tolist())

    def _table(self) -> NDArray[np.uint8]:
        with self._lock:
            if self._lookup is None:
                lookup = np.full(1 << 24, _UNDECLARED, dtype=np.uint8)
                red, green, blue = self._colours.T
                places = (red << 16) | (green << 8) | blue
                lookup[places[::-1]] = np.arange(len(places))[::-1]  # of two classes of one colour the first wins
                self._lookup = lookup
            return self._lookup

    def _nearest(self, packed: NDArray[np.uint32]) -> NDArray[np.uint8]:
        if not len(self._colours):
            raise UnreadableImageError("The mask is in colours, and the archive does not say what they mean.")
        nearest = np.empty(len(packed), dtype=np.uint8)
        for start in range(0, len(packed), 65_536):
            some = packed[start : start + 65_536].astype(np.int64)[:, np.newaxis]
            colours = np.concatenate([some >> 16, (some >> 8) & 255, some & 255], axis=1)
            distance = ((colours[:, np.newaxis, :] - self._colours[np.newaxis]) ** 2).sum(axis=2)
            nearest[start : start + 65_536] = distance.argmin(axis=1)
        return nearest


def read_mask_picture(name: str, content: bytes, size: Size, table: ColourTable) -> ForeignMask:
    """The mask in a picture of any kind, for a drawing of `size`; nothing larger is ever decoded.

    Colours, through a palette or not, are looked up in the table. A picture without colours holds colours of the
    table that are grey; or else numbers of classes, 0 being the background; or else it is snapped like any other.
    Raises MaskSizeError by the header alone, UnreadableImageError.
    """
    with opened_picture(name, content) as picture:
        if (picture.height, picture.width) != size:
            raise MaskSizeError(
                f"{name} has {picture.width} x {picture.height} pixels, its drawing {size[1]} x {size[0]}. "
                "Export the mask at the drawing's full resolution."
            )
        try:
            exact = table.exact_classes(picture) if picture.mode == "RGB" else None
            if exact is not None:
                return ForeignMask(exact)
            pixels = _pixels(picture)
        except Exception as error:  # a decoder that meets damaged bytes raises anything
            raise UnreadableImageError(f"{name} is damaged or incomplete. Export it again.") from error
    if pixels.ndim == 3:
        return table.classes_of(pixels)
    counts = np.bincount(pixels.ravel(), minlength=256)
    highest = int(np.flatnonzero(counts)[-1])
    if highest < table.class_count and not table.declares_greys(np.flatnonzero(counts)):
        return ForeignMask(pixels)
    return table.classes_of_greys(pixels, counts)


def encode_colours(mask: Mask, colours: Sequence[Colour], *, is_palette: bool = False) -> bytes:
    """The mask as a PNG in which class k has `colours[k]`: RGB, or with a palette, which is smaller and quicker."""
    picture = Pillow.frombytes("P", (mask.shape[1], mask.shape[0]), np.ascontiguousarray(mask).tobytes())
    picture.putpalette([channel for colour in colours for channel in colour])
    return _packed(picture if is_palette else picture.convert("RGB"))


def encode_levels(mask: Mask, level: int) -> bytes:
    """The mask as a greyscale PNG in which class k has k times `level`."""
    return _packed(Pillow.fromarray(mask * np.uint8(level)))


def _packed(picture: Pillow.Image) -> bytes:
    """As PNG, packed as runs: quick, and small for flat colours."""
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=3, compress_type=3)
    return stream.getvalue()


def _pixels(picture: Pillow.Image) -> NDArray[np.uint8]:
    """uint8 (H, W) where there are no colours, else (H, W, 3); what is transparent is black."""
    if picture.mode == "1":
        return np.array(picture).astype(np.uint8) * np.uint8(255)
    if picture.mode == "L":
        return np.array(picture)
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        values = np.asarray(picture)
        return (values if values.max(initial=0) <= 255 else values // 257).astype(np.uint8)
    if picture.mode == "P" and "transparency" not in picture.info:
        return _without_palette(picture)
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        picture = Pillow.new("RGB", layer.size, "black")
        picture.paste(layer, mask=layer)
    pixels = np.array(picture.convert("RGB"))
    red = pixels[:, :, 0]
    return red if (red == pixels[:, :, 1]).all() and (red == pixels[:, :, 2]).all() else pixels


def _without_palette(picture: Pillow.Image) -> NDArray[np.uint8]:
    palette = np.array(picture.getpalette() or [], dtype=np.uint8).reshape(-1, 3)
    numbers = np.array(picture)
    used = np.flatnonzero(np.bincount(numbers.ravel(), minlength=256))
    if used[-1] >= len(palette):
        raise ValueError("a pixel is outside the palette")
    colours = palette[used]
    is_grey = bool((colours == colours[:, :1]).all())
    return palette[:, 0][numbers] if is_grey else palette[numbers]
