"""Images and masks that belong together because their paths are the same but for the extension."""

from collections.abc import Callable, Iterable
from functools import partial

from core.formats.files import Files
from core.formats.incoming import ForeignMask, Incoming, MaskSource, Size
from core.formats.mask_pictures import ColourTable, read_mask_picture
from core.formats.names import IMAGE_SUFFIXES, stem_of, suffix_of

MAX_MASK_BYTES = 750_000_000

Stems = dict[str, list[str]]
"""Path without extension, inside its folder -> the files that have it."""


def pictures_in(files: Files, folder: str) -> Stems:
    """The pictures below a folder ("" for all, else ending with /), by stem."""
    found: Stems = {}
    for name in files.names:
        if name.startswith(folder) and suffix_of(name).casefold() in IMAGE_SUFFIXES:
            found.setdefault(stem_of(name[len(folder) :]), []).append(name)
    return found


def mask_source(files: Files, name: str, table: ColourTable) -> MaskSource:
    """Reads the mask in that file."""
    return partial(_read, files, name, table)


def pair(
    images: Stems,
    masks: Stems,
    *,
    source: Callable[[str], MaskSource],
    stems: Iterable[str],
    image_folder: str,
    split: str | None = None,
) -> list[Incoming]:
    """A drawing for each stem, and for each image whose stem another one has too: then nobody knows whose the mask is.

    `image_folder` is taken off the names of images. A stem with neither image nor mask is left out.
    """
    items = []
    for stem in stems:
        of_stem, its_masks = images.get(stem, []), masks.get(stem, [])
        clash = ""
        if len(of_stem) > 1 and its_masks:
            clash = f"{' and '.join(x[len(image_folder) :] for x in of_stem)} would share the mask {its_masks[0]}."
        elif len(its_masks) > 1:
            clash = f"{' and '.join(its_masks)} are both masks of {stem}."
        mask = source(its_masks[0]) if its_masks and not clash else None
        for name in of_stem:
            items.append(Incoming(name[len(image_folder) :], name, mask, split, clash=clash))
        if not of_stem and its_masks:
            items.append(Incoming(stem, None, mask, split, clash=clash))
    return items


def _read(files: Files, name: str, table: ColourTable, size: Size) -> ForeignMask:
    return read_mask_picture(name, files.read(name, max_bytes=MAX_MASK_BYTES), size, table)
