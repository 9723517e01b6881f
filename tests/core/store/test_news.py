from core.store import models, publications, snapshots
from core.store.models import NewModel
from core.store.news import News, news_since
from core.store.workspace import Workspace
from tests.core.store.samples import add_drawing, approve_drawing


def approved(ws: Workspace, name: str, publication: str) -> int:
    drawing = add_drawing(ws, name, publication=publication)
    approve_drawing(ws, drawing.id)
    return drawing.id


def test_to_a_model_from_elsewhere_everything_is_new_where_the_next_snapshot_will_put_it(ws: Workspace) -> None:
    for name, publication in (("a", "Köln I"), ("b", "Köln I"), ("c", "Köln II"), ("d", "Köln III")):
        approved(ws, name, publication)
    news = news_since(ws, None)
    assert news.count == 4
    frozen = snapshots.freeze(ws, "Ada")
    splits = [item.split for item in snapshots.items(ws, frozen.id)]
    assert news == News(splits.count("train"), splits.count("validation"), splits.count("test"), known=0)


def test_only_what_was_approved_since_is_news(ws: Workspace) -> None:
    first = approved(ws, "a", "Köln I")
    approved(ws, "b", "Köln I")
    snapshot = snapshots.freeze(ws, "Ada")
    new = NewModel("Run 1", "trained", "Ada", snapshot_id=snapshot.id)
    version = models.register(ws, new, artefact=b"a", weights=b"w")
    assert news_since(ws, version) == News(0, 0, 0, known=2)
    approve_drawing(ws, first)  # corrected once more
    approved(ws, "c", "Köln I")
    assert news_since(ws, version) == News(2, 0, 0, known=1)


def test_asking_decides_nothing(ws: Workspace) -> None:
    approved(ws, "a", "Köln I")
    news_since(ws, None)
    assert publications.named(ws, "Köln I").split is None
