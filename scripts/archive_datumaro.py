"""Makes tests/archives/datumaro-*.zip, what datumaro writes, for tests that run where it is not installed.

Run it with the environment of requirements-witness.txt at hand: python -m scripts.archive_datumaro
tests/core/formats/test_witnesses.py reads them.
"""

import json
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from tests.core.formats.samples import RING
from tests.core.formats.test_witnesses import ARCHIVES, KINDS, LABELS, MASKS, witness


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        (folder / "labels.json").write_text(json.dumps(LABELS), encoding="utf-8")
        np.savez(folder / "masks.npz", **MASKS, unlabelled=RING)
        witness("write", folder)
        for kind in KINDS:
            with zipfile.ZipFile(ARCHIVES / f"datumaro-{kind}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for path in sorted((folder / kind).rglob("*")):
                    if path.is_file():
                        archive.write(path, path.relative_to(folder / kind))
            print(ARCHIVES / f"datumaro-{kind}.zip")


if __name__ == "__main__":
    main()
