"""What can be chosen for a training run. Loads no TensorFlow."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.errors import SettingError
from core.learn.backbones import SHIPPED, check_known

NETWORKS = ("unet", "classic")
LOSSES = ("bce_jaccard", "jaccard", "dice", "bce_dice", "focal", "focal_dice", "cross_entropy")
STARTS = ("champion", "imagenet", "random")
ORIGINAL_SIZE = "original"
ORIGINAL_LONGEST_SIDE = 1024
SCALES = (1.0, 1.5, 2.25)
ENOUGH_STEPS = 95
SWITCHES = (
    *("several_scales", "replay", "proportions", "geometric", "artificial_fills", "photometric"),
    *("freeze_encoder", "class_weights", "tensorboard"),
)
LIGHT_DECODER = (64, 48, 32, 24)
FULL_DECODER = (256, 128, 64, 32, 16)


@dataclass(frozen=True)
class RunConfiguration:
    """One training attempt's choices; the defaults are those for retraining on corrections.

    `network` is "unet" (segmentation-models' U-Net on `backbone`) or "classic" (the U-Net of 2015, from scratch).
    Four `decoder_filters` end at half of the input's resolution, and the probabilities are enlarged; five end at all
    of it. `image_size` is the longest side in pixels, or "original": at most 1024, one drawing in a batch.
    `start` says whose weights training starts with; of a champion's, `champion_share` stays in the weights that come
    out. With `proportions` drawings are shown mirrored, stretched and a little larger or smaller.
    `batch_norm_momentum` holds for whatever is trained. With `class_weights` a class that is drawn less than
    others counts more; with `tensorboard` the run writes logs for it.
    """

    network: str = "unet"
    backbone: str = SHIPPED
    decoder_filters: tuple[int, ...] = LIGHT_DECODER
    loss: str = "bce_jaccard"
    epochs: int = 20
    batch_size: int = 8
    learning_rate: float = 5e-3
    image_size: int | str = 256
    several_scales: bool = True
    replay: bool = True
    proportions: bool = True
    geometric: bool = False
    artificial_fills: bool = False
    photometric: bool = True
    freeze_encoder: bool = True
    start: str = "champion"
    batch_norm_momentum: float = 0.9
    champion_share: float = 0.0
    class_weights: bool = True
    tensorboard: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        _choose("network", self.network, NETWORKS)
        _choose("loss", self.loss, LOSSES)
        _choose("start", self.start, STARTS)
        if self.network == "unet":
            check_known(self.backbone)
        if len(self.decoder_filters) not in (4, 5) or not all(_whole(n, 1, 1024) for n in self.decoder_filters):
            raise SettingError("decoder_filters must be four or five whole numbers from 1 to 1024.")
        _within("epochs", self.epochs, 1, 10_000)
        _within("batch_size", self.batch_size, 1, 256)
        _within("seed", self.seed, 0, 2**32 - 1)
        _between("learning_rate", self.learning_rate, 0.0, 1.0)
        if isinstance(self.champion_share, bool) or not 0 <= self.champion_share < 1:
            raise SettingError(f"champion_share is {self.champion_share!r}. Set it to a number from 0 to under 1.")
        _between("batch_norm_momentum", self.batch_norm_momentum, 0.0, 1.0)
        if self.image_size != ORIGINAL_SIZE:
            check_side("image_size", self.image_size)
        for name in SWITCHES:
            if not isinstance(getattr(self, name), bool):
                raise SettingError(f"{name} is {getattr(self, name)!r}. Set it to true or false.")

    @property
    def image_sizes(self) -> tuple[int, ...]:
        """The longest sides at which the network is trained, and at which it reads best, smallest first."""
        if self.image_size == ORIGINAL_SIZE:
            return (ORIGINAL_LONGEST_SIDE,)
        return tuple(round(int(self.image_size) * scale) for scale in (SCALES if self.several_scales else (1.0,)))

    def sizes_after(self, champion_sizes: Sequence[int]) -> tuple[int, ...]:
        """The long sides at which a retrained champion is read: the champion's, without those smaller than any that
        the run showed, at which it has got worse."""
        kept = tuple(size for size in champion_sizes if size >= min(self.image_sizes))
        return kept or self.image_sizes

    @property
    def is_on_features(self) -> bool:
        """Whether only the decoder trains, on what the frozen encoder gave once for each view of a drawing."""
        return self.network == "unet" and self.freeze_encoder and self.image_size != ORIGINAL_SIZE

    def to_dict(self) -> dict[str, Any]:
        """A dictionary that JSON can hold and `from_dict` reads."""
        return {**asdict(self), "decoder_filters": list(self.decoder_filters)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "RunConfiguration":
        """The configuration in a dictionary; what is not in it keeps its default.

        Raises SettingError for an unknown name or a value out of range, UnknownBackboneError for a backbone.
        """
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise SettingError(f"A run has no setting “{unknown[0]}”. Remove it, or correct its spelling.")
        values = dict(values)
        if "decoder_filters" in values:
            if not isinstance(values["decoder_filters"], (list, tuple)):
                raise SettingError("decoder_filters must be a list of four or five whole numbers.")
            values["decoder_filters"] = tuple(values["decoder_filters"])
        return cls(**values)


def epochs_for(drawing_count: int, *, batch_size: int = RunConfiguration.batch_size) -> int:
    """How often a run on that many drawings shows each of them, unless somebody chooses otherwise.

    Few drawings are shown more often, as it takes about 95 steps to learn a new style; see benchmarks.learning_curve.
    """
    steps_per_epoch = max(1, math.ceil(drawing_count / batch_size))
    return max(RunConfiguration.epochs, math.ceil(ENOUGH_STEPS / steps_per_epoch))


def check_side(name: str, side: Any) -> None:
    """Raises SettingError if a network input cannot have this side."""
    if not _whole(side, 32, 4096) or side % 32:
        raise SettingError(f"{name} is {side!r}. Networks need a multiple of 32 from 32 to 4096, such as 256 or 384.")


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _choose(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise SettingError(f"{name} is {value!r}. Choose one of: {', '.join(allowed)}.")


def _within(name: str, value: Any, least: int, most: int) -> None:
    if not _whole(value, least, most):
        raise SettingError(f"{name} is {value!r}. Set it to a whole number from {least} to {most}.")


def _between(name: str, value: Any, above: float, below: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not above < value < below:
        raise SettingError(f"{name} is {value!r}. Set it to a number between {above:g} and {below:g}.")
