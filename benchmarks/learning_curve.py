"""What corrections bring: `python -m benchmarks.learning_curve --work DIR [--quick] [--set KEY=VALUE ...]`.

For publications in three styles that the base model never saw: foreground IoU on their other drawings before and after
retraining on 1, 3, 5, 10 and 20 of them, and what the old domain (rendered drawings) loses. Each seed is another
draughtsman and another run; the median of the seeds is told. Results are kept in DIR: a killed benchmark goes on.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.curve_picture import draw_curves
from benchmarks.new_styles import STYLES, PublishedDrawing, publication
from core.infer.artefact import read_artefact
from core.infer.reader import Reader, load_reader
from core.infer.shipped import base_artefact
from core.learn.configuration import RunConfiguration, epochs_for
from core.learn.evaluation import TestDrawing, rendered_drawings
from core.learn.rendered import RESERVED_SEEDS
from core.learn.samples import TrainingItem
from core.raster.metrics import foreground_iou
from core.settings import MODELS_DIRECTORY

COUNTS = (1, 3, 5, 10, 20)
SEEDS = (RESERVED_SEEDS + 1, RESERVED_SEEDS + 2, RESERVED_SEEDS + 3)
OTHERS = 16  # drawings of the publication that nobody corrects
REFERENCES = 16
REFERENCE_SIZE_PX = 800
TARGET_COUNT, TARGET_GAIN, TARGET_LOSS = 10, 0.5, 0.01


@dataclass(frozen=True)
class Cell:
    """What one model scores on one publication and on the old domain; `corrections` 0 is the model before."""

    style: str
    seed: int
    corrections: int
    iou: float
    old_domain: float
    seconds: float


class Results:
    """The cells measured so far, in a file.

    Another model, rendering, configuration or number of drawings begins a file of its own.
    """

    def __init__(self, directory: Path, configuration: RunConfiguration, options: argparse.Namespace) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / f"cells-{_fingerprint(configuration, options)}.json"
        stored = json.loads(self._path.read_text(encoding="utf-8")) if self._path.exists() else []
        self.cells = [Cell(**cell) for cell in stored]

    def find(self, style: str, seed: int, corrections: int) -> Cell | None:
        wanted = (style, seed, corrections)
        return next((cell for cell in self.cells if (cell.style, cell.seed, cell.corrections) == wanted), None)

    def add(self, cell: Cell) -> None:
        self.cells.append(cell)
        temporary = self._path.with_suffix(".tmp")
        temporary.write_text(json.dumps([asdict(cell) for cell in self.cells], indent=1), encoding="utf-8")
        temporary.replace(self._path)


def _fingerprint(configuration: RunConfiguration, options: argparse.Namespace) -> str:
    """What the results depend on: the base model, how drawings are rendered, how many are read, and the settings."""
    drawings = [next(publication(style, SEEDS[0], 1)).image for style in STYLES]
    parts = [base_artefact(), *(drawing.tobytes() for drawing in drawings)]
    epochs = [epochs_for(count) for count in COUNTS] if options.as_often else []
    settings = [configuration.to_dict(), epochs, options.others, options.references]
    parts.append(json.dumps(settings, sort_keys=True).encode())
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:12]


class Trainer:
    """Retrains the base model as the product does: features are computed once, the network is built once."""

    def __init__(self, directory: Path) -> None:
        from core.learn.feature_cache import FeatureCache
        from core.learn.learners import Learners

        self._cache, self._learners = FeatureCache(directory / "features"), Learners()
        self._start = (MODELS_DIRECTORY / "base" / "weights.h5").read_bytes()
        self._sizes = read_artefact(base_artefact()).contract.sizes

    def retrain(self, items: Sequence[TrainingItem], configuration: RunConfiguration) -> tuple[Reader, float]:
        """A reader of the base model trained on the items, and the seconds that took."""
        from core.learn.export import export_artefact
        from core.learn.training import TrainingSet, train

        started = time.monotonic()
        trained, _ = train(
            configuration, TrainingSet(items), start=self._start, cache=self._cache, learners=self._learners
        )
        reader = load_reader(export_artefact(trained.network, trained.labels, configuration.sizes_after(self._sizes)))
        return reader, time.monotonic() - started


def mean_iou(reader: Reader, drawings: Sequence[PublishedDrawing] | Sequence[TestDrawing]) -> float:
    """Mean foreground IoU at full resolution."""
    truths = [drawing.truth if isinstance(drawing, TestDrawing) else drawing.mask for drawing in drawings]
    pairs = zip(truths, drawings, strict=True)
    return float(np.mean([foreground_iou(truth, reader.read(drawing.image).mask) for truth, drawing in pairs]))


def measure(results: Results, configuration: RunConfiguration, options: argparse.Namespace) -> None:
    """Fill the results; what is there already is not measured again."""
    references = list(rendered_drawings(options.references, first_seed=RESERVED_SEEDS, size_px=REFERENCE_SIZE_PX))
    base, trainer = load_reader(base_artefact()), Trainer(options.work)
    old_domain = next((cell.old_domain for cell in results.cells if not cell.corrections), None)
    for seed in options.seeds:
        for style in options.styles:
            wanted = [count for count in (0, *options.counts) if results.find(style, seed, count) is None]
            if not wanted:
                continue
            drawings = list(publication(style, seed, max(COUNTS) + options.others))
            others = drawings[max(COUNTS) :]
            items = [TrainingItem(drawing.name, drawing.image, drawing.mask) for drawing in drawings]
            for count in wanted:
                if count:
                    run = replace(configuration, seed=seed - RESERVED_SEEDS)
                    if options.as_often:
                        run = replace(run, epochs=epochs_for(count, batch_size=run.batch_size))
                    reader, seconds = trainer.retrain(items[:count], run)
                    cell = Cell(style, seed, count, mean_iou(reader, others), mean_iou(reader, references), seconds)
                else:
                    old_domain = old_domain if old_domain is not None else mean_iou(base, references)
                    cell = Cell(style, seed, 0, mean_iou(base, others), old_domain, 0.0)
                results.add(cell)
                told = f"{cell.iou:.3f}, old domain {cell.old_domain:.3f}, {cell.seconds:.0f} s"
                print(f"{style}, seed {seed}, {count} corrections: {told}", flush=True)


def summarise(cells: Sequence[Cell]) -> dict[str, Any]:
    """Per style and number of corrections, medians over the seeds: IoU, share of the missing IoU gained, old domain."""
    table: dict[str, Any] = {}
    for style in STYLES:
        before = {cell.seed: cell for cell in cells if cell.style == style and not cell.corrections}
        for count in (0, *COUNTS):
            found = [cell for cell in cells if (cell.style, cell.corrections) == (style, count) and cell.seed in before]
            if found:
                gains = [(cell.iou - before[cell.seed].iou) / (1 - before[cell.seed].iou) for cell in found]
                changes = [cell.old_domain - before[cell.seed].old_domain for cell in found]
                table.setdefault(style, {})[count] = {
                    "iou": float(np.median([cell.iou for cell in found])),
                    "gained": float(np.median(gains)),
                    "old_domain_change": float(np.median(changes)),
                    "seconds": float(np.median([cell.seconds for cell in found])),
                    "seeds": len(found),
                }
    return table


def print_table(table: dict[str, Any]) -> None:
    print(f"\n{'style':16} {'corrections':>11} {'IoU':>6} {'gained':>7} {'old domain':>11} {'seconds':>8} {'seeds':>6}")
    for style, rows in table.items():
        for count, row in rows.items():
            print(
                f"{style:16} {count:11} {row['iou']:6.3f} {row['gained']:7.0%} {row['old_domain_change']:+11.3f} "
                f"{row['seconds']:8.0f} {row['seeds']:6}"
            )
    for style, rows in table.items():
        if TARGET_COUNT in rows:
            row = rows[TARGET_COUNT]
            gain = "holds" if row["gained"] >= TARGET_GAIN else f"misses {TARGET_GAIN:.0%}"
            loss = "holds" if row["old_domain_change"] >= -TARGET_LOSS else f"misses -{TARGET_LOSS}"
            print(
                f"{style}, {TARGET_COUNT} corrections: {row['gained']:.0%} of the missing IoU gained ({gain}), "
                f"old domain {row['old_domain_change']:+.3f} ({loss})"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for results, so that they can be continued")
    parser.add_argument("--quick", action="store_true", help="one seed, 1 and 10 corrections, fewer drawings")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="another setting of the run")
    parser.add_argument("--styles", nargs="+", default=list(STYLES), choices=list(STYLES))
    parser.add_argument("--seeds", nargs="+", type=int)
    parser.add_argument("--counts", nargs="+", type=int)
    parser.add_argument("--others", type=int, default=0)
    parser.add_argument("--references", type=int, default=0)
    parser.add_argument("--picture", type=Path, help="where to draw the curves, such as docs/images/learning-curve.png")
    options = parser.parse_args()
    full, quick = (SEEDS, COUNTS, OTHERS, REFERENCES), (SEEDS[:1], (1, 10), 10, 12)
    for name, value in zip(("seeds", "counts", "others", "references"), quick if options.quick else full, strict=True):
        setattr(options, name, getattr(options, name) or value)
    settings = {key: json.loads(value) for key, value in (text.split("=", 1) for text in options.set)}
    configuration = RunConfiguration.from_dict(settings)
    options.as_often = "epochs" not in settings  # as the product does
    results = Results(options.work, configuration, options)
    measure(results, configuration, options)
    table = summarise(results.cells)
    print_table(table)
    if options.picture:
        draw_curves(table, options.picture, title="IoU on the other drawings of the publication", lowest=0.5)


if __name__ == "__main__":
    main()
