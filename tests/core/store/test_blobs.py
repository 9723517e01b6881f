import hashlib
import uuid
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import CorruptBlobError, NotFoundError, StorageFullError, StoreError
from core.store.blobs import Blobs
from tests.core.store.full_disk import filled, needs_a_small_disk, small_disk

SHERD = b"a sherd"
SHERD_SHA256 = hashlib.sha256(SHERD).hexdigest()


@pytest.fixture(params=["local", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return Blobs(tmp_path.as_posix() if request.param == "local" else f"memory://{uuid.uuid4().hex}")


@given(st.binary())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_come_back_as_they_were_stored(blobs: Blobs, content: bytes) -> None:
    sha256 = blobs.put(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert blobs.has(sha256)
    assert blobs.get(sha256) == content


def test_storing_again_writes_nothing(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path.as_posix())
    blobs.put(SHERD)
    stored = tmp_path / SHERD_SHA256[:2] / SHERD_SHA256
    before = stored.stat()
    blobs.put(SHERD)
    assert (stored.stat().st_ino, stored.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [stored]


def test_a_blob_that_is_not_there_is_named(blobs: Blobs) -> None:
    assert not blobs.has(SHERD_SHA256)
    with pytest.raises(NotFoundError, match=SHERD_SHA256):
        blobs.get(SHERD_SHA256)


def test_a_changed_blob_is_noticed(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path.as_posix())
    blobs.put(SHERD)
    (tmp_path / SHERD_SHA256[:2] / SHERD_SHA256).write_bytes(b"a shard")
    with pytest.raises(CorruptBlobError, match="is damaged"):
        blobs.get(SHERD_SHA256)


def test_a_blob_that_was_cut_off_is_stored_anew(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path.as_posix())
    blobs.put(SHERD)
    (tmp_path / SHERD_SHA256[:2] / SHERD_SHA256).write_bytes(b"a sh")
    blobs.put(SHERD)
    assert blobs.get(SHERD_SHA256) == SHERD


def test_a_removed_blob_is_gone_and_removing_it_again_is_fine(blobs: Blobs) -> None:
    blobs.put(SHERD)
    blobs.remove(SHERD_SHA256)
    blobs.remove(SHERD_SHA256)
    assert not blobs.has(SHERD_SHA256)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="file cannot be read or written"):
        Blobs((tmp_path / "file").as_posix()).put(SHERD)


@needs_a_small_disk
def test_a_full_disk_is_told_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1024) as disk:
        blobs = Blobs(disk.as_posix())
        kept = blobs.put(SHERD)
        with pytest.raises(StorageFullError, match="free some space"):
            blobs.put(bytes(2_000_000))
        assert [path.name for path in disk.rglob("*") if path.is_file()] == [kept]
        with filled(disk), pytest.raises(StorageFullError, match="free some space"):
            blobs.put(b"another sherd" * 1000)
        assert [path.name for path in disk.rglob("*") if path.is_file()] == [kept]
        assert blobs.get(blobs.put(b"another sherd" * 1000)) == b"another sherd" * 1000
