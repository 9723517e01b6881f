"""Predicts drawings that lie in folders, without a workspace."""

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import InputError, UnreadableImageError
from core.infer.reader import Reader
from core.raster.images import Page, read_pages
from core.raster.masks import encode_mask
from core.settings import Settings

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".pdf"})


@dataclass(frozen=True)
class Written:
    """A mask that was written for one page of `source`; `was_renamed` where another drawing had taken the name."""

    source: Path
    mask: Path
    was_renamed: bool
    uncertainty: float
    seconds: float


@dataclass(frozen=True)
class Refused:
    """A file that could not be used, and the sentence that says why."""

    source: Path
    reason: str


def find_drawings(paths: Iterable[Path], *, outside: Path | None = None) -> list[Path]:
    """The files among `paths` and, sorted, all images and PDFs in the folders among them, each file once.

    What lies in the folder `outside` (where the masks go) is no drawing, unless that folder, or one in it, was given.
    """
    found: dict[Path, None] = {}
    for path in paths:
        found.update(dict.fromkeys(_walk(path, outside) if path.is_dir() else [path]))
    return list(found)


def predict_files(
    reader: Reader, sources: Sequence[Path], directory: Path, settings: Settings
) -> Iterator[Written | Refused]:
    """Write the mask of each drawing, 0 and 255 at full resolution, into `directory`, and tell of each.

    The name is <stem>.png, for further pages <stem>-p2.png and on. Where two drawings have the same stem, the
    second becomes <stem>-2.png. A file that cannot be read or written is refused, and the others go on.
    """
    taken = {source.stem.casefold() for source in sources}
    seen: set[str] = set()
    for source in sources:
        is_first = source.stem.casefold() not in seen
        seen.add(source.stem.casefold())
        stem = source.stem if is_first else free_name(source.stem, taken)
        for page in pages_in(source, settings):
            if isinstance(page, Refused):
                yield page
                continue
            wanted = stem if page.number == 0 else f"{stem}-p{page.number + 1}"
            name = stem if page.number == 0 else free_name(wanted, taken)
            path = directory / f"{name}.png"
            try:
                _refuse_to_replace(path, sources)
                reading = reader.read(page.image)
                write_atomically(path, encode_mask(np.where(reading.mask > 0, 255, 0).astype(np.uint8)))
            except InputError as error:
                yield Refused(source, str(error))
            else:
                yield Written(source, path, not is_first or name != wanted, reading.uncertainty, reading.seconds)


def pages_in(path: Path, settings: Settings) -> Iterator[Page | Refused]:
    """The pages of one image or PDF file on disk; for the file or a page that cannot be read, what is wrong with it."""
    try:
        pages = iter(
            read_pages(path.name, _content(path), max_pixels=settings.max_image_pixels, pdf_dpi=settings.pdf_dpi)
        )
    except InputError as error:
        yield Refused(path, str(error))
        return
    while True:
        try:
            yield next(pages)
        except StopIteration:
            return
        except InputError as error:  # the pages after a damaged one can still be read
            yield Refused(path, str(error))


def free_name(wanted: str, taken: set[str]) -> str:
    """`wanted`, or with -2, -3, ... after it the first that is not `taken` (in any case); taken from now on."""
    name, number = wanted, 1
    while name.casefold() in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name.casefold())
    return name


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all. Raises InputError with a sentence if it cannot be."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise InputError(
            f"{path} cannot be written ({error.strerror}). Choose another folder or free space."
        ) from error


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableImageError(f"{path} does not exist. Check the name.") from error
    except OSError as error:
        raise UnreadableImageError(f"{path} cannot be opened ({error.strerror}). Check who may read it.") from error


def _walk(directory: Path, outside: Path | None) -> list[Path]:
    left_out = outside.resolve() if outside else None
    if left_out and directory.resolve() not in left_out.parents:
        left_out = None
    return sorted(
        path
        for path in directory.rglob("*")
        if path.suffix.casefold() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(directory).parts)
        and not (left_out and left_out in path.resolve().parents)
    )


def _refuse_to_replace(path: Path, sources: Sequence[Path]) -> None:
    if path.exists() and any(source.exists() and path.samefile(source) for source in sources):
        raise InputError(
            f"The mask of {path.name} would replace the drawing {path} itself. Choose another --out folder."
        )
