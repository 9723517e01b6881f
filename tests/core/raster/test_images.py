import io
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image as Pillow

from core.errors import EmptyMaskError, EncryptedPdfError, ImageTooLargeError, InputError, UnreadableImageError
from core.raster.images import Image, Page, decode_png, encode_png, read_pages, resize, thumbnail_jpeg
from tests.core.raster.files import (
    encrypted_pdf,
    pdf,
    png,
    png_header,
    png_of_chunks,
    saved,
    tiff,
    tiff_with_damaged_page,
)

RAMP = np.array([[0, 257, 32896], [65535, 65278, 257]], np.uint16)
RAMP_RGB = np.repeat(np.array([[0, 1, 128], [255, 254, 1]], np.uint8)[:, :, np.newaxis], 3, axis=2)


def read(content: bytes, *, name: str = "Tafel 3.png", max_pixels: int = 1_000_000, pdf_dpi: int = 72) -> list[Page]:
    return list(read_pages(name, content, max_pixels=max_pixels, pdf_dpi=pdf_dpi))


def read_one(content: bytes) -> Image:
    (page,) = read(content)
    return page.image


def marked(height: int = 32, width: int = 48) -> Image:
    """White, with black in the upper left and red in the upper right quarter: no turn or flip leaves it the same."""
    image = np.full((height, width, 3), 255, np.uint8)
    image[: height // 2, : width // 2] = 0
    image[: height // 2, width // 2 :] = (255, 0, 0)
    return image


@pytest.mark.parametrize(
    ("file_format", "options"),
    [("PNG", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("WEBP", {"lossless": True}), ("BMP", {})],
)
def test_a_lossless_file_gives_its_own_pixels_whatever_its_name_says(file_format: str, options: dict[str, str]) -> None:
    pages = read(saved(Pillow.fromarray(marked()), file_format, **options), name="Topf mit Ähren.jpg")
    assert [(page.name, page.number) for page in pages] == [("Topf mit Ähren.jpg", 0)]
    assert np.array_equal(pages[0].image, marked())
    assert pages[0].image.dtype == np.uint8


def test_a_jpeg_gives_about_its_own_pixels() -> None:
    image = read_one(saved(Pillow.fromarray(marked()), "JPEG", quality=95, subsampling=0))
    assert np.abs(image.astype(int) - marked()).max() <= 12


def test_images_can_be_written_to() -> None:
    image = read_one(saved(Pillow.fromarray(marked()), "PNG"))
    image[0, 0] = 7
    assert image[0, 0].tolist() == [7, 7, 7]


TURNS = {
    1: None,
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_90,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize(
    ("file_format", "options"),
    [("PNG", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("WEBP", {"lossless": True})],
)
def test_a_scan_turned_by_exif_is_stood_upright(orientation: int, file_format: str, options: dict[str, str]) -> None:
    turn = TURNS[orientation]
    picture = Pillow.fromarray(marked())
    exif = Pillow.Exif()
    exif[274] = orientation
    content = saved(picture if turn is None else picture.transpose(turn), file_format, exif=exif, **options)
    assert np.array_equal(read_one(content), marked())


def test_a_photograph_turned_by_exif_is_stood_upright() -> None:
    exif = Pillow.Exif()
    exif[274] = 6
    turned = Pillow.fromarray(marked()).transpose(Pillow.Transpose.ROTATE_90)
    image = read_one(saved(turned, "JPEG", exif=exif, quality=95, subsampling=0))
    assert image.shape == (32, 48, 3)
    assert np.abs(image.astype(int) - marked()).max() <= 12


@pytest.mark.parametrize(
    "content",
    [
        saved(Pillow.fromarray(RAMP), "PNG"),
        saved(Pillow.fromarray(RAMP), "TIFF"),
        saved(Pillow.fromarray(RAMP), "TIFF", compression="tiff_lzw"),
        saved(Pillow.fromarray(RAMP.astype(np.int32)), "TIFF"),
        saved(Pillow.fromarray(RAMP.astype(np.float32) / 65535), "TIFF"),
    ],
    ids=["png", "tiff", "tiff lzw", "tiff of 32 bits", "tiff of fractions"],
)
def test_deep_greyscale_is_scaled_and_not_clipped(content: bytes) -> None:
    assert np.array_equal(read_one(content), RAMP_RGB)


def test_sixteen_bit_png_in_colour_keeps_its_levels() -> None:
    colour = np.stack([RAMP, RAMP, RAMP], axis=-1)
    assert np.array_equal(read_one(png(colour, 2)), RAMP_RGB)
    opaque = np.dstack([colour, np.full_like(RAMP, 65535)])
    assert np.array_equal(read_one(png(opaque, 6)), RAMP_RGB)


def test_sixteen_bit_tiff_in_colour_keeps_its_levels() -> None:
    assert np.array_equal(read_one(deep_tiff(planes=False)), RAMP_RGB)


def test_sixteen_bit_tiff_in_separate_planes_is_refused_rather_than_misread() -> None:
    with pytest.raises(UnreadableImageError, match=r"Tafel 3.png .* separate planes.*8 bits"):
        read(deep_tiff(planes=True))


def test_deep_tiff_that_counts_from_white_is_turned_round() -> None:
    content = bytearray(saved(Pillow.fromarray(RAMP), "TIFF"))
    entry = content.index(struct.pack("<HHI", 262, 3, 1))
    content[entry + 8] = 0
    assert np.array_equal(read_one(bytes(content)), 255 - RAMP_RGB)


def test_twelve_bit_samples_in_a_sixteen_bit_file_are_not_read_as_black() -> None:
    assert read_one(saved(Pillow.fromarray(np.array([[0, 4095]], np.uint16)), "PNG"))[0].tolist() == [
        [0] * 3,
        [255] * 3,
    ]


def test_a_large_deep_scan_has_one_scale_from_top_to_bottom() -> None:
    samples = np.full((600, 3), 257, np.uint16)
    samples[-1] = 65535
    image = read_one(saved(Pillow.fromarray(samples), "TIFF"))
    assert (image[:-1] == 1).all()
    assert (image[-1] == 255).all()


def test_a_large_transparent_scan_is_complete() -> None:
    pixels = np.zeros((600, 2, 4), np.uint8)
    pixels[:, :, 0] = np.arange(600)[:, np.newaxis] % 251
    pixels[300:, :, 3] = 255
    image = read_one(saved(Pillow.fromarray(pixels), "PNG"))
    assert (image[:300] == 255).all()
    assert np.array_equal(image[300:], pixels[300:, :, :3])


def test_samples_that_are_no_number_are_black_and_do_not_darken_the_rest() -> None:
    samples = np.array([[0, 0.5, 1, np.nan, -3]], np.float32)
    assert read_one(saved(Pillow.fromarray(samples), "TIFF"))[0, :, 0].tolist() == [0, 128, 255, 0, 0]


def test_what_is_transparent_shows_white_paper() -> None:
    pixels = np.array([[[0, 0, 0, 255], [0, 0, 0, 0], [255, 0, 0, 128]]], np.uint8)
    for file_format, options in (("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True, "exact": True})):
        image = read_one(saved(Pillow.fromarray(pixels), file_format, **options))
        assert image[0].tolist() == [[0, 0, 0], [255, 255, 255], [255, 127, 127]]


def test_grey_with_transparency_shows_white_paper() -> None:
    picture = Pillow.fromarray(np.array([[[0, 255], [0, 0]]], np.uint8), "LA")
    assert read_one(saved(picture, "PNG"))[0].tolist() == [[0, 0, 0], [255, 255, 255]]


def test_palette_with_a_transparent_colour_shows_white_paper() -> None:
    picture = Pillow.fromarray(np.array([[0, 1, 2]], np.uint8))
    picture.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    assert read_one(saved(picture, "PNG"))[0].tolist() == [[10, 20, 30], [40, 50, 60], [70, 80, 90]]
    image = read_one(saved(picture, "PNG", transparency=1))
    assert image[0].tolist() == [[10, 20, 30], [255, 255, 255], [70, 80, 90]]


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "BMP"])
def test_line_art_of_one_bit_is_black_and_white(file_format: str) -> None:
    picture = Pillow.fromarray(np.array([[0, 255, 0]], np.uint8)).convert("1")
    assert read_one(saved(picture, file_format))[0].tolist() == [[0, 0, 0], [255, 255, 255], [0, 0, 0]]


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_printing_colours_become_screen_colours(file_format: str) -> None:
    inks = np.zeros((8, 16, 4), np.uint8)
    inks[:, 8:, 3] = 255  # the right half is black ink
    image = read_one(saved(Pillow.fromarray(inks, "CMYK"), file_format))
    assert (image[:, :8] >= 250).all()
    assert (image[:, 8:] <= 5).all()


def test_each_page_of_a_tiff_is_read() -> None:
    pictures = [Pillow.new("L", (4 + number, 3), 50 * number) for number in range(4)]
    pages = read(tiff(*pictures))
    assert [page.number for page in pages] == [0, 1, 2, 3]
    assert [page.image.shape for page in pages] == [(3, 4, 3), (3, 5, 3), (3, 6, 3), (3, 7, 3)]
    assert [int(page.image[0, 0, 0]) for page in pages] == [0, 50, 100, 150]


def test_pages_of_a_tiff_are_decoded_one_at_a_time() -> None:
    pages = read_pages(
        "Tafel.tif", tiff(Pillow.new("L", (4, 4)), Pillow.new("L", (400, 4))), max_pixels=100, pdf_dpi=72
    )
    assert next(pages).image.shape == (4, 4, 3)
    with pytest.raises(ImageTooLargeError, match=r"^Tafel.tif, page 2, has 400 x 4 pixels"):
        next(pages)


def test_the_preview_inside_a_tiff_is_not_a_page() -> None:
    content = bytearray(tiff(Pillow.new("L", (40, 40), 9), Pillow.new("L", (4, 4)), tiffinfo={254: 0}))
    entry = struct.pack("<HHI", 254, 4, 1)
    content[content.rindex(entry) + 8] = 1
    (page,) = read(bytes(content))
    assert page.image.shape == (40, 40, 3)


def test_a_damaged_page_does_not_take_the_pages_after_it_along() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, 20, 20), dtype=np.uint8)
    content = tiff_with_damaged_page(*map(Pillow.fromarray, noise), damaged=2)
    pages = read_pages("Tafel.tif", content, max_pixels=1000, pdf_dpi=72)
    assert [next(pages).number, next(pages).number] == [0, 1]
    with pytest.raises(UnreadableImageError, match=r"^Tafel.tif, page 3, is damaged"):
        next(pages)
    last = next(pages)
    assert last.number == 3
    assert np.array_equal(last.image[:, :, 0], noise[3])
    assert list(pages) == []


def test_a_tiff_whose_chain_of_pages_breaks_off_says_so_after_the_whole_pages() -> None:
    content = tiff(Pillow.new("L", (4, 4)), Pillow.new("L", (5, 5)))
    second = struct.unpack("<I", content[4:8])[0]
    entries = struct.unpack("<H", content[second : second + 2])[0]
    link = second + 2 + 12 * entries
    broken = content[:link] + struct.pack("<I", len(content) + 1000) + content[link + 4 :]
    pages = read_pages("Tafel.tif", broken, max_pixels=1000, pdf_dpi=72)
    assert next(pages).image.shape == (4, 4, 3)
    with pytest.raises(UnreadableImageError, match=r"^Tafel.tif, page 2, is damaged"):
        next(pages)


def test_each_page_of_a_pdf_is_rendered_on_white_at_the_dpi() -> None:
    content = pdf((72, 36, "0 18 36 18 re f"), (36, 72, "1 0 0 rg 0 0 36 72 re f"))
    first, second = read(content, pdf_dpi=144)
    assert (first.number, second.number) == (0, 1)
    assert first.image.shape == (72, 144, 3)
    assert (first.image[:34, :70] == 0).all()
    assert (first.image[38:, :] == 255).all()
    assert (first.image[:, 74:] == 255).all()
    assert second.image.shape == (144, 72, 3)
    assert (second.image == (255, 0, 0)).all()


def test_a_pdf_page_that_is_shown_turned_is_turned() -> None:
    (page,) = read(pdf((72, 36, "0 18 36 18 re f"), rotate=90))
    assert page.image.shape == (72, 36, 3)
    assert (page.image[:34, 20:] == 0).all()
    assert (page.image[38:] == 255).all()


def test_a_pdf_page_is_refused_by_its_size_at_the_dpi() -> None:
    content = pdf((72, 72, ""), (7200, 7200, ""), (72, 72, ""))
    pages = read_pages("Band II.pdf", content, max_pixels=1_000_000, pdf_dpi=144)
    assert next(pages).image.shape == (144, 144, 3)
    with pytest.raises(
        ImageTooLargeError, match=r"^Band II.pdf, page 2, .* 14400 x 14400 pixels at 144 dpi.* lower dpi"
    ):
        next(pages)
    assert next(pages).number == 2


def test_an_encrypted_pdf_asks_for_a_copy_without_password() -> None:
    with pytest.raises(EncryptedPdfError, match=r"^Band II.pdf is protected by a password. Save a copy"):
        read(encrypted_pdf(), name="Band II.pdf")


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4\n",
        pdf(),
        pdf((72, 72, ""))[:60],
        b"GIF89a\x01\x00\x01\x00",
        b"just text",
        b"\x89PNG\r\n\x1a\n",
        b"II*\x00",
    ],
)
def test_what_is_no_whole_image_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(UnreadableImageError, match=r"^Grabung 1987.tif is .* (again|anew)"):
        read(content, name="Grabung 1987.tif")


def test_an_empty_file_is_refused_by_name() -> None:
    with pytest.raises(UnreadableImageError, match=r"^Grabung.tif is empty"):
        read(b"", name="Grabung.tif")


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF", "WEBP", "BMP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_image_is_refused_by_name(file_format: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    content = saved(Pillow.fromarray(noise), file_format)
    with pytest.raises(UnreadableImageError, match=r"^Grabung.tif is "):
        read(content[: int(len(content) * share)], name="Grabung.tif")


def test_a_picture_without_height_is_refused() -> None:
    empty = png_of_chunks((b"IHDR", struct.pack(">IIBBBBB", 5, 0, 8, 0, 0, 0, 0)), (b"IDAT", b""), (b"IEND", b""))
    with pytest.raises(UnreadableImageError):
        read(empty)


def test_a_bomb_is_refused_by_its_header() -> None:
    with pytest.raises(ImageTooLargeError, match=r"^x.png has 100000 x 100000 pixels, the limit is 1 megapixels"):
        read(png_header(100_000, 100_000), name="x.png")


def test_the_limit_is_ours_and_not_pillows() -> None:
    # 100 megapixels is where Pillow would warn, 200 where it would refuse: the header must pass, then lack its pixels
    for side in (10_000, 14_500):
        with pytest.raises(UnreadableImageError, match="damaged or incomplete"):
            read(png_header(side, side), max_pixels=side * side)


def test_an_image_of_exactly_the_limit_goes_in() -> None:
    content = saved(Pillow.new("L", (20, 30)), "PNG")
    assert read(content, max_pixels=600)[0].image.shape == (30, 20, 3)
    with pytest.raises(ImageTooLargeError):
        read(content, max_pixels=599)


def test_an_animation_gives_its_first_picture() -> None:
    frames = [Pillow.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    content = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert read_one(content)[0, 0].tolist() == [255, 0, 0]


VALID = [
    saved(Pillow.fromarray(marked(16, 16)), "PNG"),
    saved(Pillow.fromarray(marked(16, 16)), "JPEG"),
    tiff(Pillow.fromarray(marked(16, 16)), Pillow.fromarray(marked(16, 16)), compression="tiff_lzw"),
    saved(Pillow.fromarray(marked(16, 16)), "WEBP"),
    saved(Pillow.fromarray(marked(16, 16)), "BMP"),
    pdf((20, 20, "0 0 9 9 re f")),
]


@settings(max_examples=200)
@given(st.sampled_from(VALID), st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=4)), max_size=4))
def test_damage_anywhere_ends_in_an_image_or_a_sentence(content: bytes, damage: list[tuple[int, bytes]]) -> None:
    damaged = bytearray(content)
    for position, replacement in damage:
        at = position % len(damaged)
        damaged[at : at + len(replacement)] = replacement
    try:
        pages = read(bytes(damaged), max_pixels=10_000)
    except InputError as refusal:
        sentence = str(refusal)
    else:
        assert all(page.image.ndim == 3 and page.image.shape[2] == 3 for page in pages)
        return
    assert sentence.startswith("Tafel 3.png")


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_an_image_survives_png(image: Image) -> None:
    assert np.array_equal(decode_png(encode_png(image)), image)


