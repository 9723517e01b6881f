"""Carries out a search for better settings, trial after trial. Loads TensorFlow: child process only.

Killed in between, the next attempt makes the trial that was running again, and goes on.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import optuna

from core.errors import EmptyTrainingSetError, JobCancelledError, LeaseLostError, OstrakonError, SettingError
from core.labels import LabelMap
from core.learn import studies
from core.learn.configuration import RunConfiguration
from core.learn.feature_cache import FeatureCache
from core.learn.full_size import full_size_iou
from core.learn.learners import Learners
from core.learn.samples import TrainingItem, network_size
from core.learn.training import Epoch, Step, TrainingSet, Watch, train
from core.learn.tuning import IMAGE_SIZES, SearchPlan, best_of, configuration_of, doubt_about
from core.learn.weights import describe_weights
from core.store import models, snapshots
from core.store.label_map import label_map
from core.store.snapshots import SnapshotItem
from core.work.attempts import Attempt
from core.work.loading import load_items
from core.work.training import feature_directory
from core.work.tuning import journal_of

log = logging.getLogger(__name__)

_LOADING = 0.03  # share of the progress
_HELD_OUT_SHARE = 0.25
_MOST_WATCHED = 24  # drawings that decide: more would make the search longer than it is worth
_HOPELESS_COUNT = 3  # trials that fail from the start on: then no other settings help


@dataclass(frozen=True)
class Bench:
    """What all trials of a search share."""

    attempt: Attempt
    plan: SearchPlan
    study: optuna.Study
    training_set: TrainingSet
    champion: bytes | None
    cache: FeatureCache
    learners: Learners


def search(attempt: Attempt) -> dict[str, Any]:
    """Make the trials of the job's plan; the result names the best.

    Raises EmptyTrainingSetError if there are too few drawings to set some aside, SettingError if no trial succeeds.
    """
    workspace, payload = attempt.workspace, attempt.job.payload
    plan = SearchPlan.from_dict(payload["plan"])
    journal = journal_of(workspace, attempt.job.id)
    chosen, watched, is_held_out = _set_aside(snapshots.items(workspace, payload["snapshot_id"]), plan)
    attempt.report(0.0, "Loading drawings", state={"doubt": doubt_about(len(watched), is_held_out=is_held_out)})
    labels = label_map(workspace)
    loaded = _load(attempt, [*chosen, *watched], plan, labels)
    training_set = TrainingSet(loaded[: len(chosen)], loaded[len(chosen) :], labels)
    bench = Bench(
        attempt,
        plan,
        studies.begin_study(journal, plan),
        training_set,
        models.weights(workspace, models.get(workspace, payload["champion_id"])) if payload["champion_id"] else None,
        FeatureCache(feature_directory(workspace), max_bytes=round(workspace.settings.cache_megabytes * 1e6)),
        Learners(),
    )
    while (done := _done(bench)) < plan.trial_count:
        _make_trial(bench, done)
        attempt.report(_progress(plan, done + 1), f"Trial {done + 1} of {plan.trial_count} is done", is_saved=True)
        _give_up_if_hopeless(bench)
    best = best_of(studies.known_trials(journal))
    return {"best": best.number if best else None, "score": best.score if best else None}


def _set_aside(items: Sequence[SnapshotItem], plan: SearchPlan) -> tuple[list[SnapshotItem], list[SnapshotItem], bool]:
    """Drawings to learn from, drawings that decide, and whether these were taken from the training drawings.

    The test drawings take no part: they shall judge what comes out. Whole publications are set aside where there are
    several.
    """
    training = [item for item in items if item.split == "train"]
    watched = [item for item in items if item.split == "validation"]
    rng = np.random.default_rng(plan.configuration.seed)
    is_held_out = not watched
    if is_held_out:
        if len(training) < 2:
            raise EmptyTrainingSetError(
                "A search learns from some approved drawings and compares settings on others, and there are too few "
                "for both. Approve more drawings."
            )
        wanted = max(1, round(_HELD_OUT_SHARE * len(training)))
        publications = sorted({item.publication for item in training})
        if len(publications) > 1:
            out: set[str] = set()
            for name in rng.permutation(publications)[: len(publications) - 1]:
                if sum(item.publication in out for item in training) < wanted:
                    out.add(str(name))
            watched = [item for item in training if item.publication in out]
        else:
            watched = [training[index] for index in sorted(rng.permutation(len(training))[:wanted])]
        training = [item for item in training if item not in watched]
    if not training:
        raise EmptyTrainingSetError(
            "All approved drawings belong to publications that are set aside for validation or testing. "
            "Approve drawings of another publication."
        )
    if len(watched) > _MOST_WATCHED:
        watched = [watched[index] for index in sorted(rng.permutation(len(watched))[:_MOST_WATCHED])]
    return training, watched, is_held_out


def _load(attempt: Attempt, items: Sequence[SnapshotItem], plan: SearchPlan, labels: LabelMap) -> list[TrainingItem]:
    """The drawings, no larger than the trial with the largest image size needs them twice."""
    scale = max(plan.configuration.image_sizes) / int(plan.configuration.image_size)
    largest = max(IMAGE_SIZES) if "image_size" in plan.varied else int(plan.configuration.image_size)
    size_needed = partial(network_size, image_size=round(2 * largest * scale))
    return load_items(attempt, items, labels, size_needed, share=_LOADING)


def _make_trial(bench: Bench, done: int) -> None:
    """Train once with the settings that come next; a trial that fails is told to the study, the search goes on."""
    trial = bench.study.ask()
    choices = studies.choose(trial, bench.plan)
    backbone = describe_weights(bench.champion)[0].backbone if bench.champion else None
    configuration = configuration_of(bench.plan, choices, backbone)
    studies.note_configuration(trial, configuration.to_dict())
    try:
        score = _score(bench, trial, configuration, done)
    except optuna.TrialPruned:
        studies.prune(bench.study, trial)
    except (JobCancelledError, LeaseLostError):
        raise
    except OstrakonError as error:
        log.warning("job %d, trial %d: %s", bench.attempt.job.id, trial.number + 1, error)
        studies.fail(bench.study, trial, str(error))
    else:
        studies.finish(bench.study, trial, score)


def _score(bench: Bench, trial: optuna.Trial, configuration: RunConfiguration, done: int) -> float:
    title = f"Trial {done + 1} of {bench.plan.trial_count}"
    shown = [(_progress(bench.plan, done), f"{title}: preparing drawings")]

    def on_wait() -> None:
        bench.attempt.report(*shown[0])

    def on_step(step: Step) -> None:
        progress = _progress(bench.plan, done + step.number / step.count)
        shown[0] = progress, f"{title}: step {step.number} of {step.count}"
        on_wait()

    def on_epoch(epoch: Epoch) -> None:
        found = epoch.validation.get("foreground_iou")
        if found is not None and studies.is_hopeless(trial, epoch.number, found) and epoch.number < epoch.count:
            raise optuna.TrialPruned

    watch = Watch(on_step=on_step, on_wait=on_wait, on_epoch=on_epoch)
    start = bench.champion if configuration.start == "champion" else None
    trained, _ = train(
        configuration, bench.training_set, start=start, watch=watch, cache=bench.cache, learners=bench.learners
    )

    def watched() -> Any:
        for item in bench.training_set.validation:
            bench.attempt.report(_progress(bench.plan, done + 1), f"{title}: comparing")
            yield item

    return full_size_iou(trained.network, watched(), configuration.image_sizes)


def _done(bench: Bench) -> int:
    trials = studies.trials_of(bench.study)
    return sum(trial.status in ("finished", "pruned", "failed") for trial in trials)


def _give_up_if_hopeless(bench: Bench) -> None:
    ended = [trial for trial in studies.trials_of(bench.study) if trial.status != "interrupted"]
    if len(ended) >= min(_HOPELESS_COUNT, bench.plan.trial_count) and all(trial.status == "failed" for trial in ended):
        raise SettingError(f"None of the first trials could be trained. The last one: {ended[-1].error}")


def _progress(plan: SearchPlan, done: float) -> float:
    return _LOADING + (1 - _LOADING) * done / plan.trial_count
