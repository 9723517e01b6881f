"""Texts that describe many drawings at once, JSON here: read whole, so their length is bounded."""

import json
from typing import Any

from core.errors import UnknownFormatError
from core.formats.files import Files

MAX_BYTES = 256_000_000
"""About ten thousand drawings with masks; Python needs a few times as much memory to understand it."""


def read_json(files: Files, name: str) -> dict[str, Any]:
    """The object in a JSON file. Raises UnknownFormatError, UnsafeArchiveError when it is too long."""
    content = files.read(name, max_bytes=MAX_BYTES)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnknownFormatError(f"{name} is not readable JSON. Export it again.") from error
    if not isinstance(document, dict):
        raise UnknownFormatError(f"{name} is JSON, but no COCO file. Export it again as COCO 1.0.")
    return document
