"""How long it takes to order the queue of a large workspace, the SELECT included, and to hand out its next drawing.

Rows are put into SQLite directly; 20 publications, features of unit length, a tenth of the drawings decided:
    python -m benchmarks.queue [--drawings 10000] [--rounds 15]
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlalchemy import insert, update

from core.infer.strategies import STRATEGIES
from core.settings import Settings
from core.store import models, publications
from core.store.database import now, writing
from core.store.tables import drawing, prediction
from core.store.workspace import Workspace, open_workspace
from core.work import review

PUBLICATIONS = 20
MOST_MS = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--drawings", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        ws = open_workspace(Settings(workspace=Path(directory) / "workspace"))
        fill(ws, arguments.drawings)
        slowest = 0.0
        for strategy in STRATEGIES:
            median = measure(f"order, {strategy}", arguments.rounds, lambda name=strategy: review.order(ws, name))
            slowest = max(slowest, median)
        order = review.order(ws, "most instructive")
        measure("order, while nothing changed", arguments.rounds, lambda: review.order(ws, order.strategy, order))
        people = iter(range(10**9))
        measure("hand out", arguments.rounds, lambda: review.hand_out(ws, order, f"tab {next(people)}", "Ada"))
        measure("hand out when 2,000 are passed or decided", arguments.rounds, half_way(ws, order))
        print(f"slowest order: {slowest / MOST_MS:.2f} of {MOST_MS} ms for {arguments.drawings:,} drawings")
        ws.engine.dispose()


def fill(ws: Workspace, count: int) -> None:
    """Put drawings and their predictions into the database, without files."""
    random = np.random.default_rng(10_700_000)
    champion = models.champion(ws)
    assert champion is not None
    publication_ids = [publications.named(ws, f"Publication {number}").id for number in range(PUBLICATIONS)]
    features = random.normal(size=(count, 32)).astype("<f4")
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    uncertainty, suspicion = random.beta(1, 6, count), np.maximum(random.normal(0, 0.4, count), 0).clip(0, 1)
    shared = {"added_at": now(), "added_by": "Ada", "in_training": True, "page": 0, "width_px": 900, "height_px": 700}
    rows = [
        shared
        | {
            "id": number + 1,
            "name": f"Abb. {number}.png",
            "search_name": f"abb. {number}.png",
            "publication_id": publication_ids[number % PUBLICATIONS],
            **{f"{kind}_sha256": f"{number:064x}" for kind in ("source", "image", "thumbnail")},
            "status": "approved" if number % 10 == 0 else "predicted",
            "model_version_id": champion.id,
            "uncertainty": float(uncertainty[number]),
            "suspicion": float(suspicion[number]),
        }
        for number in range(count)
    ]
    predicted = [
        {
            "drawing_id": row["id"],
            "model_version_id": champion.id,
            "mask_sha256": row["image_sha256"],
            "probabilities_sha256": row["image_sha256"],
            "uncertainty": row["uncertainty"],
            "suspicion": row["suspicion"],
            "seconds": 0.3,
            "features": features[number].tobytes(),
            "created_at": shared["added_at"],
        }
        for number, row in enumerate(rows)
    ]
    with writing(ws.engine) as connection:
        connection.execute(insert(drawing), rows)
        connection.execute(insert(prediction), predicted)


def half_way(ws: Workspace, order: review.Order) -> Callable[[], object]:
    """Hands out what comes after a thousand decided drawings and a thousand that were put off."""
    with writing(ws.engine) as connection:
        for start in range(0, 1000, 500):
            is_early = drawing.c.id.in_(order.ids[start : start + 500])
            connection.execute(update(drawing).where(is_early).values(status="approved"))
    passed = order.ids[1000:2000]
    return lambda: review.hand_out(ws, order, "tab", "Ada", passed=passed)


def measure(what: str, rounds: int, act: Callable[[], object]) -> float:
    """The median in milliseconds, printed with the slowest."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        taken.append(1000 * (time.perf_counter() - begun))
    median = statistics.median(taken)
    print(f"{what}: median {median:.1f} ms, fastest {min(taken):.1f}, slowest {max(taken):.1f}")
    return median


if __name__ == "__main__":
    main()
