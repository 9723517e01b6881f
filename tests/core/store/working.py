"""A process that works in a workspace until it is killed, and says on its output what is safely stored.

python -m tests.core.store.working WORKSPACE DATABASE_URL BATCH
"""

import sys
from itertools import count
from pathlib import Path

from core.raster.edits import Stroke
from core.settings import Settings
from core.store import annotations
from core.store.workspace import open_workspace
from tests.core.store.samples import add_drawing


def main(workspace: str, database_url: str, batch: str) -> None:
    ws = open_workspace(Settings(workspace=Path(workspace), database_url=database_url), base_model=None)
    drawn_on = add_drawing(ws, f"drawn on {batch}.png")
    draft = annotations.open_draft(ws, drawn_on.id, "Ada")
    for number in count():
        draft = annotations.append(ws, draft, [Stroke(((int(batch), number),), 1, 1)])
        say(f"edit {number}")
        added = add_drawing(ws, f"{batch}-{number}.png", publication=f"Publication {number % 7}")
        say(f"drawing {added.name}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
