"""Measure the base model and write its card and the picture of its worst readings: python -m scripts.describe_base

    python -m scripts.describe_base [--base DIR] [--recipe FILE] [--real DIR] [--kept DIR] [--count 500] [--processes 2]

--real is a folder with images/ and masks/ of real drawings. With --kept a run that was cut off goes on where it was.
"""

import argparse
import json
import subprocess
import time
from pathlib import Path
from typing import Any

from core.infer.evaluation import Score, evaluate_pairs, pair_by_stem
from core.infer.reader import load_reader
from core.learn.accuracy import measure
from core.learn.base import Recipe, write_whole
from core.learn.card import CARD_DRAWINGS, card_drawings, describe, worst_readings
from core.raster.images import encode_png
from core.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
BASE = ROOT / "models" / "base"
PICTURE = ROOT / "docs" / "images" / "base-model-worst.png"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, default=BASE, help="where artefact.zip is and card.json goes")
    parser.add_argument("--recipe", type=Path, default=BASE / "recipe.json")
    parser.add_argument("--real", type=Path, help="real drawings to score, such as ../shared/drawings")
    parser.add_argument("--kept", type=Path, help="folder in which results are kept from run to run")
    parser.add_argument("--count", type=int, default=CARD_DRAWINGS)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--picture", type=Path, default=PICTURE)
    options = parser.parse_args()
    artefact = (options.base / "artefact.zip").read_bytes()
    results = []
    started = time.monotonic()
    for result in measure(artefact, card_drawings(options.count), processes=options.processes, kept=options.kept):
        results.append(result)
        if len(results) % 50 == 0:
            print(f"{len(results)} of {options.count}, {time.monotonic() - started:.0f} s", flush=True)
    recipe = Recipe.read(options.recipe)
    card = describe(recipe, artefact, results, code_version=code_version())
    if options.real is not None:
        card["scores_on_real_drawings"] = scores_on(options.real, artefact)
    write_whole(options.base / "card.json", (json.dumps(card, indent=2) + "\n").encode())
    write_whole(options.picture, encode_png(worst_readings(artefact, results)))
    print(json.dumps(card["scores"], indent=2))
    print(f"{options.base / 'card.json'} and {options.picture} are written")


def code_version() -> str:
    """The commit of the code that measured."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return commit.stdout.strip()


def scores_on(folder: Path, artefact: bytes) -> dict[str, Any]:
    """IoU of each drawing in folder/images whose mask is in folder/masks."""
    pairs, _ = pair_by_stem(folder / "images", folder / "masks")
    scores = evaluate_pairs(load_reader(artefact), pairs, Settings())
    return {score.name: round(score.iou, 4) for score in scores if isinstance(score, Score)}


if __name__ == "__main__":
    main()
