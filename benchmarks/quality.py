"""How far the estimate of unreviewed predictions is off: `python -m benchmarks.quality [--work DIR] [--drawings 20]`.

Rendered publications of one draughtsman each, easy and hard ones, in styles that the shipped base model knows and in
styles that it never saw. For each the true mean IoU stands beside what is estimated with nothing decided anywhere, with
all other publications decided, and with ten of its own drawings decided too. `--first-seed` under 10,000,000 is for
choosing the priors of core.infer.quality. What was read is kept in DIR.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.new_styles import publication
from core.infer.quality import Decided, Estimate, Numbers, estimate_remaining, fit
from core.infer.reader import Reader, load_reader
from core.infer.shipped import base_artefact
from core.learn.rendered import RESERVED_SEEDS
from core.raster.metrics import foreground_iou

PUBLICATIONS = (
    ("black", 1),
    ("black", 2),
    ("outlined", 1),
    ("outlined", 2),
    ("hatched", 1),
    ("grey", 1),
    ("stippled", 1),
    ("dashed", 1),
    ("toned", 1),
    ("zigzag", 1),
    ("dotted", 1),
    ("double outline", 1),
)
OWN = 10  # decided drawings of the publication itself in the last column
CODE = Path(__file__).resolve().parent.parent / "core"


def pairs(reader: Reader, style: str, seed: int, count: int) -> list[tuple[float, float]]:
    """Uncertainty and IoU of each drawing of a publication."""
    found = []
    for drawing in publication(style, seed, count):
        reading = reader.read(drawing.image)
        found.append((reading.uncertainty, foreground_iou(drawing.mask, reading.mask)))
    return found


def measured(options: argparse.Namespace) -> list[list[tuple[float, float]]]:
    """The pairs of every publication; what was read before with the same model and code is taken from the folder."""
    artefact = base_artefact()
    digest = hashlib.sha256(artefact)
    for path in sorted(path for part in ("infer", "render") for path in (CODE / part).glob("*.py")):
        digest.update(path.read_bytes() if path.name != "quality.py" else b"")
    notes = options.work / f"pairs-{digest.hexdigest()[:12]}-{options.first_seed}-{options.drawings}.json"
    known = json.loads(notes.read_text(encoding="utf-8")) if notes.exists() else []
    reader = load_reader(artefact)
    for style, number in PUBLICATIONS[len(known) :]:
        known.append(pairs(reader, style, options.first_seed + number, options.drawings))
        options.work.mkdir(parents=True, exist_ok=True)
        notes.write_text(json.dumps(known), encoding="utf-8")
    return known


def decided_of(publications: dict[int, Numbers]) -> Decided:
    """The pairs (N, 2) of some publications, by their number, as decided drawings."""
    together = np.concatenate([*publications.values(), np.zeros((0, 2))])
    ids = np.repeat(np.array(list(publications), np.int64), [len(rows) for rows in publications.values()])
    return Decided(together[:, 0], together[:, 1], ids)


def estimate_of(decided: Decided, number: int, rows: Numbers) -> Estimate:
    (found,) = estimate_remaining(fit(decided), rows[:, 0], np.full(len(rows), number, np.int64))
    return found


def told(name: str, estimates: Sequence[Estimate], truths: Sequence[float]) -> str:
    errors = [abs(one.iou - truth) for one, truth in zip(estimates, truths, strict=True)]
    inside = sum(one.low <= truth <= one.high for one, truth in zip(estimates, truths, strict=True))
    width = np.mean([one.high - one.low for one in estimates])
    return (
        f"{name}: mean absolute error {np.mean(errors):.3f}, worst {max(errors):.3f}; truth inside the interval "
        f"{inside} of {len(truths)} times (mean width {width:.2f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("quality-benchmark"))
    parser.add_argument("--drawings", type=int, default=25, help=f"of each publication, more than {OWN}")
    parser.add_argument("--first-seed", type=int, default=RESERVED_SEEDS)
    options = parser.parse_args()
    all_rows = dict(enumerate(np.array(rows) for rows in measured(options)))
    columns: dict[str, list[Estimate]] = {"nothing decided": [], "others decided": [], f"and {OWN} of its own": []}
    truths = []
    print(f"{'publication':18} {'true':>6}  " + "  ".join(f"{name:>22}" for name in columns))
    for number, rows in all_rows.items():
        others = {other: known for other, known in all_rows.items() if other != number}
        own, rest = rows[:OWN], rows[OWN:]
        known = (decided_of({}), decided_of(others), decided_of({**others, number: own}))
        cells = []
        for column, decided in zip(columns, known, strict=True):
            columns[column].append(estimate_of(decided, number, rest))
            one = columns[column][-1]
            cells.append(f"{one.iou:8.3f} ({one.low:.2f} to {one.high:.2f})")
        truths.append(float(rest[:, 1].mean()))
        print(f"{' '.join(map(str, PUBLICATIONS[number])):18} {truths[-1]:6.3f}  " + "  ".join(cells), flush=True)
    for name, estimates in columns.items():
        print(told(name, estimates, truths))


if __name__ == "__main__":
    main()
