"""What becomes of each drawing that an archive brings: looked at for the report, carried out for the import."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.errors import ImageTooLargeError, InputError, MaskSizeError
from core.formats.files import Files
from core.formats.incoming import ForeignMask, Incoming, Size
from core.formats.label_choices import LabelChoice, class_table, unfit_labels
from core.formats.names import NameIndex
from core.formats.pictures import opened_picture, orientation
from core.formats.pipeline import OneLargeAtATime, in_parallel
from core.formats.uploads import BYTES_PER_PIXEL, METADATA_BYTES
from core.raster.images import Page, read_pages
from core.raster.masks import Mask, encode_mask
from core.store import imports
from core.store.imports import Known, StoredImage, StoredMask
from core.store.label_map import label_map
from core.store.workspace import Workspace

NEARLY_ALL = 0.9
"""A section never covers so much of its drawing: such a mask is inverted, or a known fault of exports."""

_PLAIN_MODES = ("1", "L", "P", "RGB")


@dataclass(frozen=True)
class Finding:
    """What becomes of one drawing of the archive.

    `drawing` is "new", "there", or "missing" (a mask for a drawing that is not in the workspace). `mask` is "entered",
    "known" (it was there before), "in work" (somebody draws on that drawing), "none" (unlabelled), or why it stays
    behind: "clash", "size", "inverted", "unfit" (all that is marked is of labels that fit no class), "unreadable",
    "missing". `sentence` says more, where there is more to say.
    """

    name: str
    drawing: str
    mask: str
    sentence: str = ""
    drawing_id: int | None = None
    snapped_pixels: int = 0
    partner: str = ""


@dataclass(frozen=True)
class Examined:
    """A finding with what an import needs to carry it out, where it stores anything at all."""

    item: Incoming
    finding: Finding
    image: StoredImage | None = None
    mask: StoredMask | None = None


class Examiner:
    """Examines the drawings of an archive against what the workspace has, from several threads.

    `labels` says which class each label of the archive becomes. With `is_stored` the pixels that go in are put into the
    blobs on the way; otherwise nothing is written.
    """

    def __init__(
        self, ws: Workspace, files: Files, labels: Sequence[LabelChoice], *, status: str, is_stored: bool
    ) -> None:
        self._ws, self._files = ws, files
        self._classes, self._unfit = class_table(labels, label_map(ws)), unfit_labels(labels)
        self._status, self._is_stored = status, is_stored
        self._large = OneLargeAtATime()
        self._by_hash: dict[str, Known] = {}
        self._by_id: dict[int, Known] = {}
        self._names = NameIndex()
        for known in imports.known_drawings(ws):
            self._by_id[known.drawing_id] = known
            self._names.add(known.drawing_id, known.name, known.page)
            self._by_hash.setdefault(known.image_sha256, known)
            if known.page == 0:
                self._by_hash[known.source_sha256] = known

    def examine_all(self, items: Iterable[Incoming]) -> Iterator[Examined]:
        """Each item, in order. Of several masks for one drawing the first goes in, the others clash."""
        owner: dict[object, str] = {}
        for examined in in_parallel(self._examine, items):
            key = examined.finding.drawing_id or (examined.image and examined.image.source_sha256)
            if key is None or examined.finding.mask not in ("entered", "known", "in work"):
                yield examined
            elif key in owner:
                sentence = f"{examined.item.name} is the same drawing as {owner[key]}, whose mask is used."
                yield replace(examined, mask=None, finding=_refused(examined.finding, "clash", sentence))
            else:
                owner[key] = examined.item.name
                yield examined

    def drawing_names(self) -> list[str]:
        return [known.name for known in self._by_id.values()]

    def _examine(self, item: Incoming) -> Examined:
        size_bytes = self._files.size(item.image_name) if item.image_name else 0
        with self._large.admitted(size_bytes=size_bytes):
            if item.image_name is None:
                return self._examine_mask(item, self._named(item), None, None)
            try:
                return self._examine_image(item, item.image_name)
            except InputError as error:
                return Examined(item, Finding(item.name, "refused", "none", str(error)))

    def _examine_image(self, item: Incoming, image_name: str) -> Examined:
        max_pixels = self._ws.settings.max_image_pixels
        content = self._files.read(image_name, max_bytes=BYTES_PER_PIXEL * max_pixels + METADATA_BYTES)
        sha256 = hashlib.sha256(content).hexdigest()
        known = self._by_hash.get(sha256)
        if known is not None:
            return self._examine_mask(
                item, Finding(item.name, "there", "none", drawing_id=known.drawing_id), None, None
            )
        size, is_plain = _look(item.name, content, max_pixels)
        namesake = "another drawing of this name is here, with another image." if self._names.find(item.name) else ""
        finding = Finding(item.name, "new", "none", namesake)
        if not self._is_stored:
            nothing_yet = StoredImage(sha256, "", "", *size)
            return self._examine_mask(item, finding, nothing_yet, size)
        with self._large.admitted(pixels=size[0] * size[1]):
            page = next(iter(read_pages(item.name, content, max_pixels=max_pixels, pdf_dpi=1)))
            named = Page(item.name, 0, page.image)
            image = imports.store_image(self._ws, content, named, is_plain_png=is_plain)
            return self._examine_mask(item, finding, image, (image.height_px, image.width_px))

    def _named(self, item: Incoming) -> Finding:
        found = self._names.find(item.name)
        if len(found) == 1:
            return Finding(item.name, "there", "none", drawing_id=next(iter(found)))
        sentence = f"{len(found)} drawings are called {item.name}." if found else ""
        return Finding(item.name, "missing", "missing" if item.mask or item.clash else "none", sentence)

    def _examine_mask(self, item: Incoming, finding: Finding, image: StoredImage | None, size: Size | None) -> Examined:
        known = self._by_id.get(finding.drawing_id) if finding.drawing_id else None
        size = (known.height_px, known.width_px) if known else size
        if item.clash:
            return Examined(item, _refused(finding, "clash", item.clash), image)
        if item.mask is None or size is None:
            return Examined(item, finding, image)
        with self._large.admitted(pixels=size[0] * size[1]):
            try:
                foreign = item.mask(size)
            except MaskSizeError as error:
                return Examined(item, _refused(finding, "size", str(error)), image)
            except InputError as error:
                return Examined(item, _refused(finding, "unreadable", str(error)), image)
            mask = self._classes[foreign.indices]
            finding = replace(finding, snapped_pixels=foreign.snapped_pixels)
            unfit = self._unfit_in(foreign) if self._unfit and not mask.any() else ""
            if unfit:
                return Examined(item, _refused(finding, "unfit", unfit), image)
            return self._judge(item, finding, image, mask, known)

    def _unfit_in(self, foreign: ForeignMask) -> str:
        """A sentence about what is marked in a mask of which nothing would be left, "" if nothing is."""
        names = [self._unfit[label] for label in np.unique(foreign.indices).tolist() if label in self._unfit]
        marked = " and ".join(f"“{name}”" for name in names)
        return f"only {marked} is marked, which fits no class: say which class it is." if names else ""

    def _judge(
        self, item: Incoming, finding: Finding, image: StoredImage | None, mask: Mask, known: Known | None
    ) -> Examined:
        class_pixels = np.bincount(mask.ravel()).tolist()
        foreground = 1 - class_pixels[0] / mask.size
        if foreground > NEARLY_ALL:
            sentence = f"{foreground:.0%} of the mask is foreground: it is probably inverted."
            return Examined(item, _refused(finding, "inverted", sentence), image)
        if known is None and not self._is_stored:
            return Examined(item, replace(finding, mask="entered"), image)
        content = encode_mask(mask)
        sha256 = hashlib.sha256(content).hexdigest()
        outcome = "entered" if known is None else imports.mask_outcome(known, sha256, self._status)
        stored = None
        if outcome == "entered" and self._is_stored:
            stored = StoredMask(self._ws.blobs.put(content), class_pixels)
        return Examined(item, replace(finding, mask=outcome), image, stored)


def _refused(finding: Finding, mask: str, sentence: str) -> Finding:
    return replace(finding, mask=mask, sentence=sentence)


def _look(name: str, content: bytes, max_pixels: int) -> tuple[Size, bool]:
    """The upright size of an image, by its header, and whether it is a PNG whose pixels are what it shows."""
    with opened_picture(name, content) as picture:
        width, height = picture.size
        if width * height > max_pixels:
            raise ImageTooLargeError(
                f"{name} has {width} x {height} pixels, the limit is {max_pixels / 1e6:.6g} megapixels. "
                "Scan it at a lower resolution."
            )
        turned = orientation(name, picture)
        is_plain = (
            picture.format == "PNG"
            and picture.mode in _PLAIN_MODES
            and "transparency" not in picture.info
            and turned == 1
            and getattr(picture, "n_frames", 1) == 1
        )
    return ((width, height) if turned in (5, 6, 7, 8) else (height, width)), is_plain
