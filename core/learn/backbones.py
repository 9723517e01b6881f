"""The encoders a network can be built on, and which of them can be had without internet. Loads no TensorFlow."""

from pathlib import Path

from core.errors import UnknownBackboneError, WeightsUnavailableError

SHIPPED = "efficientnetlite0"

BACKBONES = (
    SHIPPED,
    *("vgg16", "vgg19"),
    *("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
    *("resnext50", "resnext101"),
    *("seresnet18", "seresnet34", "seresnet50", "seresnet101", "seresnet152"),
    *("seresnext50", "seresnext101", "senet154"),
    *("densenet121", "densenet169", "densenet201"),
    *("inceptionv3", "inceptionresnetv2"),
    *("mobilenet", "mobilenetv2"),
    *("efficientnetb0", "efficientnetb1", "efficientnetb2", "efficientnetb3"),
    *("efficientnetb4", "efficientnetb5", "efficientnetb6", "efficientnetb7"),
)

# How the library names the files that it downloads, where that is not "<backbone>_..."
_DOWNLOAD_PREFIXES = {
    "inceptionv3": "inception_v3_",
    "inceptionresnetv2": "inception_resnet_v2_",
    "mobilenet": "mobilenet_1_0_",
    "mobilenetv2": "mobilenet_v2_",
    **{f"efficientnetb{size}": f"efficientnet-b{size}_" for size in range(8)},
}


def available_backbones() -> tuple[str, ...]:
    """The backbones whose ImageNet weights are on this computer: shipped with Ostrakon or downloaded before."""
    return tuple(name for name in BACKBONES if _is_on_this_computer(name))


def check_known(name: str) -> None:
    """Raises UnknownBackboneError if there is no such backbone."""
    if name not in BACKBONES:
        raise UnknownBackboneError(f"There is no backbone “{name}”. Choose one of: {', '.join(BACKBONES)}.")


def check_available(name: str) -> None:
    """Raises UnknownBackboneError, or WeightsUnavailableError if its ImageNet weights would have to be downloaded."""
    check_known(name)
    if not _is_on_this_computer(name):
        raise weights_unavailable(name)


def weights_unavailable(name: str) -> WeightsUnavailableError:
    """The error that says which backbones need no download."""
    return WeightsUnavailableError(
        f"The ImageNet weights of “{name}” could not be downloaded. Connect to the internet and try again, choose a "
        f"backbone that is already here ({', '.join(available_backbones())}), or start from random weights."
    )


def _is_on_this_computer(name: str) -> bool:
    if name == SHIPPED:
        return True
    prefix = _DOWNLOAD_PREFIXES.get(name, f"{name}_")
    return any(_download_directory().glob(f"{prefix}*.h5"))


def _download_directory() -> Path:
    return Path.home() / ".keras" / "models"  # where Keras 2 puts downloads, whatever KERAS_HOME says
