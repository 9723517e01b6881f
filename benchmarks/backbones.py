"""Whether a network on every backbone can be trained: `python -m benchmarks.backbones [NAME ...]`.

Each is built without downloaded weights, everything trainable, makes two steps on small drawings, is exported and reads
a drawing. One process for each, so that memory is given back. Prints the size, the seconds, and OK or why not.
"""

import argparse
import subprocess
import sys
import time

from core.learn.backbones import BACKBONES
from core.learn.configuration import FULL_DECODER, RunConfiguration

SIDE_PX = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--here", action="store_true", help="in this process")
    options = parser.parse_args()
    names = options.names or list(BACKBONES)
    if options.here:
        for name in names:
            print(train_shortly(name))
        return
    failed = 0
    for name in names:
        started = time.monotonic()
        command = [sys.executable, "-m", "benchmarks.backbones", "--here", name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        failed += done.returncode != 0
        told = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines() or ["killed"]
        print(f"{name:18} {time.monotonic() - started:5.0f} s  {told[-1]}", flush=True)
    print(f"{len(names) - failed} of {len(names)} backbones can be trained")


def train_shortly(name: str) -> str:
    from core.infer.reader import load_reader
    from core.labels import DEFAULT_LABELS
    from core.learn.batches import TrainingSet
    from core.learn.export import export_artefact
    from core.learn.samples import TrainingItem
    from core.learn.training import train
    from core.render.drawing import render_drawing

    drawn = [render_drawing(seed, size_px=256) for seed in (1, 2, 3, 4)]
    items = [TrainingItem(str(one.seed), one.image, one.mask) for one in drawn]
    configuration = RunConfiguration(
        backbone=name,
        decoder_filters=FULL_DECODER,
        start="random",
        freeze_encoder=False,
        image_size=SIDE_PX,
        several_scales=False,
        replay=False,
        epochs=1,
        batch_size=2,
    )
    trained, history = train(configuration, TrainingSet(items))
    reader = load_reader(export_artefact(trained.network, DEFAULT_LABELS, (SIDE_PX,)))
    mask = reader.read(drawn[0].image).mask
    if mask.shape != drawn[0].mask.shape:
        raise SystemExit(f"the mask has the shape {mask.shape}")
    return f"{trained.network.count_params() / 1e6:6.1f} M parameters, loss {history[0].loss:.2f}, OK"


if __name__ == "__main__":
    main()
