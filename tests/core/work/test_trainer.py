"""Real runs of a tiny network: in the worker's child process where something is killed, else in this process."""

import contextlib
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from core.infer.artefact import read_artefact
from core.labels import DEFAULT_LABELS
from core.learn.configuration import RunConfiguration
from core.learn.weights import TrainedNetwork, load_weights, save_weights
from core.store import models, runs, snapshots
from core.store.models import NewModel
from core.store.runs import Run
from core.store.workspace import Workspace
from core.work import lease, queue
from core.work.attempts import Kind, carry_out, log_path
from core.work.processes import Owner
from core.work.starting import ensure_worker
from core.work.training import TRAIN, Trainer, cancel_training, end_run, run_directory, start_training
from tests.core.work.pottery import add_drawings, add_model, approve
from tests.core.work.processes import is_alive, kill, processes_of, wait_for
from tests.networks import dark_ink_artefact

TINY = RunConfiguration(
    decoder_filters=(8, 8, 8, 8),
    epochs=3,
    batch_size=2,
    image_size=64,
    start="random",
    several_scales=False,
    replay=False,
    geometric=False,
    photometric=False,
)
PUBLICATIONS = ("Vogel 1901", "Blinkenberg 1931", "Furtwängler 1885")


@pytest.fixture
def stocked(workspace: Workspace) -> Workspace:
    """With approved drawings for training, validation and test, and a champion."""
    for publication, count in zip(PUBLICATIONS, (4, 1, 1), strict=True):
        for drawing_id in add_drawings(workspace, count, publication=publication):
            approve(workspace, drawing_id)
    add_model(workspace)
    return workspace


def carry_out_here(workspace: Workspace, run: Run) -> Run:
    """Do the run's job in this process."""
    job = queue.claim(workspace, Owner.of_this_process(), kinds=[TRAIN])
    assert job is not None
    carry_out(workspace, job, Kind(Trainer().train, end_run))
    return runs.get(workspace, run.id)


def ended(workspace: Workspace, run: Run) -> Run | None:
    now = runs.get(workspace, run.id)
    return None if now.is_open else now


def kill_if_alive(pid: int | None) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        if pid is not None:
            kill(pid)


def trainer_of(workspace: Workspace) -> int | None:
    """The child process that trains."""
    children = [x.pid for x in processes_of(workspace.settings.workspace) if "core.work.child" in x.cmdline()]
    return children[0] if children else None


def test_a_killed_trainer_goes_on_from_its_checkpoint_and_the_next_run_can_be_cancelled(stocked: Workspace) -> None:
    run = start_training(stocked, TINY, author="Ada")
    next_run = start_training(stocked, replace(TINY, epochs=10_000), author="Ada")
    assert run.job_id is not None
    checkpoint = run_directory(stocked, run.id) / "checkpoint.npz"
    assert ensure_worker(stocked)
    wait_for(checkpoint.exists, "the checkpoint", seconds=240)
    trainer = wait_for(lambda: trainer_of(stocked), "the child process")
    kill(trainer)
    assert queue.get(stocked, run.job_id).status in ("running", "queued")
    again = wait_for(lambda: trainer_of(stocked), "another child process")
    assert again != trainer
    finished = wait_for(lambda: ended(stocked, run), "the end of the run", seconds=240)
    assert (finished.status, finished.error) == ("finished", "")
    assert "going on after step" in Path(log_path(stocked)).read_text(encoding="utf-8")
    check_what_came_out(stocked, finished)
    wait_for(lambda: not queue.get(stocked, run.job_id or 0).is_open, "the end of the job")
    assert not run_directory(stocked, run.id).exists()

    assert next_run.job_id is not None
    wait_for(lambda: queue.get(stocked, next_run.job_id or 0).message.startswith("Step"), "training", seconds=240)
    trainer = wait_for(lambda: trainer_of(stocked), "the child process")
    cancel_training(stocked, next_run.id)
    wait_for(lambda: runs.get(stocked, next_run.id).status == "cancelled", "the end of the run", seconds=30)
    wait_for(lambda: not is_alive(trainer), "the end of the child process", seconds=30)
    wait_for(lambda: not run_directory(stocked, next_run.id).exists(), "the end of its checkpoints")


