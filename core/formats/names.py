"""Names of drawings as archives write them: with or without an extension, in folders, safe to unpack anywhere."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from core.formats.archives import composed
from core.store.names import tidy

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp")
FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]')
"""Characters that Windows allows in no file name, or XML in no document."""

LONGEST_PART_BYTES = 200

DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])[ ]*(\.|$)", re.IGNORECASE)
"""What Windows takes for a device, whatever extension comes behind it."""


def stem_of(name: str) -> str:
    """The path without the extension of an image; "Abb. 1" keeps its dot."""
    suffix = suffix_of(name)
    return name[: -len(suffix)] if suffix else name


def suffix_of(name: str) -> str:
    """The extension of an image as it stands there, with its dot, or ""."""
    return next((name[-len(x) :] for x in (*IMAGE_SUFFIXES, ".pdf") if name.casefold().endswith(x) and name != x), "")


def plain_name(source: Path) -> str:
    """What an archive or folder is called, as a first guess at what its drawings come from."""
    name = source.resolve().name
    return name[:-4] if name.lower().endswith(".zip") else name


def export_stem(name: str, page: int) -> str:
    """The path under which a drawing goes out, without an extension.

    Subfolders stay. What would be refused when an archive is unpacked becomes _; further pages get -p2 and on.
    """
    stem = stem_of(composed(name))
    *folders, last = FORBIDDEN.sub("_", stem.replace("\\", "/")).split("/")
    parts = [*(_safe(folder.rstrip(" .")) for folder in folders), _safe(last)]
    path = "/".join(part for part in parts if part) or "unnamed"
    return path if page == 0 else f"{path}-p{page + 1}"


@dataclass
class FreeNames:
    """Gives every drawing of an export a name of its own, and counts how many had to be changed for that."""

    taken: set[str] = field(default_factory=set)
    changed_count: int = 0

    def give(self, wanted: str) -> str:
        """`wanted`, or with -2, -3, ... after it the first that nobody has, in any case of its letters."""
        name, number = wanted, 1
        while name.casefold() in self.taken:
            number += 1
            name = f"{wanted}-{number}"
        self.changed_count += number > 1
        self.taken.add(name.casefold())
        return name


class NameIndex:
    """Finds what a name means, whether it is given with folders and extension or without, in any case.

    A spelling that fits exactly goes before one that fits in another case, a path before a bare file name.
    """

    def __init__(self) -> None:
        self._levels: list[dict[str, set[int]]] = [{} for _ in range(5)]

    def add(self, number: int, name: str, page: int) -> None:
        for level, key in enumerate(self._keys(name, export_stem(name, page))):
            self._levels[level].setdefault(key, set()).add(number)

    def find(self, name: str) -> set[int]:
        """Every thing that the name may mean: none, the one, or several."""
        tidied = tidy(name)
        for level, key in enumerate(self._keys(tidied, export_stem(tidied, 0))):
            found = self._levels[level].get(key)
            if found:
                return found
        return set()

    @staticmethod
    def _keys(name: str, stem: str) -> tuple[str, ...]:
        bare = stem.rsplit("/", 1)[-1]
        return name, stem, stem.casefold(), bare, bare.casefold()


def _safe(part: str) -> str:
    part = part.lstrip(" .").rstrip(" ")
    if DEVICES.match(part):
        part = f"_{part}"
    while len(part.encode()) > LONGEST_PART_BYTES:
        part = part[:-1].rstrip(" ")
    return "_" if part.casefold() in ("thumbs.db", "desktop.ini", "__macosx") else part
