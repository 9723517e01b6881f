"""What the queue's order brings: `python -m benchmarks.active_learning --work DIR [--picture PATH]`.

An archive of 500 rendered drawings, four fifths of which are in styles that the base model knows, is corrected in
rounds: a strategy says which come next, their true masks are the corrections, the base is retrained on all corrections
so far, and drawings that come to the front of the queue are read again. Told is the mean IoU on drawings that nobody
corrects. Every seed is another archive. Finished runs are kept in DIR: a killed benchmark goes on, and two processes
may share DIR, each with `--strategies` of its own and the `--seeds` in another order; a last call tells and draws all.
"""

import argparse
import hashlib
import itertools
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from benchmarks.archives import ARCHIVE, Archive, Drawing, archive
from benchmarks.curve_picture import draw_curves
from benchmarks.learning_curve import Trainer
from core.infer.reader import Reader, load_reader
from core.infer.shipped import base_artefact
from core.infer.strategies import DEFAULT_STRATEGY, STRATEGIES, Candidates
from core.learn.configuration import RunConfiguration, epochs_for
from core.learn.feature_cache import FeatureCache, address
from core.raster.metrics import foreground_iou
from core.raster.sanity import examine

COUNTS = (12, 36, 60)
SEEDS = (1, 2, 3)
READ_AHEAD, MOST_READ = 36, 108  # drawings that are read again at a time, and after one retraining
IGNORE_READINGS = ("random", "in order")
BASELINE, TARGET_COUNT = "random", 36


@dataclass(frozen=True)
class Readings:
    """What a model says of N drawings, and how right it is."""

    uncertainty: NDArray[np.float32]  # (N,)
    suspicion: NDArray[np.float32]  # (N,)
    features: NDArray[np.float32]  # (N, 32)
    iou: NDArray[np.float32]  # (N,)


@dataclass(frozen=True)
class Round:
    """What the model scores after so many corrections; `corrected` says how many of each style they were."""

    corrections: int
    iou: float
    corrected: dict[str, int]
    read_again: int
    seconds: float


class Queue:
    """The drawings that wait, as the newest readings show them."""

    def __init__(self, archive: Archive, readings: Readings) -> None:
        self._drawings = archive.pool
        self._publications = np.array([drawing.publication for drawing in archive.pool], np.int64)
        self._readings = Readings(**{name: array.copy() for name, array in vars(readings).items()})
        self._waiting = np.arange(len(archive.pool))
        self.iou = readings.iou

    def order(self, strategy: str, seed: int) -> NDArray[np.intp]:
        """The rows of the drawings that wait, what to correct first comes first."""
        rows, known = self._waiting, self._readings
        candidates = Candidates(
            ids=rows.astype(np.int64),
            uncertainty=known.uncertainty[rows],
            suspicion=known.suspicion[rows],
            publications=self._publications[rows],
            features=known.features[rows],
        )
        return rows[STRATEGIES[strategy](candidates, seed)]

    def take(self, strategy: str, count: int, seed: int, reader: Reader | None) -> tuple[list[Drawing], int]:
        """The first `count` drawings, which wait no more, and how many were read again for that.

        After a retraining the product reads all again. Here only what comes to the front is, until the reader has read
        all that are taken: what sinks then was not worth its place.
        """
        read: set[int] = set()
        order = self.order(strategy, seed)
        while reader is not None and strategy not in IGNORE_READINGS and len(read) < MOST_READ:
            if read.issuperset(order[:count].tolist()):
                break
            stale = [row for row in order[:READ_AHEAD].tolist() if row not in read]
            self._read(stale, reader)
            read.update(stale)
            order = self.order(strategy, seed)
        self._waiting = np.setdiff1d(self._waiting, order[:count])
        return [self._drawings[row] for row in order[:count].tolist()], len(read)

    def _read(self, rows: list[int], reader: Reader) -> None:
        readings = read_all(reader, [self._drawings[row] for row in rows])
        for name, array in vars(readings).items():
            getattr(self._readings, name)[rows] = array


