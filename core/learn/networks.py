"""The one place that builds networks: images (B, H, W, 3) in [0, 255] -> probabilities (B, H, W, classes)."""

from collections.abc import Callable
from typing import Any

from tensorflow import keras

from core.errors import SettingError
from core.learn import efficientnet_lite
from core.learn.backbones import SHIPPED, check_known, weights_unavailable
from core.learn.configuration import RunConfiguration
from core.learn.library import segmentation_models

STRIDE = 32
CLASSIC_FILTERS = (64, 128, 256, 512, 1024)
IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

Preprocessing = Callable[[Any], Any]


def build_network(configuration: RunConfiguration, class_count: int, *, imagenet: bool | None = None) -> keras.Model:
    """The network that the configuration describes, with ImageNet or random weights.

    `imagenet` says whether the encoder gets its ImageNet weights; by default when `configuration.start` asks for them.
    Raises UnknownBackboneError, and WeightsUnavailableError if the weights cannot be had.
    """
    keras.utils.set_random_seed(configuration.seed)
    if configuration.network == "classic":
        return _classic_unet(class_count)
    if imagenet is None:
        imagenet = configuration.start == "imagenet"
    unet = _library_unet(configuration, class_count, imagenet=imagenet)
    images = keras.Input((None, None, 3), name="images")  # (B, H, W, 3)
    probabilities = unet(_preprocessing(configuration.backbone)(images))  # (B, H or H/2, W or W/2, C)
    if len(configuration.decoder_filters) == 4:
        probabilities = keras.layers.UpSampling2D(2, interpolation="bilinear", name="enlarge")(probabilities)
    network = keras.Model(images, probabilities, name="network")
    _set_batch_norm_momentum(network, configuration.batch_norm_momentum)
    if configuration.freeze_encoder:
        freeze_encoder(network)
    return network


def check_sides(height: int, width: int) -> None:
    """Raises SettingError unless both sides suit a network."""
    if height < STRIDE or width < STRIDE or height % STRIDE or width % STRIDE:
        raise SettingError(
            f"A network reads images whose sides are multiples of {STRIDE}, and this one is {height} x {width} pixels. "
            "Choose an image size such as 256 or 384."
        )


def freeze_encoder(network: keras.Model) -> None:
    """Stop every variable of the encoder from changing, the moving statistics of BatchNorm included.

    segmentation-models' own `encoder_freeze` leaves BatchNorm training. A classic network has no encoder to freeze.
    """
    for layer in encoder_layers(network):
        layer.trainable = False


def encoder_layers(network: keras.Model) -> list[keras.layers.Layer]:
    """The layers that come from the backbone; none for a classic network."""
    if network.name == "classic":
        return []
    decoder = ("decoder_", "center_block", "final_conv", "softmax")
    return [layer for layer in network.get_layer("unet").layers if not layer.name.startswith(decoder)]


def _library_unet(configuration: RunConfiguration, class_count: int, *, imagenet: bool) -> keras.Model:
    check_known(configuration.backbone)
    _plug_in_shipped_encoder()
    try:
        unet = segmentation_models.Unet(
            configuration.backbone,
            classes=class_count,
            activation="softmax",
            encoder_weights="imagenet" if imagenet else None,
            decoder_filters=configuration.decoder_filters,
        )
    except Exception as error:
        if not isinstance(error, OSError) and "URL fetch failure" not in str(error):  # Keras raises bare Exceptions
            raise
        raise weights_unavailable(configuration.backbone) from error
    return keras.Model(unet.input, unet.output, name="unet")


def _plug_in_shipped_encoder() -> None:
    """Make segmentation-models know the shipped encoder by name; doing it again changes nothing."""
    backbones = segmentation_models.Backbones
    backbones._models_update[SHIPPED] = [efficientnet_lite.efficientnet_lite0, efficientnet_lite.preprocess]
    backbones._default_feature_layers[SHIPPED] = efficientnet_lite.SKIP_LAYERS


def _preprocessing(backbone: str) -> Preprocessing:
    """What the backbone's ImageNet weights expect of images in [0, 255].

    Written out because the library's function keeps the mean of whichever backbone came first, for all later ones.
    ResNets without squeeze-excite take the images as they are, as in the original recipe.
    """
    if backbone == SHIPPED:
        return efficientnet_lite.preprocess
    if backbone.startswith(("resnet", "resnext", "seresnet18", "seresnet34")):
        return lambda images: images
    if backbone.startswith("vgg"):
        return lambda images: images[..., ::-1] - (103.939, 116.779, 123.68)
    if backbone.startswith(("inception", "mobilenet")):
        return lambda images: images / 127.5 - 1.0
    return lambda images: (images / 255.0 - IMAGENET_MEAN) / IMAGENET_DEVIATION


def _set_batch_norm_momentum(network: keras.Model, momentum: float) -> None:
    for layer in network.get_layer("unet").layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = momentum


def _classic_unet(class_count: int) -> keras.Model:
    """The U-Net of Ronneberger et al. 2015 (https://arxiv.org/abs/1505.04597), padded, with dropout of 0.5."""
    images = keras.Input((None, None, 3), name="images")  # (B, H, W, 3)
    features = images / 255.0
    skips = []
    for filters in CLASSIC_FILTERS[:-1]:
        features = _two_convolutions(features, filters)
        if filters == CLASSIC_FILTERS[-2]:
            features = keras.layers.Dropout(0.5)(features)
        skips.append(features)
        features = keras.layers.MaxPooling2D()(features)
    features = keras.layers.Dropout(0.5)(_two_convolutions(features, CLASSIC_FILTERS[-1]))  # (B, H/16, W/16, 1024)
    for filters, skip in zip(CLASSIC_FILTERS[-2::-1], reversed(skips), strict=True):
        features = _convolution(keras.layers.UpSampling2D()(features), filters, 2)
        features = _two_convolutions(keras.layers.Concatenate()([skip, features]), filters)
    probabilities = keras.layers.Conv2D(class_count, 1, activation="softmax", name="final_conv")(features)
    return keras.Model(images, probabilities, name="classic")


def _two_convolutions(features: Any, filters: int) -> Any:
    return _convolution(_convolution(features, filters, 3), filters, 3)


def _convolution(features: Any, filters: int, side: int) -> Any:
    layer = keras.layers.Conv2D(filters, side, activation="relu", padding="same", kernel_initializer="he_normal")
    return layer(features)
