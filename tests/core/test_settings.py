from pathlib import Path

import pytest

from core.errors import SettingError
from core.settings import Settings


def test_everything_stays_inside_the_workspace_by_default(tmp_path: Path) -> None:
    settings = Settings.from_environment({"OSTRAKON_WORKSPACE": str(tmp_path)})
    assert settings.resolved_blobs_url == f"{tmp_path.as_posix()}/blobs"
    assert settings.max_image_pixels == 120_000_000


def test_environment_variables_override_the_defaults() -> None:
    settings = Settings.from_environment(
        {"OSTRAKON_MAX_IMAGE_PIXELS": "1000", "OSTRAKON_AUTHOR": "Ada", "OSTRAKON_DATABASE_URL": "postgresql://db"}
    )
    assert (settings.max_image_pixels, settings.author) == (1000, "Ada")
    assert settings.database_url == "postgresql://db"


@pytest.mark.parametrize("value", ["many", "-1", "0", "nan", "inf", ""])
def test_a_limit_that_is_no_positive_number_is_refused_by_name(value: str) -> None:
    with pytest.raises(SettingError, match="OSTRAKON_MAX_IMAGE_PIXELS"):
        Settings.from_environment({"OSTRAKON_MAX_IMAGE_PIXELS": value})


def test_another_process_gets_the_same_settings_through_its_environment(tmp_path: Path) -> None:
    settings = Settings(
        workspace=tmp_path, max_image_pixels=7, pdf_dpi=72, author="Ümit", idle_seconds=0.5, lease_seconds=9
    )
    assert Settings.from_environment(settings.to_environment()) == settings
