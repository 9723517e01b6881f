"""The form of a training run: one widget for each choice, in words."""

from dataclasses import replace

import streamlit as st

from core.learn.backbones import BACKBONES, available_backbones
from core.learn.configuration import FULL_DECODER, LIGHT_DECODER, LOSSES, ORIGINAL_SIZE, RunConfiguration

_NETWORKS = {"unet": "U-Net on a pretrained encoder", "classic": "Classic U-Net, from scratch"}
_STARTS = {"champion": "the champion", "imagenet": "ImageNet weights", "random": "nothing"}
_SIZES = (192, 256, 320, 384, 512, 640, 768, 1024, ORIGINAL_SIZE)


def choose_configuration(default: RunConfiguration) -> RunConfiguration:
    """What a person chose, starting from `default`. Raises SettingError for what does not go together."""
    first, second, third = st.columns(3)
    with first:
        network = st.selectbox("Network", _NETWORKS, format_func=_NETWORKS.get)
        is_unet = network == "unet"
        starts = [start for start in _STARTS if is_unet or start != "imagenet"]
        start = st.selectbox(
            "Start from", starts, index=starts.index("champion" if is_unet else "random"), format_func=_STARTS.get
        )
        backbone, has_full_decoder, is_frozen = default.backbone, False, default.freeze_encoder
        if is_unet:
            here = available_backbones()
            backbone = st.selectbox(
                "Backbone",
                sorted(BACKBONES, key=lambda name: name not in here),
                format_func=lambda name: name if name in here else f"{name} (downloads its weights)",
            )
            has_full_decoder = st.toggle("Large decoder", help="Slower and finer; another network than the base model")
            is_frozen = st.toggle("Keep the encoder as it is", value=default.freeze_encoder, help="Much faster")
    with second:
        epochs = st.number_input("Epochs", 1, 1000, default.epochs)
        batch_size = st.number_input("Batch size", 1, 256, default.batch_size)
        learning_rate = st.number_input("Learning rate", 1e-6, 0.5, default.learning_rate, step=1e-4, format="%.6f")
        loss = st.selectbox("Loss", LOSSES, index=LOSSES.index(default.loss))
    with third:
        image_size = st.selectbox(
            "Image size",
            _SIZES,
            index=_SIZES.index(default.image_size),
            format_func=lambda size: f"{size} px" if size != ORIGINAL_SIZE else "as drawn",
        )
        proportions = st.toggle("Mirrored and stretched copies", value=default.proportions)
        geometric = st.toggle("Turned copies, both ways up", value=default.geometric)
        fills = st.toggle("Artificial fills", value=default.artificial_fills, help="The same section, hatched or black")
        photometric = st.toggle("Blurred and faded copies", value=default.photometric)
        class_weights = st.toggle("Rare classes count more", value=default.class_weights)
        tensorboard = st.toggle("TensorBoard logs", value=default.tensorboard, help="In the workspace's folder")
        seed = st.number_input("Seed", 0, 2**31, default.seed, help="The same seed gives the same run")
    return replace(
        default,
        network=network,
        backbone=backbone,
        decoder_filters=FULL_DECODER if has_full_decoder else LIGHT_DECODER,
        freeze_encoder=is_frozen,
        start=start,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        loss=loss,
        image_size=image_size,
        proportions=proportions,
        geometric=geometric,
        artificial_fills=fills,
        photometric=photometric,
        class_weights=class_weights,
        tensorboard=tensorboard,
        seed=seed,
    )
