"""The workspace: one directory (or two URLs) that holds everything a team made."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Engine

from core.errors import StorageFullError, StoreError
from core.settings import MODELS_DIRECTORY, Settings
from core.store.blobs import FULL_DISK, Blobs
from core.store.database import connect
from core.store.migrations import migrate


@dataclass(frozen=True)
class Workspace:
    """An open workspace. Every function of `core.store` takes it first; threads may share it."""

    settings: Settings
    engine: Engine
    blobs: Blobs


def open_workspace(settings: Settings, *, base_model: Path | None = MODELS_DIRECTORY / "base") -> Workspace:
    """The workspace at `settings`, made if it is not there, and brought to this Ostrakon's format.

    The model in the directory `base_model` is registered once, and is the first champion; None for no model.
    Opening is safe while others have it open. Raises WorkspaceFormatError if a newer Ostrakon wrote it,
    StorageFullError or StoreError if it cannot be written.
    """
    from core.store.label_map import store_default_labels  # these two need Workspace themselves
    from core.store.shipped import register_shipped

    try:
        settings.workspace.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in FULL_DISK:
            raise StorageFullError(f"The disk of {settings.workspace} is full. Free some space on it.") from error
        raise StoreError(f"The workspace {settings.workspace} cannot be made here: choose another folder.") from error
    # not a string: a path may hold ? and %, which mean something else in a URL
    database = URL.create("sqlite", database=(settings.workspace / "ostrakon.db").as_posix())
    engine = connect(settings.database_url or database)
    ws = Workspace(settings, engine, Blobs(settings.resolved_blobs_url))
    try:
        migrate(engine)
        store_default_labels(ws)
        if base_model is not None:
            register_shipped(ws, base_model)
    except BaseException:
        engine.dispose()
        raise
    return ws