def read_all(reader: Reader, drawings: Sequence[Drawing]) -> Readings:
    """The readings of the drawings."""
    told = []
    for drawing in drawings:
        image, truth = drawing.item.image, drawing.item.mask
        reading = reader.read(image)
        heaviest = max((finding.weight for finding in examine(reading.mask, image)), default=0.0)
        told.append((reading.uncertainty, heaviest, reading.features, foreground_iou(truth, reading.mask)))
    uncertainty, suspicion, features, iou = zip(*told, strict=True)
    return Readings(*(np.array(values, np.float32) for values in (uncertainty, suspicion, features, iou)))


class Base:
    """The base model's readings, kept in a folder until the model or the code that reads with it changes."""

    def __init__(self, cache: FeatureCache) -> None:
        self._cache, self.reader = cache, load_reader(base_artefact())

    def read(self, drawings: Sequence[Drawing]) -> Readings:
        pixels = hashlib.sha256(b"".join(drawing.item.image.tobytes() for drawing in drawings)).hexdigest()
        sample = read_all(self.reader, drawings[:: max(1, len(drawings) // 5)])
        code = hashlib.sha256(b"".join(np.round(array, 3).tobytes() for array in vars(sample).values()))
        name = address("readings", hashlib.sha256(base_artefact()).hexdigest(), pixels, code.hexdigest())
        arrays = self._cache.get(name, lambda: list(vars(read_all(self.reader, drawings)).values()))
        return Readings(*(np.asarray(array, np.float32) for array in arrays))


def correct(
    archive: Archive, queue: Queue, strategy: str, seed: int, trainer: Trainer, options: argparse.Namespace
) -> Iterator[Round]:
    """Every round of one strategy on one archive."""
    corrected: list[Drawing] = []
    reader, read_count = None, 0
    for number, count in enumerate(options.counts):
        started = time.monotonic()
        drawings, read_count = queue.take(strategy, count - len(corrected), 100 * seed + number, reader)
        corrected += drawings
        run = replace(options.configuration, epochs=epochs_for(count, batch_size=options.configuration.batch_size))
        reader, _ = trainer.retrain([drawing.item for drawing in corrected], run)
        pairs = [(test.item.mask, reader.read(test.item.image).mask) for test in archive.tests]
        iou = archive.mean_of([foreground_iou(truth, mask) for truth, mask in pairs])
        styles = dict(Counter(drawing.style for drawing in corrected))
        yield Round(count, iou, styles, read_count, time.monotonic() - started)


def measure(options: argparse.Namespace) -> dict[str, dict[int, list[Round]]]:
    """The rounds of every strategy, by strategy and seed; finished ones are taken from the folder."""
    base, trainer = Base(FeatureCache(options.work / "readings")), Trainer(options.work)
    archives = FeatureCache(options.work / "archives", memory_bytes=0)
    found: dict[str, dict[int, list[Round]]] = {strategy: {} for strategy in options.strategies}
    seconds: list[float] = []
    left = len(options.seeds) * len(options.strategies)
    for seed in options.seeds:
        one = archive(seed, ARCHIVE, archives)
        readings, tests = base.read(one.pool), base.read(one.tests)
        print_readings(seed, one, readings)
        before = Round(0, one.mean_of(tests.iou.tolist()), {}, 0, 0.0)
        for strategy in options.strategies:
            started = time.monotonic()
            queue = Queue(one, readings)
            path = options.work / "runs" / f"{strategy.replace(' ', '-')}-{_name(one, queue, strategy, options)}.json"
            if path.exists():
                rounds = [Round(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
            else:
                rounds = [before]
                for done in correct(one, queue, strategy, seed, trainer, options):
                    rounds.append(done)
                    told = f"{done.iou:.4f}, {done.read_again} read again, {done.seconds:.0f} s"
                    print(f"archive {seed}, {strategy}, {done.corrections} corrections: {told}", flush=True)
                _write(path, rounds)
                seconds.append(time.monotonic() - started)
            found[strategy][seed] = rounds
            curve = ", ".join(f"{one.corrections}: {one.iou:.4f}" for one in rounds)
            print(f"archive {seed}, {strategy}: {curve}; {rounds[-1].corrected}")
            left -= 1
            if seconds:
                print(f"{left} runs left, at most {left * np.mean(seconds) / 60:.0f} min", flush=True)
    return found


def _name(archive: Archive, queue: Queue, strategy: str, options: argparse.Namespace) -> str:
    """What a run depends on: base, archive, strategy as its order shows it, reading as its masks do, settings."""
    settings = json.dumps([options.configuration.to_dict(), list(options.counts), READ_AHEAD, MOST_READ]).encode()
    order, found = queue.order(strategy, 0).tobytes(), queue.iou.tobytes()
    parts = (base_artefact(), archive.address().encode(), order, found, settings)
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:12]


def _write(path: Path, rounds: Sequence[Round]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps([asdict(one) for one in rounds], indent=1), encoding="utf-8")
    temporary.replace(path)


def print_readings(seed: int, archive: Archive, readings: Readings) -> None:
    """How the base reads the archive, publication by publication."""
    ranks = spearmanr(readings.uncertainty, 1 - readings.iou).statistic
    told = f"base {readings.iou.mean():.3f}, uncertainty and error correlate by rank with {ranks:.2f}"
    print(f"\narchive {seed}: {len(archive.pool)} drawings, {told}")
    for number, part in enumerate(archive.parts):
        rows = [row for row, drawing in enumerate(archive.pool) if drawing.publication == number]
        iou, uncertainty = readings.iou[rows].mean(), readings.uncertainty[rows].mean()
        suspected = (readings.suspicion[rows] > 0).mean()
        print(
            f"  {part.style:16} {len(rows):4} IoU {iou:.3f}, uncertainty {uncertainty:.3f}, suspected {suspected:.0%}"
        )


def summarise(found: dict[str, dict[int, list[Round]]]) -> dict[str, dict[int, dict[str, float]]]:
    """Means over the seeds, by strategy and number of corrections: IoU, and what was gained over the base."""
    table: dict[str, dict[int, dict[str, float]]] = {}
    for strategy, runs in found.items():
        for rounds in zip(*runs.values(), strict=True):
            gains = [one.iou - run[0].iou for one, run in zip(rounds, runs.values(), strict=True)]
            row = {"iou": float(np.mean([one.iou for one in rounds])), "gain": float(np.mean(gains))}
            table.setdefault(strategy, {})[rounds[0].corrections] = row
    return table


def corrections_to_reach(rows: dict[int, dict[str, float]], iou: float) -> float:
    """After how many corrections a curve, straight between its points, first reaches this IoU; infinite if never."""
    points = [(count, row["iou"]) for count, row in sorted(rows.items())]
    for (before, low), (count, high) in itertools.pairwise(points):
        if high >= iou:
            return before if low >= iou else before + (count - before) * (iou - low) / (high - low)
    return float("inf")


def print_table(table: dict[str, dict[int, dict[str, float]]], seed_count: int) -> None:
    counts = sorted({count for rows in table.values() for count in rows})
    print(f"\nmean IoU of {seed_count} archives" + " " * 4 + "".join(f"{count:>8}" for count in counts))
    for strategy, rows in table.items():
        print(f"{strategy:25}" + "".join(f"{row['iou']:8.4f}" for row in rows.values()))
    if BASELINE not in table:
        return
    last = max(table[BASELINE])
    aim = table[BASELINE][last]["iou"]
    for strategy in (name for name in table if name != BASELINE):
        needed = corrections_to_reach(table[strategy], aim)
        told = f"{strategy} reaches what {BASELINE} has after {last} after {needed:.0f} corrections"
        verdict = f" ({'holds' if needed <= TARGET_COUNT else f'misses {TARGET_COUNT}'})"
        print(told + verdict * (strategy == DEFAULT_STRATEGY))
    best = max(table, key=lambda strategy: np.mean([row["iou"] for row in table[strategy].values()]))
    print(f"highest curve: {best}; the default is {DEFAULT_STRATEGY}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for results, so that they can be continued")
    parser.add_argument("--strategies", nargs="+", default=list(STRATEGIES), choices=list(STRATEGIES))
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    parser.add_argument("--counts", nargs="+", type=int, default=COUNTS, help="corrections after which it is retrained")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="another setting of the runs")
    parser.add_argument(
        "--picture", type=Path, help="where to draw the curves, such as docs/images/active-learning.png"
    )
    options = parser.parse_args()
    options.configuration = RunConfiguration.from_dict(
        {key: json.loads(value) for key, value in (text.split("=", 1) for text in options.set)}
    )
    table = summarise(measure(options))
    print_table(table, len(options.seeds))
    if options.picture:
        draw_curves(table, options.picture, title="IoU on the archive's other drawings", step=0.02, is_to_scale=True)


if __name__ == "__main__":
    main()
