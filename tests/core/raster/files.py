"""Image files as archives hold them, made on the spot."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow


def saved(picture: Pillow.Image, file_format: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, file_format, **options)
    return stream.getvalue()


def png(samples: NDArray[np.generic], colour_type: int) -> bytes:
    """A PNG with 16 bits a sample, which Pillow can only write as greyscale. Colour types: 0 L, 2 RGB, 4 LA, 6 RGBA."""
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    return png_of_chunks((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises a greyscale picture of this size and holds none of it."""
    return png_of_chunks((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", b""))


def png_of_chunks(*chunks: tuple[bytes, bytes]) -> bytes:
    content = b"\x89PNG\r\n\x1a\n"
    for kind, body in chunks:
        content += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return content


def pdf(*pages: tuple[float, float, str], rotate: int = 0, trailer: str = "") -> bytes:
    """A PDF of pages (width in points, height in points, drawing operators)."""
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(len(pages)))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>"]
    for width, height, operators in pages:
        contents = len(objects) + 2
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Rotate {rotate}/Contents {contents} 0 R>>"
        )
        objects.append(f"<</Length {len(operators)}>>stream\n{operators}\nendstream")
    content, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(content))
        content += f"{number} 0 obj{body}endobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    start = len(content)
    content += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    content += f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n"
    return content.encode("latin-1")


def encrypted_pdf() -> bytes:
    """A PDF whose keys belong to a password that is not the empty one."""
    keys = f"/O <{'41' * 32}> /U <{'42' * 32}>"
    trailer = f"/ID[<{'00' * 16}><{'00' * 16}>]/Encrypt<</Filter/Standard/V 1/R 2/P -4 {keys}>>"
    return pdf((72, 72, "0 0 36 36 re f"), trailer=trailer)


def tiff(*pictures: Pillow.Image, **options: Any) -> bytes:
    return saved(pictures[0], "TIFF", save_all=True, append_images=pictures[1:], **options)


def tiff_with_damaged_page(*pictures: Pillow.Image, damaged: int) -> bytes:
    """A TIFF in which the compressed pixels of one page are overwritten."""
    content = bytearray(tiff(*pictures, compression="tiff_lzw"))
    with Pillow.open(io.BytesIO(content)) as picture:
        picture.seek(damaged)
        (offset,), (length,) = picture.tag_v2[273], picture.tag_v2[279]  # type: ignore[attr-defined]
    content[offset : offset + length] = b"\xff" * length
    return bytes(content)