def test_decode_png_refuses_other_bytes() -> None:
    with pytest.raises(UnreadableImageError):
        decode_png(b"nothing")


def test_a_thumbnail_is_a_small_jpeg_of_the_same_shape() -> None:
    with Pillow.open(io.BytesIO(thumbnail_jpeg(marked(300, 600)))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (320, 160))


def test_a_thumbnail_of_a_small_or_very_long_drawing_keeps_at_least_a_pixel() -> None:
    with Pillow.open(io.BytesIO(thumbnail_jpeg(marked(20, 30)))) as picture:
        assert picture.size == (30, 20)
    with Pillow.open(io.BytesIO(thumbnail_jpeg(marked(2, 4000)))) as picture:
        assert picture.size == (320, 1)


def test_resizing_keeps_a_thin_line_visible() -> None:
    image = np.full((100, 100, 3), 255, np.uint8)
    image[:, 37] = 0
    small = resize(image, 20, 25)
    assert small.shape == (20, 25, 3)
    assert small.min() < 220


def test_resizing_to_nothing_is_refused() -> None:
    with pytest.raises(EmptyMaskError):
        resize(marked(), 0, 5)


def test_the_real_drawings_are_read() -> None:
    folder = Path(__file__).parents[4] / "shared" / "drawings" / "images"
    paths = sorted(folder.glob("*.png"))
    if not paths:
        pytest.skip("the shared drawings are not on this machine")
    for path in paths:
        (page,) = read(path.read_bytes(), name=path.name, max_pixels=120_000_000)
        with Pillow.open(path) as picture:
            assert page.image.shape == (picture.height, picture.width, 3)


