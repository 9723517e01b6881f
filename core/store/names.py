"""Names as they are stored: one spelling of every umlaut, no stray spaces, findable in any case."""

import unicodedata


def tidy(name: str) -> str:
    """`name` in NFC, blanks at the ends and doubled ones gone, and nothing a database refuses.

    macOS writes ü as u and a diaeresis; typed and stored names would never meet. Idempotent.
    """
    storable = name.encode("utf-8", errors="replace").decode("utf-8").replace("\0", "")
    return " ".join(unicodedata.normalize("NFC", storable).split())


def search_form(name: str) -> str:
    """What a search compares: "MÜNCHEN 1" and "münchen 1" are the same."""
    return unicodedata.normalize("NFC", tidy(name).casefold())
