"""Opening pictures of unknown origin by their header, before anything is decoded."""

import io

from PIL import Image as Pillow

from core.errors import UnreadableImageError
from core.raster.images import FORMATS

_ORIENTATION = 0x0112


def opened_picture(name: str, content: bytes) -> Pillow.Image:
    """The picture, not decoded yet; whoever decodes it looks at its size first. Raises UnreadableImageError."""
    Pillow.MAX_IMAGE_PIXELS = None  # one number for the process, which is not ours; see core.raster.images
    try:
        return Pillow.open(io.BytesIO(content), formats=FORMATS)
    except Exception as error:  # a decoder that meets damaged bytes raises anything
        raise UnreadableImageError(f"{name} is not a readable image, or damaged. Export it again.") from error


def orientation(name: str, picture: Pillow.Image) -> int:
    """The EXIF orientation that the header tells, 1 for upright. Raises UnreadableImageError.

    Pillow would decode a whole PNG to see whether it comes behind the pixels.
    """
    if picture.format == "PNG" and "exif" not in picture.info:
        return 1
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception as error:  # as above
        raise UnreadableImageError(f"{name} is damaged. Export it again.") from error
