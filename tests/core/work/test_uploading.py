from core.raster.images import encode_png
from core.store import drawings
from core.store.publications import list_publications
from core.store.workspace import Workspace
from core.work import lease, queue
from core.work.uploading import SAMPLE_PUBLICATIONS, upload_files, upload_samples
from tests.core.work.pottery import add_model, block


def silent(done: int, total: int, name: str) -> None:
    pass


def test_what_is_uploaded_waits_to_be_read(workspace: Workspace) -> None:
    add_model(workspace)
    assert lease.reserve(workspace)  # so that no worker starts and the job stays as it is
    files = [("a.png", encode_png(block(1))), ("b.png", b"no image"), ("c.png", encode_png(block(2)))]
    report = upload_files(workspace, files, publication="Vogel 1901", author="Ada", on_progress=silent)
    (job,) = queue.active_jobs(workspace)
    assert job.payload["drawing_ids"] == [drawing.id for drawing in report.added]
    assert [drawing.name for drawing in report.added] == ["a.png", "c.png"]
    assert [refusal.name for refusal in report.refused] == ["b.png"]


def test_uploading_the_same_again_has_it_read_where_it_was_not(workspace: Workspace) -> None:
    files = [("a.png", encode_png(block(1)))]
    upload_files(workspace, files, publication="Vogel 1901", author="Ada", on_progress=silent)
    assert queue.active_jobs(workspace) == []  # there is no model yet
    add_model(workspace)
    assert lease.reserve(workspace)
    report = upload_files(workspace, files, publication="Vogel 1901", author="Ada", on_progress=silent)
    assert len(queue.active_jobs(workspace)[0].payload["drawing_ids"]) == len(report.already_there) == 1


def test_nothing_is_queued_when_nothing_went_in(workspace: Workspace) -> None:
    add_model(workspace)
    upload_files(workspace, [("b.png", b"no image")], publication="", author="Ada", on_progress=silent)
    assert queue.active_jobs(workspace) == []


def test_samples_are_new_each_time_and_of_several_publications(workspace: Workspace) -> None:
    told: list[tuple[int, int, str]] = []
    first = upload_samples(workspace, author="Ada", on_progress=lambda *progress: told.append(progress))
    second = upload_samples(workspace, author="Ada", on_progress=silent)
    assert [done for done, _, _ in told] == [1, 2, 3, 4, 5, 6]
    assert len(first.added) == len(second.added) == 6
    assert drawings.count(workspace) == 12
    counts = {publication.name: publication.drawing_count for publication in list_publications(workspace)}
    assert counts == dict(zip(SAMPLE_PUBLICATIONS, (8, 2, 2), strict=True))
