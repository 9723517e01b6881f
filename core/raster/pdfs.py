"""Pages of a PDF, rendered upright on white."""

import math
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from core.errors import EncryptedPdfError, UnreadableImageError

POINTS_PER_INCH = 72

# pdfium keeps unguarded global state: two threads inside it crash the process. So the lock is as global as pdfium is.
_PDFIUM = threading.Lock()


def is_pdf(content: bytes) -> bool:
    """Whether the content begins as a PDF does; some printers put up to 1024 other bytes before the header."""
    return b"%PDF-" in content[:1024]


def count_pages(name: str, content: bytes) -> int:
    """How many pages the PDF has.

    Raises EncryptedPdfError if a password is needed, UnreadableImageError if the file is damaged.
    """
    with _opened(name, content) as document:
        return len(document)


def page_size_px(name: str, content: bytes, number: int, *, dpi: int) -> tuple[int, int]:
    """Height and width that page `number` (0-based) would have at `dpi`; nothing is rendered.

    Raises UnreadableImageError if this page is damaged.
    """
    with _opened(name, content) as document, _page_errors(name, number):
        width, height = document.get_page_size(number)
    scale = dpi / POINTS_PER_INCH
    return math.ceil(height * scale), math.ceil(width * scale)


def render_page(name: str, content: bytes, number: int, *, dpi: int) -> NDArray[np.uint8]:
    """Page `number` (0-based) as uint8 (H, W, 3) RGB.

    Raises UnreadableImageError if this page is damaged.
    """
    with _opened(name, content) as document, _page_errors(name, number):
        bitmap = document[number].render(scale=dpi / POINTS_PER_INCH, rev_byteorder=True)
        image = np.array(bitmap.to_numpy()[:, :, :3])
        bitmap.close()
    return image


@contextmanager
def _opened(name: str, content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                raise EncryptedPdfError(
                    f"{name} is protected by a password. Save a copy without a password and add that copy."
                ) from error
            raise UnreadableImageError(f"{name} is a damaged PDF. Download it again or export it anew.") from error
        with closing(document):
            yield document


@contextmanager
def _page_errors(name: str, number: int) -> Iterator[None]:
    try:
        yield
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise UnreadableImageError(f"{name}, page {number + 1}, is damaged. Export that page anew.") from error
