"""How right a model is on rendered drawings of full difficulty, whose seeds no training ever uses."""

import contextlib
import hashlib
import json
import math
import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from core.infer.reader import load_reader
from core.learn.ranking import share_of_worst_found, spearman
from core.raster.masks import Mask
from core.raster.metrics import border_distance_px, foreground_iou
from core.render.drawing import render_drawing
from core.render.outlines import load_outlines

BORDER_AT_PX = 1500
SEEDS_AT_ONCE = 10
CODE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Drawings:
    """Rendered drawings with consecutive seeds, 250 to 4500 px long unless `size_px` is given."""

    count: int
    first_seed: int
    size_px: int | None = None
    outlines: Path | None = None

    @property
    def seeds(self) -> range:
        return range(self.first_seed, self.first_seed + self.count)


@dataclass(frozen=True)
class Accuracy:
    """How well one rendered drawing was read.

    `missed` is the share of the section that was not found, `invented` the share of what was found that is no section.
    `border_px` is the median distance of the borders as if the drawing were 1500 px long, infinite where nothing was
    found.
    """

    seed: int
    style: str
    size_px: int
    iou: float
    missed: float
    invented: float
    border_px: float
    uncertainty: float


def measure(artefact: bytes, drawings: Drawings, *, processes: int = 2, kept: Path | None = None) -> Iterator[Accuracy]:
    """The accuracy on each drawing, in any order, measured in that many processes of one thread each.

    With a folder `kept` every result is written down as soon as it is there; what the same artefact, renderer and
    reading have given before is taken from it, so a run that was cut off goes on where it was.
    """
    notes = None if kept is None else kept / f"accuracy-{_fingerprint(artefact, drawings)}.jsonl"
    known = {result.seed: result for result in _noted(notes)}
    yield from (known[seed] for seed in drawings.seeds if seed in known)
    for results in _in_processes(artefact, drawings, [seed for seed in drawings.seeds if seed not in known], processes):
        if notes is not None:
            notes.parent.mkdir(parents=True, exist_ok=True)
            with notes.open("a", encoding="utf-8") as file:
                file.writelines(f"\n{json.dumps(asdict(result))}" for result in results)
        yield from results


def measure_some(artefact: bytes, drawings: Drawings, seeds: Sequence[int]) -> list[Accuracy]:
    """The accuracy on the drawings with these seeds, one after the other on one thread."""
    import cv2

    cv2.setNumThreads(1)
    reader = load_reader(artefact, threads=1)
    outlines = load_outlines(drawings.outlines) if drawings.outlines else None
    results = []
    for seed in seeds:
        drawing = render_drawing(seed, size_px=drawings.size_px, outlines=outlines)
        reading = reader.read(drawing.image)
        results.append(accuracy_of(seed, drawing.style, drawing.mask, reading.mask, reading.uncertainty))
    return results


def accuracy_of(seed: int, style: str, truth: Mask, mask: Mask, uncertainty: float) -> Accuracy:
    """What the mask that was found is worth, compared with the true one."""
    long_side = max(truth.shape)
    both = int(np.count_nonzero((truth > 0) & (mask > 0)))
    return Accuracy(
        seed=seed,
        style=style,
        size_px=long_side,
        iou=foreground_iou(truth, mask),
        missed=1 - both / max(1, int(np.count_nonzero(truth))),
        invented=1 - both / max(1, int(np.count_nonzero(mask))) if mask.any() else 0.0,
        border_px=border_distance_px(truth, mask) * BORDER_AT_PX / long_side,
        uncertainty=uncertainty,
    )


def summary(results: Sequence[Accuracy]) -> dict[str, Any]:
    """Number of drawings; mean, median and 10th percentile of the IoU; median border distance. Needs one result."""
    ious = np.array([result.iou for result in results])
    border = float(np.median([result.border_px for result in results]))
    return {
        "drawings": len(results),
        "mean_iou": round(float(ious.mean()), 4),
        "median_iou": round(float(np.median(ious)), 4),
        "p10_iou": round(float(np.percentile(ious, 10)), 4),
        "median_border_px": round(border, 2) if math.isfinite(border) else None,
    }


def summary_per_style(results: Sequence[Accuracy]) -> dict[str, dict[str, Any]]:
    """The summary of each style, by name."""
    styles = sorted({result.style for result in results})
    return {style: summary([result for result in results if result.style == style]) for style in styles}


def summary_per_size(results: Sequence[Accuracy], limits: Sequence[int] = (500, 1000, 2000)) -> dict[str, Any]:
    """The summary of drawings up to each limit of the long side, and over the last; empty groups are left out."""
    bounds = list(zip([0, *limits], [*limits, math.inf], strict=True))
    names = [f"up to {limit} px" for limit in limits] + [f"over {limits[-1]} px"]
    groups = [[result for result in results if low < result.size_px <= high] for low, high in bounds]
    return {name: summary(group) for name, group in zip(names, groups, strict=True) if group}


def rank_correlation(results: Sequence[Accuracy]) -> float:
    """Spearman's between uncertainty and error; nan where either is the same for all."""
    return spearman([one.uncertainty for one in results], [1 - one.iou for one in results])


def recall_of_worst_fifth(results: Sequence[Accuracy]) -> float:
    """Which share of the worst fifth is among the most uncertain fifth."""
    return share_of_worst_found([one.uncertainty for one in results], [one.iou for one in results])


def _in_processes(
    artefact: bytes, drawings: Drawings, seeds: Sequence[int], processes: int
) -> Iterator[list[Accuracy]]:
    parts = [seeds[k : k + SEEDS_AT_ONCE] for k in range(0, len(seeds), SEEDS_AT_ONCE)]
    if processes < 2 or len(parts) < 2:
        yield from map(measure_some, repeat(artefact), repeat(drawings), parts)
        return
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        waiting = [pool.submit(measure_some, artefact, drawings, part) for part in parts]
        yield from (done.result() for done in as_completed(waiting))


def _noted(notes: Path | None) -> Iterable[Accuracy]:
    """What is written down; a line that was cut off does not count."""
    if notes is None or not notes.exists():
        return
    for line in notes.read_text(encoding="utf-8").splitlines():
        with contextlib.suppress(ValueError):
            yield Accuracy(**json.loads(line))


def _fingerprint(artefact: bytes, drawings: Drawings) -> str:
    """Changes with all that decides a result, but not with the number of drawings."""
    digest = hashlib.sha256(artefact)
    for path in sorted(path for part in ("infer", "raster", "render") for path in (CODE / part).glob("*.py")):
        digest.update(path.read_bytes())
    digest.update(repr(drawings.size_px).encode())
    digest.update(drawings.outlines.read_bytes() if drawings.outlines else b"")
    return digest.hexdigest()[:12]