def deep_tiff(*, planes: bool) -> bytes:
    """RAMP as the red, green and blue of a TIFF with 16 bits a sample, which Pillow cannot write."""
    samples = np.stack([RAMP] * 3, axis=0 if planes else -1).tobytes()
    strip = len(samples) // 3 if planes else len(samples)
    count = 3 if planes else 1
    extra = 8 + 2 + 12 * 10 + 4
    offsets = struct.pack(f"<{count}I", *(extra + 30 + strip * number for number in range(count)))
    lengths = struct.pack(f"<{count}I", *([strip] * count))
    entries = [
        (256, 4, 1, struct.pack("<I", RAMP.shape[1])),
        (257, 4, 1, struct.pack("<I", RAMP.shape[0])),
        (258, 3, 3, struct.pack("<I", extra)),
        (259, 3, 1, struct.pack("<I", 1)),
        (262, 3, 1, struct.pack("<I", 2)),
        (273, 4, count, offsets if count == 1 else struct.pack("<I", extra + 6)),
        (277, 3, 1, struct.pack("<I", 3)),
        (278, 4, 1, struct.pack("<I", RAMP.shape[0])),
        (279, 4, count, lengths if count == 1 else struct.pack("<I", extra + 18)),
        (284, 3, 1, struct.pack("<I", 2 if planes else 1)),
    ]
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHI", *entry[:3]) + entry[3] for entry in entries) + bytes(4)
    header = b"II*\x00" + struct.pack("<I", 8)
    return header + directory + struct.pack("<3H", 16, 16, 16) + offsets.ljust(12) + lengths.ljust(12) + samples
