"""How good a model is on drawings it never learnt from."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import EmptyTrainingSetError
from core.infer.reader import Reader
from core.learn.rendered import RESERVED_SEEDS
from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.metrics import foreground_iou, foreground_iou_per_label
from core.render.drawing import render_drawing

REFERENCE_COUNT = 16
REFERENCE_SIZE_PX = 800
RENDERED = "rendered"


@dataclass(frozen=True)
class TestDrawing:
    """A drawing with its true mask, and the publication it comes from; `style` is how its section is filled.

    `drawing_id` is None for a rendered drawing. The hashes say which drawing and which truth this is, for ever.
    """

    __test__ = False  # not a test case, whatever pytest thinks of its name

    name: str
    publication: str
    image: Image
    truth: Mask
    style: str = ""
    drawing_id: int | None = None
    image_sha256: str = ""
    truth_sha256: str = ""


@dataclass(frozen=True)
class DrawingScore:
    """The `class_iou` of one drawing at its full resolution."""

    name: str
    publication: str
    iou: float
    style: str = ""
    drawing_id: int | None = None
    image_sha256: str = ""
    truth_sha256: str = ""

    @classmethod
    def of(cls, drawing: TestDrawing, iou: float) -> "DrawingScore":
        """The score of a test drawing."""
        return cls(
            drawing.name,
            drawing.publication,
            iou,
            drawing.style,
            drawing.drawing_id,
            drawing.image_sha256,
            drawing.truth_sha256,
        )


def score(reader: Reader, drawings: Iterable[TestDrawing]) -> list[DrawingScore]:
    """The IoU of each drawing, read as the product reads it."""
    return [DrawingScore.of(drawing, class_iou(drawing.truth, reader.read(drawing.image).mask)) for drawing in drawings]


def class_iou(truth: Mask, mask: Mask) -> float:
    """The mean intersection over union of the classes that the true mask holds, 0 to 1.

    With one class besides the background that is the foreground IoU. An empty truth is met by an empty mask only.
    """
    of_label = foreground_iou_per_label(truth, mask)
    present = [of_label[label] for label in np.unique(truth).tolist() if label > 0]
    return float(np.mean(present)) if present else foreground_iou(truth, mask)


def mean_iou(scores: Sequence[DrawingScore]) -> float:
    """Raises EmptyTrainingSetError if there is no score."""
    if not scores:
        raise EmptyTrainingSetError(
            "There is no test drawing to compare models on. Approve drawings for testing first."
        )
    return float(np.mean([score.iou for score in scores]))


def reference_drawings(count: int = REFERENCE_COUNT) -> list[TestDrawing]:
    """The same rendered drawings every time, with seeds that are never trained on, of mixed styles."""
    return list(rendered_drawings(count, first_seed=RESERVED_SEEDS, size_px=REFERENCE_SIZE_PX))


def rendered_drawings(count: int, *, first_seed: int, size_px: int | None = None) -> Iterator[TestDrawing]:
    """Rendered drawings with consecutive seeds; their publication is their style."""
    for seed in range(first_seed, first_seed + count):
        drawing = render_drawing(seed, size_px=size_px)
        image_sha256 = hashlib.sha256(repr(drawing.image.shape).encode() + drawing.image.tobytes()).hexdigest()
        truth_sha256 = hashlib.sha256(drawing.mask.tobytes()).hexdigest()
        yield TestDrawing(
            f"{RENDERED} {seed}",
            drawing.style,
            drawing.image,
            drawing.mask,
            style=drawing.style,
            image_sha256=image_sha256,
            truth_sha256=truth_sha256,
        )


def rendered_again(name: str) -> TestDrawing:
    """The reference drawing of that name."""
    return next(rendered_drawings(1, first_seed=int(name.split()[-1]), size_px=REFERENCE_SIZE_PX))
