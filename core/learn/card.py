"""The card of the base model: what it was made of, how well it reads, and where it fails."""

import hashlib
import time
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from core.infer.reader import load_reader
from core.learn.accuracy import (
    Accuracy,
    Drawings,
    rank_correlation,
    recall_of_worst_fifth,
    summary,
    summary_per_size,
    summary_per_style,
)
from core.learn.base import Recipe
from core.learn.rendered import RESERVED_SEEDS
from core.raster.images import Image
from core.raster.masks import Mask
from core.render.drawing import render_drawing

CARD_DRAWINGS, CARD_FIRST_SEED = 500, RESERVED_SEEDS + 100_000
WORST = 24
TILE_HEIGHT, TILE_WIDTH, PER_ROW = 200, 300, 4
FOUND, MISSED, INVENTED = (0, 160, 60), (220, 40, 40), (40, 90, 230)


def describe(recipe: Recipe, artefact: bytes, results: Sequence[Accuracy], *, code_version: str) -> dict[str, Any]:
    """The card, for JSON. `results` are those of the artefact on card_drawings()."""
    drawings = card_drawings(len(results))
    return {
        "name": "Base model",
        "what": "Finds the profile in drawings of pottery.",
        "made": time.strftime("%Y-%m-%d", time.gmtime()),
        "code_version": code_version,
        "artefact_sha256": hashlib.sha256(artefact).hexdigest(),
        "encoder": "EfficientNet-Lite0, ImageNet weights, Apache-2.0: see models/encoders/README.md",
        "data": _data(recipe),
        "recipe": "models/base/recipe.json",
        "seeds": [part.seed for part in recipe.rounds],
        "command": "python scripts/train_base.py --work DIR --outlines ../shared/outlines/outlines.json",
        "scores": {
            "command": "python -m scripts.describe_base",
            "compared_on": f"{drawings.count} rendered drawings of 250 to 4500 px, seeds from {drawings.first_seed}",
            **summary(results),
            "uncertainty_rank_correlation": round(rank_correlation(results), 3),
            "uncertainty_recall_of_worst_fifth": round(recall_of_worst_fifth(results), 3),
        },
        "targets": {"mean_iou": 0.93, "p10_iou": 0.8, "median_border_px": 1.5},
        "scores_per_style": summary_per_style(results),
        "scores_per_size": summary_per_size(results),
        "known_failures": _failures(results),
    }


def card_drawings(count: int = CARD_DRAWINGS) -> Drawings:
    """The drawings on which the base model is judged."""
    return Drawings(count, CARD_FIRST_SEED)


def worst_readings(artefact: bytes, results: Sequence[Accuracy], count: int = WORST) -> Image:
    """The worst readings as one picture: green found, red missed, blue invented."""
    reader = load_reader(artefact)
    tiles = []
    for result in sorted(results, key=lambda one: one.iou)[:count]:
        drawing = render_drawing(result.seed)
        found = reader.read(drawing.image).mask
        tiles.append(_tile(comparison(drawing.image, drawing.mask, found), f"{result.seed} {result.iou:.2f}"))
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % PER_ROW)
    return np.vstack([np.hstack(tiles[k : k + PER_ROW]) for k in range(0, len(tiles), PER_ROW)])


def comparison(image: Image, truth: Mask, mask: Mask) -> Image:
    """The drawing in pale, with what was found, missed and invented in colour."""
    painted = (255 - (255 - image.astype(np.int16)) // 3).astype(np.uint8)
    for where, colour in (
        ((truth > 0) & (mask > 0), FOUND),
        ((truth > 0) & (mask == 0), MISSED),
        ((truth == 0) & (mask > 0), INVENTED),
    ):
        painted[where] = colour
    return painted


def _tile(picture: Image, caption: str) -> Image:
    caption_px = 18
    scale = min((TILE_HEIGHT - caption_px) / picture.shape[0], (TILE_WIDTH - 8) / picture.shape[1])
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    tile = np.full((TILE_HEIGHT, TILE_WIDTH, 3), 255, np.uint8)
    tile[caption_px : caption_px + small.shape[0], : small.shape[1]] = small
    return np.asarray(cv2.putText(tile, caption, (2, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1), np.uint8)


def _data(recipe: Recipe) -> str:
    drawings = sum(shape.drawings for shape in recipe.shapes) / len(recipe.shapes)
    seen = round(sum(part.steps for part in recipe.rounds) * drawings)
    return (
        f"Rendered drawings only (core/render), seeds under {RESERVED_SEEDS}, {recipe.rendering.smallest_px} to "
        f"{recipe.rendering.largest_px} px; the network saw one about {seen} times. With --outlines half of the "
        "vessels are warped real profiles. No real drawing was trained on."
    )


def _failures(results: Sequence[Accuracy]) -> dict[str, Any]:
    """How many drawings went wrong in which way, and where to see them."""
    failed = [result for result in results if result.iou < 0.8]
    return {
        "picture": "docs/images/base-model-worst.png",
        "described_in": "docs/base-model.md",
        "under_0.8": len(failed),
        "of_these_mostly_missed": sum(result.missed > 2 * result.invented for result in failed),
        "of_these_mostly_invented": sum(result.invented > 2 * result.missed for result in failed),
        "worst_seeds": [result.seed for result in sorted(results, key=lambda one: one.iou)[:WORST]],
    }
