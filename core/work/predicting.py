"""Reading drawings in the background: jobs of the kinds "predict" and "refresh"."""

import logging
from collections.abc import Sequence
from typing import Any

from core.errors import JobError, NotFoundError, OstrakonError, StorageFullError
from core.infer.reader import Reader, Reading, load_reader
from core.raster.images import Image
from core.raster.sanity import examine
from core.store import drawings, models, predictions
from core.store.drawings import Filter
from core.store.models import ModelVersion
from core.store.predictions import PredictedArrays
from core.store.workspace import Workspace
from core.work import queue
from core.work.attempts import Attempt, PutBack
from core.work.queue import Job

log = logging.getLogger(__name__)

PREDICT, REFRESH = "predict", "refresh"
_BACKGROUND = -1  # a drawing that was just uploaded goes first


def predict_drawings(workspace: Workspace, drawing_ids: Sequence[int]) -> Job:
    """Have the champion read these drawings; those that it has read already are left as they are.

    The finished job's `result` has "failures": a list of {"drawing_id", "name", "sentence"}.
    """
    return queue.enqueue(workspace, PREDICT, {"drawing_ids": list(drawing_ids)})


def refresh_predictions(workspace: Workspace) -> Job:
    """Have the champion read every drawing that nobody has worked on, behind all that is more urgent.

    To be called after a promotion. Raises NotFoundError if there is no model.
    """
    key = f"refresh {_champion(workspace).id}"
    for job in queue.active_jobs(workspace, kinds=[REFRESH]):
        if job.key != key:
            queue.request_cancel(workspace, job.id)
    return queue.enqueue(workspace, REFRESH, {}, key=key, priority=_BACKGROUND)


def refresh_outdated(workspace: Workspace) -> Job | None:
    """Have the champion read again what it read before features and findings were kept; None if there is nothing.

    To be called when a workspace is opened. A second call is no second job, and what was read again once is not
    outdated any more. Drawings that somebody has opened to correct them keep what they have.
    """
    champion = models.champion(workspace)
    if champion is None or not predictions.outdated_count(workspace, champion.id):
        return None
    return refresh_predictions(workspace)


class DrawingReader:
    """The handlers of both kinds; keeps the model loaded from one job to the next."""

    def __init__(self) -> None:
        self._loaded: tuple[str, Reader] | None = None

    def predict(self, attempt: Attempt) -> dict[str, Any]:
        """Read the drawings of the job that the champion has not read yet."""
        return self._read_all(attempt, attempt.job.payload["drawing_ids"])

    def refresh(self, attempt: Attempt) -> dict[str, Any]:
        """Read the drawings that nobody has worked on; make way when others wait."""
        return self._read_all(attempt, _untouched(attempt.workspace))

    def _read_all(self, attempt: Attempt, drawing_ids: Sequence[int]) -> dict[str, Any]:
        version = _champion(attempt.workspace)
        reader = self._reader(attempt.workspace, version)
        suspects = _suspects(attempt.job)
        unread = _in_safe_order(predictions.unpredicted(attempt.workspace, version.id), drawing_ids, suspects)
        failures: list[dict[str, Any]] = []
        is_saved = False
        for number, drawing_id in enumerate(unread, start=len(drawing_ids) - len(unread)):
            state = {"reading": drawing_id, "suspects": suspects}
            attempt.report(*_progress(number, len(drawing_ids)), state=state, is_saved=is_saved)
            if queue.is_overtaken(attempt.workspace, attempt.job, [PREDICT]):
                raise PutBack
            try:
                _read(attempt.workspace, drawing_id, version, reader)
            except StorageFullError:
                raise
            except (OstrakonError, MemoryError) as error:
                failures.append(_failure(attempt.workspace, drawing_id, error))
            else:
                is_saved = True
        attempt.report(*_progress(len(drawing_ids), len(drawing_ids)), is_saved=is_saved)
        return {"model_version_id": version.id, "failures": failures}

    def _reader(self, workspace: Workspace, version: ModelVersion) -> Reader:
        if self._loaded is None or self._loaded[0] != version.artefact_sha256:
            self._loaded = None  # two models need not fit into the memory
            self._loaded = (version.artefact_sha256, load_reader(models.artefact(workspace, version)))
            log.info("model version %d is loaded", version.id)
        return self._loaded[1]


def predicted_arrays(image: Image, reading: Reading) -> PredictedArrays:
    """A reading of the image as it is kept, with what the checks find in it."""
    return PredictedArrays(
        mask=reading.mask,
        probabilities=reading.probabilities,
        uncertainty=reading.uncertainty,
        seconds=reading.seconds,
        features=reading.features,
        findings=examine(reading.mask, image),
        places=reading.doubtful,
    )


def _read(workspace: Workspace, drawing_id: int, version: ModelVersion, reader: Reader) -> None:
    drawing = drawings.get(workspace, drawing_id)
    image = drawings.image(workspace, drawing)
    predictions.save(workspace, drawing_id, version.id, _arrays_of(image, reader))


def _arrays_of(image: Image, reader: Reader) -> PredictedArrays:
    """Raises JobError for a bug of ours: it must not keep the other drawings from being read."""
    try:
        return predicted_arrays(image, reader.read(image))
    except (OstrakonError, MemoryError):
        raise
    except Exception as error:
        log.exception("a bug in reading")
        raise JobError(f"An unexpected error stopped it ({error!r}). Please report it with the drawing.") from error


def _champion(workspace: Workspace) -> ModelVersion:
    champion = models.champion(workspace)
    if champion is None:
        raise NotFoundError("There is no model to read drawings with. Import or train one on the page Models.")
    return champion


def _untouched(workspace: Workspace) -> list[int]:
    wanted = [Filter(status="new"), Filter(status="predicted")]
    return [
        drawing.id
        for those in wanted
        for drawing in drawings.find(workspace, those, limit=max(1, drawings.count(workspace, those)))
    ]


def _suspects(job: Job) -> list[int]:
    """Drawings during which the worker went away, the last one last: they are tried when all others are safe."""
    suspects: list[int] = job.state.get("suspects", [])
    reading: int | None = job.state.get("reading")
    return suspects if reading is None else [x for x in suspects if x != reading] + [reading]


def _in_safe_order(unread: Sequence[int], drawing_ids: Sequence[int], suspects: Sequence[int]) -> list[int]:
    known = set(unread)
    ordered = [x for x in drawing_ids if x not in suspects] + [x for x in suspects if x in drawing_ids]
    return [drawing_id for drawing_id in ordered if drawing_id in known]


def _progress(number: int, count: int) -> tuple[float, str]:
    return number / max(1, count), f"{number} of {count} drawing{'s' if count != 1 else ''}"


def _failure(workspace: Workspace, drawing_id: int, error: Exception) -> dict[str, Any]:
    name = drawings.get(workspace, drawing_id).name
    reason = str(error) if isinstance(error, OstrakonError) else "It is too large for this computer's memory."
    sentence = reason if name in reason else f"{name} could not be read. {reason}"
    log.warning("drawing %d: %s", drawing_id, sentence)
    return {"drawing_id": drawing_id, "name": name, "sentence": sentence}
