"""Train the base model on rendered drawings, as models/base/recipe.json says, and put it into models/base.

    python scripts/train_base.py --work DIR [--outlines FILE] [--recipe FILE] [--out DIR]

Start it again after a kill with the same arguments: it continues from the last checkpoint in DIR. Afterwards
`python -m scripts.describe_base` measures the model and writes its card.
"""

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.learn.base import Recipe, train_base, write_whole  # noqa: E402


def main() -> None:
    """Train; report every 20 steps; put each finished round's model into --out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="checkpoints and rendered drawings")
    parser.add_argument(
        "--outlines", type=Path, help="real outlines to render, such as ../shared/outlines/outlines.json"
    )
    parser.add_argument("--recipe", type=Path, default=ROOT / "models" / "base" / "recipe.json")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "base")
    arguments = parser.parse_args()

    recipe = Recipe.read(arguments.recipe)

    def on_round(number: int, weights: bytes, artefact: bytes) -> None:
        ship(arguments.out, weights, artefact)
        print(f"round {number + 1} is finished and in {arguments.out}", flush=True)

    train_base(recipe, arguments.work, outlines=arguments.outlines, on_step=report, on_round=on_round)


def ship(directory: Path, weights: bytes, artefact: bytes) -> None:
    """Write artefact.zip and weights.h5 into the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    write_whole(directory / "artefact.zip", artefact)
    write_whole(directory / "weights.h5", weights)


def report(number: int, step: object) -> None:
    """One line every 20 steps."""
    if step.number % 20 == 0 or step.number == step.count:
        print(
            f"{time.strftime('%H:%M:%S')} round {number + 1} step {step.number}/{step.count} loss {step.loss:.3f} "
            f"IoU {step.foreground_iou:.3f} minutes left {step.seconds_left / 60:.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
