from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import UnreadableImageError
from core.raster import pdfs
from tests.core.raster.files import pdf


def test_a_pdf_is_known_by_its_header_even_behind_what_a_printer_puts_before_it() -> None:
    assert pdfs.is_pdf(pdf((9, 9, "")))
    assert pdfs.is_pdf(b"\x1b%-12345X@PJL\r\n" + pdf((9, 9, "")))
    assert not pdfs.is_pdf(b"\x89PNG\r\n\x1a\n")


def test_the_size_of_a_page_is_told_without_rendering_it() -> None:
    content = pdf((72, 36, ""), (100_000, 72, ""))
    assert pdfs.count_pages("Band.pdf", content) == 2
    assert pdfs.page_size_px("Band.pdf", content, 0, dpi=144) == (72, 144)
    assert pdfs.page_size_px("Band.pdf", content, 1, dpi=72) == (72, 100_000)


def test_a_page_that_is_not_there_is_refused_by_number() -> None:
    with pytest.raises(UnreadableImageError, match=r"^Band.pdf, page 3, is damaged"):
        pdfs.render_page("Band.pdf", pdf((9, 9, "")), 2, dpi=72)


def test_several_people_may_add_pdfs_at_the_same_time() -> None:
    contents = [pdf((60, 60, f"0 0 {side} {side} re f")) for side in range(10, 50)]
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda content: pdfs.render_page("Band.pdf", content, 0, dpi=72), contents))
    assert [int((page[:, :, 0] == 0).sum()) for page in pages] == [side**2 for side in range(10, 50)]
