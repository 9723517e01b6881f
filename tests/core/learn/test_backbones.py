import subprocess
import sys

import pytest

from core.errors import UnknownBackboneError, WeightsUnavailableError
from core.learn.backbones import BACKBONES, SHIPPED, available_backbones, check_available, check_known


@pytest.fixture
def downloads(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / ".keras" / "models").mkdir(parents=True)
    return tmp_path / ".keras" / "models"


def test_names_are_those_of_the_library_and_our_own():
    import segmentation_models

    assert set(BACKBONES) == {*segmentation_models.get_available_backbone_names(), SHIPPED}


def test_only_the_shipped_backbone_is_available_on_a_new_computer(downloads):
    assert available_backbones() == (SHIPPED,)


def test_downloaded_backbones_are_available(downloads):
    (downloads / "resnet34_imagenet_1000_no_top.h5").touch()
    (downloads / "efficientnet-b0_weights_tf_dim_ordering_tf_kernels_autoaugment_notop.h5").touch()
    (downloads / "mobilenet_1_0_224_tf_no_top.h5").touch()
    assert available_backbones() == (SHIPPED, "resnet34", "mobilenet", "efficientnetb0")


def test_a_backbone_that_needs_a_download_is_reported_with_those_that_do_not(downloads):
    check_available(SHIPPED)
    with pytest.raises(WeightsUnavailableError, match=r"“resnet34” could not be downloaded.*efficientnetlite0"):
        check_available("resnet34")


def test_an_unknown_backbone_is_refused_with_the_known_ones():
    with pytest.raises(UnknownBackboneError, match=r"no backbone “resnet35”. Choose one of: efficientnetlite0, vgg16"):
        check_known("resnet35")


def test_names_and_configurations_load_no_tensorflow():
    code = (
        "import sys, core.learn.configuration, core.learn.backbones;"
        "assert not {'tensorflow', 'tf_keras', 'segmentation_models'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
