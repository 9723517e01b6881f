"""A search for better settings of a run: what is tried, and what came out. Loads neither TensorFlow nor Optuna."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from core.errors import SettingError
from core.learn.backbones import available_backbones
from core.learn.configuration import FULL_DECODER, LIGHT_DECODER, LOSSES, ORIGINAL_SIZE, RunConfiguration

LEARNING_RATES = (1e-4, 1e-2)  # drawn log-uniformly in between
DECODERS = {"small": (48, 32, 24, 16), "light": LIGHT_DECODER, "full": FULL_DECODER}
AUGMENTATIONS = {  # the switches that are on, from none to all
    "none": (),
    "other scans": ("photometric",),
    "other scans and fills": ("photometric", "artificial_fills"),
    "everything": ("photometric", "artificial_fills", "geometric"),
}
IMAGE_SIZES = (192, 256, 320, 384)
VARIED = ("learning_rate", "loss", "decoder", "augmentation", "image_size", "backbone")
MOST_TRIALS = 1000
FEW_DRAWINGS = 20


@dataclass(frozen=True)
class SearchPlan:
    """What is searched: `varied` names the settings that change from trial to trial, `configuration` has the others."""

    configuration: RunConfiguration = field(default_factory=RunConfiguration)
    varied: tuple[str, ...] = VARIED
    trial_count: int = 20

    def __post_init__(self) -> None:
        unknown = [name for name in self.varied if name not in VARIED]
        if unknown or not self.varied:
            named = f"“{unknown[0]}” cannot be varied" if unknown else "A search varies at least one setting"
            raise SettingError(f"{named}. Choose among: {', '.join(VARIED)}.")
        if not 1 <= self.trial_count <= MOST_TRIALS:
            raise SettingError(f"A search makes from 1 to {MOST_TRIALS} trials, not {self.trial_count}.")
        if self.configuration.image_size == ORIGINAL_SIZE or self.configuration.network != "unet":
            raise SettingError(
                "A search trains U-Nets on a backbone, at a fixed image size. Choose these in the settings."
            )

    def to_dict(self) -> dict[str, Any]:
        """A dictionary that JSON can hold and `from_dict` reads."""
        return {**asdict(self), "configuration": self.configuration.to_dict(), "varied": list(self.varied)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "SearchPlan":
        """The plan in a dictionary. Raises SettingError."""
        configuration = RunConfiguration.from_dict(values["configuration"])
        return cls(configuration, tuple(values["varied"]), int(values["trial_count"]))


@dataclass(frozen=True)
class Trial:
    """One training of a search; `number` counts from 1.

    `status` is running, finished, pruned (stopped early, because others were better by then), failed or interrupted
    (made again). `score` is the mean foreground IoU on the drawings that the search sets aside, None unless finished.
    """

    number: int
    status: str
    choices: dict[str, Any]
    score: float | None = None
    scores_by_epoch: dict[int, float] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)
    error: str = ""


def options_of(name: str) -> tuple[Any, ...]:
    """What a varied setting can be; for the learning rate its bounds."""
    options: dict[str, tuple[Any, ...]] = {
        "learning_rate": LEARNING_RATES,
        "loss": LOSSES,
        "decoder": tuple(DECODERS),
        "augmentation": tuple(AUGMENTATIONS),
        "image_size": IMAGE_SIZES,
        "backbone": available_backbones(),
    }
    return options[name]


def choices_of(plan: SearchPlan) -> dict[str, Any]:
    """The plan's own configuration as choices of what it varies, as far as it is among the options."""
    configuration = plan.configuration
    switches = {name for name in AUGMENTATIONS["everything"] if getattr(configuration, name)}
    choices = {
        "learning_rate": configuration.learning_rate,
        "loss": configuration.loss,
        "decoder": next((name for name, filters in DECODERS.items() if filters == configuration.decoder_filters), None),
        "augmentation": next((name for name, on in AUGMENTATIONS.items() if set(on) == switches), None),
        "image_size": configuration.image_size,
        "backbone": configuration.backbone,
    }
    return {name: choices[name] for name in plan.varied if _is_option(name, choices[name])}


def configuration_of(plan: SearchPlan, choices: Mapping[str, Any], champion_backbone: str | None) -> RunConfiguration:
    """The run that the choices describe; on another backbone than the champion's it starts with ImageNet weights."""
    changes: dict[str, Any] = {name: choices[name] for name in ("learning_rate", "loss") if name in choices}
    changes |= {name: choices[name] for name in ("image_size", "backbone") if name in choices}
    if "decoder" in choices:
        changes["decoder_filters"] = DECODERS[choices["decoder"]]
    if "augmentation" in choices:
        on = AUGMENTATIONS[choices["augmentation"]]
        changes |= {name: name in on for name in AUGMENTATIONS["everything"]}
    configuration = replace(plan.configuration, **changes)
    if configuration.start == "champion" and configuration.backbone != champion_backbone:
        configuration = replace(configuration, start="imagenet")
    return configuration


def best_of(trials: Sequence[Trial]) -> Trial | None:
    """The finished trial with the highest score, the first of several; None as long as none is finished."""
    finished = [trial for trial in trials if trial.score is not None]
    return max(finished, key=lambda trial: trial.score or 0.0, default=None)


def doubt_about(drawing_count: int, *, is_held_out: bool) -> str:
    """What a search on so few drawings is worth, as sentences; "" when there is nothing to say."""
    sentences = []
    if is_held_out:
        sentences.append(
            "No publication is set aside for validation, so the search sets some of the training drawings aside."
        )
    if drawing_count < FEW_DRAWINGS:
        drawings = "1 drawing decides" if drawing_count == 1 else f"{drawing_count} drawings decide"
        sentences.append(
            f"Only {drawings} which settings are best: small differences are chance. Approve more drawings of several "
            f"publications; {FEW_DRAWINGS} are a beginning."
        )
    return " ".join(sentences)


def _is_option(name: str, value: Any) -> bool:
    if name == "learning_rate":
        return LEARNING_RATES[0] <= float(value) <= LEARNING_RATES[1]
    return value in options_of(name)