def check_what_came_out(workspace: Workspace, run: Run) -> None:
    assert [sorted(figures) for figures in run.history] == [
        ["foreground_iou", "iou_score", "loss", "validation_foreground_iou", "validation_iou_score"]
    ] * TINY.epochs
    assert run.model_version_id is not None
    version = models.get(workspace, run.model_version_id)
    champion = models.champion(workspace)
    assert champion is not None
    assert champion.id != version.id, "nothing is promoted by itself"
    assert (version.kind, version.run_id, version.snapshot_id, version.parent_id) == (
        "trained",
        run.id,
        run.snapshot_id,
        None,
    )
    comparison = run.comparison
    assert comparison is not None
    assert comparison["compared_on"] == "test drawings"
    assert [one["name"] for one in comparison["drawings"]] == ["Taf. 5.png"]
    assert comparison["champion_id"] == champion.id
    assert comparison["champion_mean_iou"] > 0.9
    assert comparison["challenger_mean_iou"] == version.scores["mean_iou"]
    assert "1 test drawing" in comparison["verdict"]


def test_a_run_from_the_champion_keeps_its_sizes_and_another_network_is_refused(workspace: Workspace) -> None:
    for drawing_id in add_drawings(workspace, 4):
        approve(workspace, drawing_id)
    first = carry_out_here(workspace, start_training(workspace, replace(TINY, epochs=1), author="Ada"))
    assert first.comparison is not None
    assert first.comparison["compared_on"] == "reference drawings"
    assert first.comparison["verdict"].startswith("No approved drawing is set aside for testing yet")
    assert first.comparison["verdict"].endswith("There was no champion to compare the new model with.")
    assert first.model_version_id is not None
    models.promote(workspace, first.model_version_id, "Ada")

    for publication in PUBLICATIONS[1:]:
        approve(workspace, *add_drawings(workspace, 1, publication=publication))
    on = replace(TINY, epochs=1, start="champion", image_size=32)
    second = carry_out_here(workspace, start_training(workspace, on, author="Ada"))
    assert second.model_version_id is not None
    version = models.get(workspace, second.model_version_id)
    assert (version.parent_id, version.card["sizes"]) == (first.model_version_id, [64])
    assert second.comparison is not None
    assert second.comparison["champion_id"] == first.model_version_id
    assert [one["name"] for one in second.comparison["drawings"]] == ["Taf. 5.png"]

    other = replace(on, backbone="resnet18")
    refused = carry_out_here(workspace, start_training(workspace, other, author="Ada"))
    assert refused.status == "failed"
    assert "is another network than this run trains" in refused.error
    assert refused.model_version_id is None


def test_a_run_with_nothing_but_test_drawings_says_so(stocked: Workspace) -> None:
    snapshots.freeze(stocked, "Ada")
    for item in snapshots.training_items(stocked):
        if item.split == "train":
            snapshots.take_out(stocked, item)
    run = carry_out_here(stocked, start_training(stocked, TINY, author="Ada"))
    assert run.status == "failed"
    assert "set aside for validation or testing" in run.error


def test_a_damaged_drawing_stops_the_run_with_a_sentence(stocked: Workspace) -> None:
    run = start_training(stocked, TINY, author="Ada")
    sha256 = snapshots.items(stocked, run.snapshot_id)[0].mask_sha256
    (blob,) = [path for path in Path(stocked.settings.resolved_blobs_url).rglob("*") if path.name == sha256]
    blob.chmod(0o600)
    blob.write_bytes(b"rust")
    after = carry_out_here(stocked, run)
    assert after.status == "failed"
    assert "damaged" in after.error


