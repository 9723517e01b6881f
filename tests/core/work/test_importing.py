from pathlib import Path

import numpy as np
import pytest

from core.infer.reader import load_reader
from core.store import models
from core.store.workspace import Workspace
from core.work import queue
from core.work.attempts import carry_out
from core.work.importing import IMPORT, import_weights
from core.work.kinds import all_kinds
from core.work.processes import Owner
from core.work.queue import Job


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Weights as the original project writes them."""
    from core.learn.library import segmentation_models as sm

    path: Path = tmp_path_factory.mktemp("original") / "weights.h5"
    sm.Unet("resnet34", encoder_weights=None, classes=2).save_weights(path)
    return path.read_bytes()


def do(workspace: Workspace) -> Job:
    """Claim the next import and do it in this process."""
    job = queue.claim(workspace, Owner.of_this_process(), kinds=[IMPORT], lease_seconds=-1)
    assert job is not None
    carry_out(workspace, job, all_kinds()[IMPORT])
    return queue.get(workspace, job.id)


def test_original_weights_become_a_version_that_reads_drawings(workspace: Workspace, original: bytes) -> None:
    import_weights(workspace, "Mein Modell.h5", original, author="Ada")
    job = do(workspace)
    assert (job.status, job.error) == ("finished", "")
    version = models.get(workspace, job.result["model_version_id"])
    assert (version.name, version.kind, version.created_by) == ("Mein Modell", "imported", "Ada")
    reading = load_reader(models.artefact(workspace, version)).read(np.full((40, 70, 3), 255, np.uint8))
    assert reading.mask.shape == (40, 70)
    assert models.champion(workspace) is None  # importing promotes nothing


def test_the_same_file_again_makes_no_second_version(workspace: Workspace, original: bytes) -> None:
    for _ in range(2):
        import_weights(workspace, "original.h5", original, author="Ada")
        do(workspace)
    assert len(models.list_versions(workspace)) == 1


def test_a_file_that_does_not_fit_is_named_and_nothing_is_registered(workspace: Workspace) -> None:
    import_weights(workspace, "Urlaub.h5", b"no weights", author="Ada")
    job = do(workspace)
    assert job.status == "failed"
    assert job.error.startswith("Urlaub.h5 was not imported.")
    assert models.list_versions(workspace) == []
