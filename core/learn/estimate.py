"""How long a run will take, from what the last runs on this computer took. Loads no TensorFlow."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median
from typing import Any

from core.errors import SettingError
from core.learn.configuration import LIGHT_DECODER, ORIGINAL_SIZE, RunConfiguration
from core.learn.variant_counts import rendered_count, replayed_count, replays, variant_count
from core.store import models, runs, snapshots
from core.store.database import now
from core.store.label_map import label_map
from core.store.workspace import Workspace

TIMINGS = "timings"  # in the card of a model version
_RUNS = 3  # the last so many of a kind are asked
_SIDE = 256.0  # an image of this side is the unit
_UNPADDED = 0.8  # share of a square that a drawing of usual proportions takes

# Seconds of two quiet cores for learning from one image of 256 x 256 pixels
_DECODER_SECONDS = 0.014  # with the light decoder
_ENCODER_SECONDS = {
    "efficientnetlite0": 0.05,
    "mobilenet": 0.05,
    "mobilenetv2": 0.05,
    "resnet18": 0.06,
    "resnet34": 0.1,
}
_OTHER_ENCODER_SECONDS = 0.3
_CLASSIC_SECONDS = 1.2


@dataclass(frozen=True)
class Timings:
    """What a run took; `kind` says of which network, images are counted as ones of 256 x 256 pixels."""

    kind: str
    is_warm: bool
    start_seconds: float  # until the first step has been made
    image_seconds: float  # for learning from one image
    view_seconds: float  # for making and encoding one view of a drawing
    finish_seconds: float  # from the last step to the registered model


@dataclass(frozen=True)
class Estimate:
    """`seconds` a run will take, in which `drawings` are learnt from in `steps`.

    `is_measured` is true if runs on this computer say so, false if it is assumed to be a usual one.
    """

    seconds: float
    drawings: int
    steps: int
    is_measured: bool


def estimate_run(ws: Workspace, configuration: RunConfiguration) -> Estimate:
    """The estimate for a run on what is approved now."""
    groups = snapshots.training_groups(ws)
    drawings = sum(group.drawing_count for group in groups if group.split in (None, "train"))
    latest = runs.list_runs(ws, limit=1)
    warm_until = latest[0].finished_at if latest else None
    is_warm = warm_until is not None and now() - warm_until < timedelta(seconds=ws.settings.warm_seconds)
    class_count = label_map(ws).class_count
    return estimate(configuration, drawings, _timings(ws), is_warm=is_warm, class_count=class_count)


def estimate(
    configuration: RunConfiguration,
    drawings: int,
    timings: Sequence[Timings] = (),
    *,
    is_warm: bool = False,
    class_count: int = 2,
) -> Estimate:
    """The estimate for a run on so many drawings, from the `timings` of earlier runs, the latest first."""
    expected = expected_timings(configuration, timings, is_warm=is_warm)
    is_replaying = replays(configuration, class_count)
    batch_size = 1 if configuration.image_size == ORIGINAL_SIZE else configuration.batch_size
    steps_per_epoch = math.ceil(drawings / batch_size)
    steps = configuration.epochs * steps_per_epoch
    replayed = drawings if is_replaying else 0  # in an epoch
    if is_replaying and configuration.is_on_features:
        replayed = steps_per_epoch * replayed_count(math.ceil(drawings / max(1, steps_per_epoch)))
    images = configuration.epochs * (drawings + replayed) * image_units(configuration)
    views = 0
    if configuration.is_on_features:
        views = drawings * min(configuration.epochs, variant_count(configuration, drawings))
        is_first = not any(known.kind == expected.kind for known in timings)
        views += min(rendered_count(drawings), configuration.epochs * drawings) if is_replaying and is_first else 0
    seconds = expected.start_seconds + images * expected.image_seconds + views * expected.view_seconds
    return Estimate(seconds + expected.finish_seconds, drawings, steps, bool(timings))


def expected_timings(configuration: RunConfiguration, timings: Sequence[Timings], *, is_warm: bool) -> Timings:
    """What a run of this configuration will probably take: as the last of its kind, or as others scaled to it."""
    usual = usual_timings(configuration, is_warm=is_warm)
    same = [known for known in timings if known.kind == usual.kind][:_RUNS]
    if same:
        alike = [known for known in same if known.is_warm == is_warm]
        start = median([known.start_seconds for known in alike]) if alike else usual.start_seconds * _slowness(same)
        return replace(
            usual,
            start_seconds=start,
            image_seconds=median([known.image_seconds for known in same]),
            view_seconds=median([known.view_seconds for known in same]),
            finish_seconds=median([known.finish_seconds for known in same]),
        )
    slowness = _slowness(timings[:_RUNS])
    return replace(
        usual,
        start_seconds=usual.start_seconds * slowness,
        image_seconds=usual.image_seconds * slowness,
        view_seconds=usual.view_seconds * slowness,
        finish_seconds=usual.finish_seconds * slowness,
    )


def usual_timings(configuration: RunConfiguration, *, is_warm: bool) -> Timings:
    """What a run takes on a laptop with two cores that has nothing else to do."""
    return Timings(
        kind=kind_of(configuration),
        is_warm=is_warm,
        start_seconds=2.0 if is_warm else 12.0,
        image_seconds=_image_seconds(configuration),
        view_seconds=0.04,
        finish_seconds=6.0,
    )


def kind_of(configuration: RunConfiguration) -> str:
    """Runs of the same kind take the same time for the same image."""
    if configuration.network == "classic":
        return "classic"
    decoder = ",".join(map(str, configuration.decoder_filters))
    return f"{configuration.backbone} {decoder} {'frozen' if configuration.is_on_features else 'whole'}"


def image_units(configuration: RunConfiguration) -> float:
    """How many images of 256 x 256 pixels one image of the run amounts to, on average."""
    sizes = configuration.image_sizes
    if configuration.is_on_features:
        return (min(sizes) / _SIDE) ** 2
    return _UNPADDED * sum((size / _SIDE) ** 2 for size in sizes) / len(sizes)


def _image_seconds(configuration: RunConfiguration) -> float:
    if configuration.network == "classic":
        return _CLASSIC_SECONDS
    decoder = _DECODER_SECONDS * _decoder_work(configuration.decoder_filters) / _decoder_work(LIGHT_DECODER)
    if configuration.is_on_features:
        return decoder
    return decoder + _ENCODER_SECONDS.get(configuration.backbone, _OTHER_ENCODER_SECONDS)


def _decoder_work(filters: Sequence[int]) -> int:
    """In proportion to the multiplications in a decoder, each of whose stages has four times the pixels."""
    return sum(count**2 * 4**stage for stage, count in enumerate(filters))


def _slowness(timings: Sequence[Timings]) -> float:
    """How much slower this computer was than a usual one."""
    factors = [known.image_seconds / _usual_of(known.kind) for known in timings]
    return median(factors) if factors else 1.0


def _usual_of(kind: str) -> float:
    if kind == "classic":
        return _CLASSIC_SECONDS
    backbone, decoder, trained = kind.split(" ")
    filters = tuple(int(count) for count in decoder.split(","))
    return _image_seconds(
        RunConfiguration(backbone=backbone, decoder_filters=filters, freeze_encoder=trained == "frozen")
    )


def _timings(ws: Workspace) -> list[Timings]:
    """Of the runs on file, the latest first."""
    cards = (version.card.get(TIMINGS) for version in models.list_versions(ws, with_deleted=True))
    return [known for known in map(_from_dict, cards) if known is not None]


def _from_dict(values: Mapping[str, Any] | None) -> Timings | None:
    """None for a card without timings, or with those of another Ostrakon."""
    if not values:
        return None
    try:
        timings = Timings(**values)
        _usual_of(timings.kind)
    except (TypeError, ValueError, SettingError):
        return None
    return timings
