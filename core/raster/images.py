"""Images: any file an archive may hold -> upright 8-bit RGB, and back to bytes."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps
from PIL.TiffImagePlugin import TiffImageFile

from core.errors import EmptyMaskError, ImageTooLargeError, UnreadableImageError
from core.raster import pdfs
from core.raster.colours import to_rgb

Image: TypeAlias = NDArray[np.uint8]
"""uint8 (H, W, 3), RGB, upright."""

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")


class TiffTag:
    """Numbers of the tags that Pillow leaves to us (TIFF 6.0, section 8)."""

    NEW_SUBFILE_TYPE = 254
    BITS_PER_SAMPLE = 258
    PHOTOMETRIC = 262
    PLANAR_CONFIGURATION = 284


@dataclass(frozen=True)
class Page:
    """One picture of a file; `number` is 0-based and 0 for a file that holds a single picture."""

    name: str
    number: int
    image: Image


def read_pages(name: str, content: bytes, *, max_pixels: int, pdf_dpi: int) -> Iterator[Page]:
    """Every page of a PNG, JPEG, TIFF, WebP, BMP or PDF file, decoded one at a time.

    The content decides the format, not the name's extension. A page is refused for its size by its header, before
    anything is decoded. A page that raises does not end the iteration: `next` goes on with the page after it.

    Raises UnreadableImageError (empty, truncated, not an image), ImageTooLargeError (a page has more than `max_pixels`)
    and EncryptedPdfError; what is wrong with the file as a whole at once, what is wrong with a page at that page.
    """
    if not content:
        raise UnreadableImageError(f"{name} is empty. Copy it again from where it came from.")
    # map, not a generator: a generator is over once it has raised, and the pages after a damaged one would be lost.
    if pdfs.is_pdf(content):
        read_pdf_page = partial(_read_pdf_page, name, content, max_pixels=max_pixels, dpi=pdf_dpi)
        return map(read_pdf_page, range(pdfs.count_pages(name, content)))
    numbers = _page_numbers(_opened(name, content))
    picture = _opened(name, content)  # anew, for Pillow cannot go back once it has run into a broken end
    return map(partial(_read_page, name, picture, page_count=len(numbers), max_pixels=max_pixels), numbers)


def encode_png(image: Image) -> bytes:
    """The image as PNG; `decode_png` gives the same pixels back."""
    stream = io.BytesIO()
    Pillow.fromarray(image).save(stream, "PNG", compress_level=3)
    return stream.getvalue()


def decode_png(content: bytes) -> Image:
    """The image in a PNG that `encode_png` wrote. Raises UnreadableImageError for anything else."""
    picture = _opened("The stored image", content)
    return _read_page("The stored image", picture, 0, page_count=1, max_pixels=picture.width * picture.height).image


def open_png(content: bytes) -> Pillow.Image:
    """The same image not decoded yet, for those who need a part or less of it. Raises UnreadableImageError."""
    return _opened("The stored image", content)


def thumbnail_jpeg(image: Image, longest_side_px: int = 320) -> bytes:
    """A small JPEG for galleries; smaller images keep their size."""
    picture = Pillow.fromarray(image)
    picture.thumbnail((longest_side_px, longest_side_px), Pillow.Resampling.LANCZOS)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=85)
    return stream.getvalue()


def resize(image: Image, height: int, width: int) -> Image:
    """The image at another size; thin lines turn grey when it shrinks, they do not vanish.

    Raises EmptyMaskError if either side is zero.
    """
    if 0 in (*image.shape[:2], height, width):
        raise EmptyMaskError("An image needs at least one pixel in height and width. Choose a larger size.")
    return np.array(Pillow.fromarray(image).resize((width, height), Pillow.Resampling.BILINEAR))


def _read_pdf_page(name: str, content: bytes, number: int, *, max_pixels: int, dpi: int) -> Page:
    height, width = pdfs.page_size_px(name, content, number, dpi=dpi)
    if height * width > max_pixels:
        raise ImageTooLargeError(
            f"{name}, page {number + 1}, would have {_size(height, width)} at {dpi} dpi, the limit is "
            f"{_megapixels(max_pixels)}. Choose a lower dpi for PDF pages, or export that page as an image."
        )
    return Page(name, number, pdfs.render_page(name, content, number, dpi=dpi))


def _opened(name: str, content: bytes) -> Pillow.Image:
    # Pillow's own limit is one number for the process: it warns below the limit we were given, and refuses files we
    # are to accept. `_read_page` holds the limit instead.
    Pillow.MAX_IMAGE_PIXELS = None
    try:
        return Pillow.open(io.BytesIO(content), formats=FORMATS)
    except Exception as error:  # a decoder that meets damaged bytes raises anything, from IndexError to SyntaxError
        raise UnreadableImageError(
            f"{name} is not a PNG, JPEG, TIFF, WebP, BMP or PDF file, or damaged. Export it again as one of these."
        ) from error


def _page_numbers(picture: Pillow.Image) -> list[int]:
    """Numbers of the pages: in a TIFF all but previews, in other formats (animations, camera previews) the first.

    When the chain of TIFF pages breaks off, the page behind the break is included so that reading it says so.
    """
    numbers = [0]
    while isinstance(picture, TiffImageFile):
        number = picture.tell() + 1
        try:
            picture.seek(number)
        except EOFError:
            break
        except Exception:  # noqa: BLE001  raised again, as a sentence, when this page is read
            return [*numbers, number]
        if not picture.tag_v2.get(TiffTag.NEW_SUBFILE_TYPE, 0) & 1:
            numbers.append(number)
    return numbers


def _read_page(name: str, picture: Pillow.Image, number: int, *, page_count: int, max_pixels: int) -> Page:
    what = name if page_count == 1 else f"{name}, page {number + 1},"
    try:
        picture.seek(number)
        if picture.width * picture.height > max_pixels:
            raise ImageTooLargeError(
                f"{what} has {_size(picture.height, picture.width)}, the limit is {_megapixels(max_pixels)}. "
                "Scan it at a lower resolution, or cut it into several files."
            )
        _refuse_deep_planes(what, picture)
        is_white_zero = _is_white_zero(picture)
        picture.load()
        ImageOps.exif_transpose(picture, in_place=True)
        image = to_rgb(picture)
    except (ImageTooLargeError, UnreadableImageError):
        raise
    except Exception as error:  # see _opened
        raise UnreadableImageError(f"{what} is damaged or incomplete. Copy or export it again.") from error
    if is_white_zero:
        np.subtract(255, image, out=image)
    return Page(name, number, image)


def _is_white_zero(picture: Pillow.Image) -> bool:
    """Whether 0 is white, which Pillow heeds at 8 bits and overlooks above."""
    return (
        isinstance(picture, TiffImageFile)
        and picture.tag_v2.get(TiffTag.PHOTOMETRIC) == 0
        and (picture.mode in ("I", "F") or picture.mode.startswith("I;16"))
    )


def _refuse_deep_planes(what: str, picture: Pillow.Image) -> None:
    """Pillow reads 16-bit colour stored plane by plane as noise, without an error."""
    if not isinstance(picture, TiffImageFile):
        return
    bits = picture.tag_v2.get(TiffTag.BITS_PER_SAMPLE, (1,))
    if picture.tag_v2.get(TiffTag.PLANAR_CONFIGURATION) == 2 and len(bits) > 1 and max(bits) > 8:
        raise UnreadableImageError(
            f"{what} keeps its 16-bit colours in separate planes, which cannot be read. Export it with 8 bits."
        )


def _size(height: int, width: int) -> str:
    return f"{width} x {height} pixels"


def _megapixels(pixels: int) -> str:
    return f"{pixels / 1e6:.6g} megapixels"
