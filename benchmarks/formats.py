"""How many drawings a second come in and go out, beside datumaro (CVAT's own converter library) on the same data.

    python -m benchmarks.formats [COUNT]     2000 drawings of 1 megapixel with masks unless told otherwise

datumaro runs in the environment of requirements-witness.txt (.witness, or OSTRAKON_WITNESS_PYTHON); without it only
our figures are printed. datumaro converts from folder to folder and keeps nothing; we also hash, check, make
thumbnails, and sync every file to the disk, so that nothing is lost by a power cut.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.formats.exporting import Export, export_archive
from core.formats.importing import Choices, import_archive, report_archive
from core.formats.mask_pictures import encode_colours
from core.labels import DEFAULT_LABELS
from core.raster.images import encode_png
from core.render.drawing import render_drawing
from core.settings import Settings
from core.store.exports import Selection
from core.store.workspace import open_workspace

SIDE_PX = 1000
ROOT = Path(__file__).resolve().parent.parent
PLACES = (os.environ.get("OSTRAKON_WITNESS_PYTHON", ""), ".witness/bin/python", ".witness/Scripts/python.exe")
CONVERT = """
import sys, time, warnings
warnings.simplefilter("ignore")
import datumaro as dm
started = time.perf_counter()
dataset = dm.Dataset.import_from(sys.argv[1], "voc_segmentation")
dataset.export(sys.argv[2], sys.argv[3], save_media=True)
print(time.perf_counter() - started)
"""


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        write_task(folder / "task.zip", count)
        ws = open_workspace(Settings(workspace=folder / "workspace"), base_model=None)
        choices = Choices(publication="benchmark")
        watch = show_progress
        rates = {
            "report": rate(count, lambda: report_archive(ws, folder / "task.zip", choices, on_progress=watch)),
            "import": rate(count, lambda: import_archive(ws, folder / "task.zip", choices, on_progress=watch)),
            "import again": rate(count, lambda: import_archive(ws, folder / "task.zip", choices, on_progress=watch)),
        }
        for kind in ("cvat", "coco", "cvat-images"):
            out = folder / f"{kind}.zip"
            how = Export(kind)
            rates[f"export {kind}"] = rate(count, lambda: export_archive(ws, out, Selection(), how, on_progress=watch))  # noqa: B023
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        for what, drawings_per_second in rates.items():
            print(f"{what:22} {drawings_per_second:7.1f} drawings/s")
        print(f"peak memory {peak:.0f} MB, load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        both_ways = 1 / (1 / rates["import"] + 1 / rates["export coco"])
        compare_with_datumaro(folder, count, both_ways)


def write_task(path: Path, count: int) -> None:
    """A CVAT export whose drawings all differ, made of a few rendered ones."""
    rendered = [render_drawing(seed) for seed in range(6)]
    colours = [label.colour for label in DEFAULT_LABELS.labels]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("labelmap.txt", "background:0,0,0::\nprofile:250,50,83::\n")
        for number in range(count):
            drawing = rendered[number % len(rendered)]
            image = np.full((SIDE_PX, SIDE_PX, 3), 255, dtype=np.uint8)
            mask = np.zeros((SIDE_PX, SIDE_PX), dtype=np.uint8)
            part = tuple(slice(0, min(side, SIDE_PX)) for side in drawing.mask.shape)
            image[part], mask[part] = drawing.image[part], drawing.mask[part]
            image[0, 0] = [number % 256, number // 256, 7]
            archive.writestr(f"JPEGImages/{number}.png", encode_png(image))
            archive.writestr(f"SegmentationClass/{number}.png", encode_colours(mask, colours))
        archive.writestr("ImageSets/Segmentation/default.txt", "".join(f"{number}\n" for number in range(count)))


def rate(count: int, work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def compare_with_datumaro(folder: Path, count: int, ours: float) -> None:
    witness = next((ROOT / place for place in PLACES if place and (ROOT / place).exists()), None)
    if witness is None:
        print("datumaro is not there: python -m venv .witness && .witness/bin/pip install -r requirements-witness.txt")
        return
    with zipfile.ZipFile(folder / "task.zip") as archive:
        archive.extractall(folder / "task")
    arguments = [str(witness), "-c", CONVERT, str(folder / "task"), str(folder / "converted"), "coco_instances"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    theirs = count / float(done.stdout.split()[-1])
    print(f"CVAT in, COCO out: ours {ours:.1f}, datumaro {theirs:.1f} drawings/s, ratio {ours / theirs:.2f}")


def show_progress(done: int, total: int, name: str) -> None:
    if sys.stderr.isatty() and done % 50 == 0:
        sys.stderr.write(f"\r{done} of {total} ")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
