"""What models made of test drawings: kept, because the same files always give the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from core.errors import NotFoundError
from core.raster.masks import Mask, decode_mask
from core.store.database import reading, writing
from core.store.tables import drawing_score
from core.store.workspace import Workspace


@dataclass(frozen=True)
class ImageAndTruth:
    """Which truth of which drawing was tested: the hashes of the image and of the true mask."""

    image_sha256: str
    truth_sha256: str


@dataclass(frozen=True)
class NewScore:
    """The IoU of a mask that a model gave for a test drawing, and the blob that holds this mask."""

    tested: ImageAndTruth
    iou: float
    mask_sha256: str


def known_scores(ws: Workspace, artefact_sha256: str) -> dict[ImageAndTruth, float]:
    """The IoU of every test drawing that the model with this artefact has read."""
    columns = select(drawing_score.c.image_sha256, drawing_score.c.truth_sha256, drawing_score.c.iou)
    with reading(ws.engine) as connection:
        rows = connection.execute(columns.where(drawing_score.c.artefact_sha256 == artefact_sha256))
        return {ImageAndTruth(row.image_sha256, row.truth_sha256): row.iou for row in rows}


def save(ws: Workspace, artefact_sha256: str, new: Sequence[NewScore]) -> None:
    """Keep scores with their masks; those that are known already stay as they are."""
    rows = [
        {
            "artefact_sha256": artefact_sha256,
            "image_sha256": one.tested.image_sha256,
            "truth_sha256": one.tested.truth_sha256,
            "iou": one.iou,
            "mask_sha256": one.mask_sha256,
        }
        for one in new
    ]
    is_this = drawing_score.c.artefact_sha256 == artefact_sha256
    with writing(ws.engine) as connection:
        stored = connection.execute(select(drawing_score.c.image_sha256, drawing_score.c.truth_sha256).where(is_this))
        known = {(row.image_sha256, row.truth_sha256) for row in stored}
        missing = [row for row in rows if (row["image_sha256"], row["truth_sha256"]) not in known]
        if missing:
            connection.execute(insert(drawing_score), missing)


def mask(ws: Workspace, artefact_sha256: str, tested: ImageAndTruth) -> Mask:
    """The mask that the model gave, uint8 (H, W). Raises NotFoundError if it was never asked."""
    wanted = select(drawing_score.c.mask_sha256).where(
        drawing_score.c.artefact_sha256 == artefact_sha256,
        drawing_score.c.image_sha256 == tested.image_sha256,
        drawing_score.c.truth_sha256 == tested.truth_sha256,
    )
    with reading(ws.engine) as connection:
        sha256 = connection.execute(wanted).scalar()
    if sha256 is None:
        raise NotFoundError("The masks of this comparison were not kept. Train again to compare anew.")
    return decode_mask(ws.blobs.get(sha256))