def test_an_image_that_is_gone_stops_the_run_with_a_sentence(stocked: Workspace) -> None:
    run = start_training(stocked, TINY, author="Ada")
    stocked.blobs.remove(snapshots.items(stocked, run.snapshot_id)[0].image_sha256)
    after = carry_out_here(stocked, run)
    assert (after.status, after.model_version_id) == ("failed", None)
    assert "is missing. Put it back from a backup" in after.error


def test_a_loss_that_is_no_number_ends_the_run_and_leaves_the_champion_in_use(stocked: Workspace) -> None:
    from core.learn.networks import build_network

    network = build_network(TINY, 2)
    kernel = network.get_layer("unet").get_layer("final_conv").kernel
    kernel.assign(kernel * float("nan"))
    weights = save_weights(TrainedNetwork(network, TINY, DEFAULT_LABELS))
    new = NewModel("broken", "imported", "Ada")
    broken = models.register(stocked, new, artefact=dark_ink_artefact(threshold=99, sizes=(64,)), weights=weights)
    models.promote(stocked, broken.id, "Ada")
    after = carry_out_here(stocked, start_training(stocked, replace(TINY, start="champion"), author="Ada"))
    assert after.status == "failed"
    assert "stopped being a number at step 1. Train again with a lower learning rate" in after.error
    assert models.champion(stocked) == models.get(stocked, broken.id)
    assert after.model_version_id is None


@pytest.mark.slow
def test_ten_kills_at_random_moments_leave_a_whole_workspace_and_runs_that_end(stocked: Workspace) -> None:
    """Trainer or worker, in turns, in all phases of a run; when one has ended, another is killed on."""
    rng = np.random.default_rng(10_000_000)
    champion = models.champion(stocked)
    run = start_training(stocked, replace(TINY, epochs=40), author="Ada")
    for number, phase in enumerate(
        rng.permutation(("", "", "Loading", *("Step",) * 4, "Writing", *("Comparing",) * 2))
    ):
        wait_for_phase(stocked, run, str(phase))
        if not runs.get(stocked, run.id).is_open:
            check_what_is_left(stocked, run)
            run = start_training(stocked, replace(TINY, epochs=40, seed=number), author="Ada")
            wait_for_phase(stocked, run, "")
        time.sleep(rng.uniform(0.0, 0.5))
        worker = lease.worker_process(stocked)
        kill_if_alive(worker.pid if number % 2 and worker else trainer_of(stocked))
    wait_for_phase(stocked, run, "the end")
    check_what_is_left(stocked, run)
    assert models.champion(stocked) == champion


def wait_for_phase(workspace: Workspace, run: Run, phase: str) -> None:
    """Until a child process has reported it, or the run has ended."""

    def look() -> bool:
        ensure_worker(workspace)
        job = queue.get(workspace, run.job_id or 0)
        is_there = job.message.startswith(phase) and trainer_of(workspace) is not None
        return is_there or not job.is_open

    wait_for(look, f"“{phase}” of run {run.id}", seconds=240)


def check_what_is_left(workspace: Workspace, run: Run) -> None:
    """Of a run that has ended, one way or the other: all or nothing."""
    after, job = runs.get(workspace, run.id), queue.get(workspace, run.job_id or 0)
    assert job.status == after.status
    versions = [version for version in models.list_versions(workspace) if version.run_id == run.id]
    if after.status == "finished":
        assert [version.id for version in versions] == [after.model_version_id]
        load_weights(models.weights(workspace, versions[0]))
        read_artefact(models.artefact(workspace, versions[0]))
        assert len(after.history) == 40
    else:
        assert (after.status, versions) == ("failed", [])
        assert "ended unexpectedly 3 times" in after.error
    wait_for(lambda: not run_directory(workspace, run.id).exists(), "the end of its checkpoints")
    for blob in Path(workspace.settings.resolved_blobs_url).glob("??/*"):
        if not blob.name.startswith("."):
            workspace.blobs.get(blob.name)
