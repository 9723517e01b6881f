"""What can be configured, and the environment variables that do it."""

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import SettingError

MODELS_DIRECTORY = Path(__file__).resolve().parent.parent / "models"
CANVASES = ("own", "drawable")


@dataclass(frozen=True)
class Settings:
    """Where the workspace is and which limits hold in it.

    `workspace` is a directory. `database_url` and `blobs_url` default to places inside it. A worker with nothing to do
    stops after `idle_seconds`, a trainer that waits for its next run after `warm_seconds`; what is kept for it of the
    drawings takes up to `cache_megabytes`. Whoever left a drawing without a word edits it no more after
    `lease_seconds`. `canvas` is the component that masks are drawn with, one of CANVASES.
    """

    workspace: Path = Path("workspace")
    database_url: str = ""
    blobs_url: str = ""
    max_image_pixels: int = 120_000_000
    pdf_dpi: int = 300
    author: str = "anonymous"
    idle_seconds: float = 60.0
    warm_seconds: float = 600.0
    cache_megabytes: float = 4000.0
    lease_seconds: float = 75.0
    canvas: str = "own"

    @property
    def resolved_blobs_url(self) -> str:
        return self.blobs_url or (self.workspace / "blobs").as_posix()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Settings from OSTRAKON_* variables; whatever is not set keeps its default.

        Raises SettingError for a number that is not one, or a canvas that there is not.
        """
        return cls(
            workspace=Path(environment.get("OSTRAKON_WORKSPACE", "workspace")).expanduser().resolve(),
            database_url=environment.get("OSTRAKON_DATABASE_URL", ""),
            blobs_url=environment.get("OSTRAKON_BLOBS_URL", ""),
            max_image_pixels=int(_number(environment, "OSTRAKON_MAX_IMAGE_PIXELS", cls.max_image_pixels)),
            pdf_dpi=int(_number(environment, "OSTRAKON_PDF_DPI", cls.pdf_dpi)),
            author=environment.get("OSTRAKON_AUTHOR") or _login_name(),
            idle_seconds=_number(environment, "OSTRAKON_IDLE_SECONDS", cls.idle_seconds),
            warm_seconds=_number(environment, "OSTRAKON_WARM_SECONDS", cls.warm_seconds),
            cache_megabytes=_number(environment, "OSTRAKON_CACHE_MEGABYTES", cls.cache_megabytes),
            lease_seconds=_number(environment, "OSTRAKON_LEASE_SECONDS", cls.lease_seconds),
            canvas=_one_of(environment, "OSTRAKON_CANVAS", CANVASES),
        )

    def to_environment(self) -> dict[str, str]:
        """The variables from which another process reads these settings, wherever it is started."""
        return {
            "OSTRAKON_WORKSPACE": str(self.workspace.resolve()),
            "OSTRAKON_DATABASE_URL": self.database_url,
            "OSTRAKON_BLOBS_URL": self.blobs_url,
            "OSTRAKON_MAX_IMAGE_PIXELS": str(self.max_image_pixels),
            "OSTRAKON_PDF_DPI": str(self.pdf_dpi),
            "OSTRAKON_AUTHOR": self.author,
            "OSTRAKON_IDLE_SECONDS": str(self.idle_seconds),
            "OSTRAKON_WARM_SECONDS": str(self.warm_seconds),
            "OSTRAKON_CACHE_MEGABYTES": str(self.cache_megabytes),
            "OSTRAKON_LEASE_SECONDS": str(self.lease_seconds),
            "OSTRAKON_CANVAS": self.canvas,
        }


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name, str(default))
    try:
        number = float(text)
    except ValueError as error:
        raise SettingError(f"{name} is {text!r}, which is not a number. Set it to a positive number.") from error
    if not 0 < number < float("inf"):
        raise SettingError(f"{name} is {text!r}. Set it to a positive number.")
    return number


def _one_of(environment: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    chosen = environment.get(name) or choices[0]
    if chosen not in choices:
        raise SettingError(f"{name} is {chosen!r}. Set it to one of {', '.join(choices)}.")
    return chosen


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return Settings.author
