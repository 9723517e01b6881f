"""The tables of a workspace. One writer at a time holds the lock of `core.store.database.writing`.

publication <- drawing <- prediction -> model_version <- alias
                       <- annotation <- edit, replaced_edit, agreement
                       <- edit_lease, event
                       <- snapshot_item -> snapshot <- run <- epoch
drawing_score, preference, job and worker stand alone. Whatever changes here needs a migration in
`core/store/migrations/versions`.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from core.store.times import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_SHA256 = String(64)
_WORD = String(32)  # statuses, kinds and other fixed words
_NAME = String(255)  # what people call themselves and their machines


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _version() -> Column[int]:
    """Counts the changes of a row; an update names the version it saw, and fails when that is old."""
    return Column("version", Integer, nullable=False, server_default=text("1"))


def _reason() -> Column[str]:
    return Column("reason", String(80), nullable=False, server_default=text("''"))  # why to look, in a few words


def _suspicion() -> Column[float]:
    return Column("suspicion", Float, nullable=False, server_default=text("0"))  # weight of the heaviest finding


def _reference(name: str, target: str, *, nullable: bool = False, index: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(target), nullable=nullable, index=index)


label = Table(
    "label",
    metadata,
    Column("class_index", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("colour", String(7), nullable=False, unique=True),  # #rrggbb
)

publication = Table(
    "publication",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),  # NFC
    Column("split", _WORD),  # NULL until the first snapshot that needs it, then never changed
    Column("created_at", UtcDateTime, nullable=False),
    _version(),
)

drawing = Table(
    "drawing",
    metadata,
    _id(),
    Column("name", Text, nullable=False),  # NFC
    Column("search_name", Text, nullable=False, index=True),  # case-folded: databases disagree about umlauts
    Column("page", Integer, nullable=False),  # 0-based, in the source file
    _reference("publication_id", "publication.id"),
    Column("source_sha256", _SHA256, nullable=False),
    Column("image_sha256", _SHA256, nullable=False),
    Column("thumbnail_sha256", _SHA256, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("status", _WORD, nullable=False),  # new, predicted, draft, approved, rejected
    Column("in_training", Boolean, nullable=False),  # False once somebody took it out
    _reference("model_version_id", "model_version.id", nullable=True),  # made the prediction that is shown
    Column("uncertainty", Float),  # of that prediction, as are reason and suspicion
    _reason(),
    _suspicion(),
    Column("fingerprint", String(64)),  # core.raster.similar; NULL before it was taken, "" where there is none
    Column("approved_annotation_id", Integer),  # what it is trained on; no foreign key: annotation points here
    Column("added_at", UtcDateTime, nullable=False),
    Column("added_by", _NAME, nullable=False),
    _version(),
    UniqueConstraint("source_sha256", "page"),
    Index("ix_drawing_publication_id_status_id", "publication_id", "status", "id"),
    Index("ix_drawing_publication_id_id", "publication_id", "id"),
    Index("ix_drawing_status_id", "status", "id"),
    Index("ix_drawing_model_version_id_id", "model_version_id", "id"),
    Index("ix_drawing_uncertainty_id", "uncertainty", "id"),
    Index("ix_drawing_approved_annotation_id", "approved_annotation_id"),
)

prediction = Table(
    "prediction",
    metadata,
    _id(),
    _reference("drawing_id", "drawing.id"),
    _reference("model_version_id", "model_version.id", index=True),
    Column("mask_sha256", _SHA256, nullable=False),
    Column("probabilities_sha256", _SHA256, nullable=False),
    Column("uncertainty", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("features", LargeBinary),  # float32 (32,), little-endian; NULL of those made before format 0004
    Column("findings", JSON(none_as_null=True)),  # core.raster.sanity.Finding, as dictionaries
    Column("places", JSON(none_as_null=True)),  # core.raster.places.Place, as dictionaries
    _reason(),
    _suspicion(),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("drawing_id", "model_version_id"),
)

annotation = Table(
    "annotation",
    metadata,
    _id(),
    _reference("drawing_id", "drawing.id", index=True),
    _reference("parent_id", "annotation.id", nullable=True),
    _reference("prediction_id", "prediction.id", nullable=True),
    Column("base_sha256", _SHA256),  # the imported mask it starts from
    Column("status", _WORD, nullable=False),  # draft, approved, rejected, aside, taken back
    Column("shared_count", Integer),  # of a version set aside: so many of its edits were there before it parted
    Column("author", _NAME, nullable=False),
    Column("seconds_spent", Float, nullable=False),
    Column("edit_count", Integer, nullable=False),  # stored edits, undone ones included
    Column("cursor", Integer, nullable=False),  # edits in force
    Column("mask_sha256", _SHA256),  # from the decision on
    Column("changed_pixels", Integer),  # pixels a human changed on the base, from the decision on
    Column("changed_fraction", Float),
    Column("class_pixels", JSON),  # pixels of each class, from the decision on
    Column("comment", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", _NAME),
    _version(),
    Index(
        "uq_annotation_one_draft",
        "drawing_id",
        unique=True,
        sqlite_where=text("status = 'draft'"),
        postgresql_where=text("status = 'draft'"),
    ),
)

agreement = Table(  # how far a model that had not learnt from the drawing was right about it, said by the approved mask
    "agreement",
    metadata,
    Column("annotation_id", Integer, ForeignKey("annotation.id"), primary_key=True, autoincrement=False),
    _reference("prediction_id", "prediction.id", nullable=True),  # NULL where there is no such prediction
    Column("iou", Float),
)

edit = Table(
    "edit",
    metadata,
    _reference("annotation_id", "annotation.id"),
    Column("position", Integer, nullable=False),  # 0-based
    Column("payload", JSON, nullable=False),  # core.raster.edits.to_json
    Column("mark", String(64)),  # the browser's name for it, by which it is recognised when it is sent again
    Column("author", _NAME, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("annotation_id", "position"),
)

replaced_edit = Table(  # undone edits that others were drawn in place of: whoever saw them may still go on from them
    "replaced_edit",
    metadata,
    _reference("annotation_id", "annotation.id"),
    Column("version", Integer, nullable=False),  # the last one of the annotation that had the edit
    Column("position", Integer, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("author", _NAME, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("mark", String(64)),
    PrimaryKeyConstraint("annotation_id", "version", "position"),
)

edit_lease = Table(
    "edit_lease",
    metadata,
    Column("drawing_id", Integer, ForeignKey("drawing.id"), primary_key=True, autoincrement=False),
    Column("holder", _NAME, nullable=False),  # a tab of a browser
    Column("author", _NAME, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

event = Table(  # what people did about a drawing beside drawing and deciding
    "event",
    metadata,
    _id(),
    _reference("drawing_id", "drawing.id", index=True),
    _reference("annotation_id", "annotation.id", nullable=True),
    Column("kind", _WORD, nullable=False),  # core.store.events.KINDS
    Column("author", _NAME, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

snapshot = Table(
    "snapshot",
    metadata,
    _id(),
    Column("items_sha256", _SHA256, nullable=False, unique=True),
    Column("drawing_count", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("left_out", JSON),  # core.store.snapshots.LeftOut, as dictionaries
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", _NAME, nullable=False),
)

snapshot_item = Table(
    "snapshot_item",
    metadata,
    _reference("snapshot_id", "snapshot.id"),
    _reference("drawing_id", "drawing.id"),
    _reference("annotation_id", "annotation.id"),
    Column("image_sha256", _SHA256, nullable=False),
    Column("mask_sha256", _SHA256, nullable=False),
    Column("publication", Text, nullable=False),  # its name then
    Column("split", _WORD, nullable=False),
    PrimaryKeyConstraint("snapshot_id", "drawing_id"),
)

run = Table(
    "run",
    metadata,
    _id(),
    _reference("snapshot_id", "snapshot.id"),
    Column("configuration", JSON, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("status", _WORD, nullable=False),  # queued, running, finished, failed, cancelled
    _reference("parent_version_id", "model_version.id", nullable=True),
    _reference("model_version_id", "model_version.id", nullable=True),  # what came out
    Column("job_id", Integer),
    Column("comparison", JSON),  # challenger against champion
    Column("error", Text, nullable=False),  # a sentence, or ""
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", _NAME, nullable=False),
    Column("finished_at", UtcDateTime),
)

epoch = Table(
    "epoch",
    metadata,
    _reference("run_id", "run.id"),
    Column("number", Integer, nullable=False),  # 1-based
    Column("figures", JSON, nullable=False),
    PrimaryKeyConstraint("run_id", "number"),
)

model_version = Table(
    "model_version",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("kind", _WORD, nullable=False),  # base, trained, imported
    Column("run_id", Integer),  # no foreign key: run points here already
    _reference("parent_id", "model_version.id", nullable=True),
    _reference("snapshot_id", "snapshot.id", nullable=True),
    Column("weights_sha256", _SHA256, nullable=False),
    Column("artefact_sha256", _SHA256, nullable=False),
    Column("scores", JSON, nullable=False),
    Column("card", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", _NAME, nullable=False),
    Column("code_version", _WORD, nullable=False),
    Column("deleted_at", UtcDateTime),  # the row stays: masks must be able to say where they came from
)

drawing_score = Table(  # what a model made of a test drawing, kept because the same files always give the same
    "drawing_score",
    metadata,
    Column("artefact_sha256", _SHA256, nullable=False),
    Column("image_sha256", _SHA256, nullable=False),
    Column("truth_sha256", _SHA256, nullable=False),
    Column("iou", Float, nullable=False),
    Column("mask_sha256", _SHA256, nullable=False),
    PrimaryKeyConstraint("artefact_sha256", "image_sha256", "truth_sha256"),
)

alias = Table(
    "alias",
    metadata,
    Column("name", _WORD, primary_key=True),
    _reference("model_version_id", "model_version.id"),
)

alias_move = Table(
    "alias_move",
    metadata,
    _id(),
    Column("alias", _WORD, nullable=False),
    _reference("from_version_id", "model_version.id", nullable=True),
    _reference("to_version_id", "model_version.id"),
    Column("reason", _WORD, nullable=False),  # first, promoted, automatic, rolled back
    Column("moved_at", UtcDateTime, nullable=False),
    Column("moved_by", _NAME, nullable=False),
)

job = Table(
    "job",
    metadata,
    _id(),
    Column("kind", _WORD, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("key", Text),  # at most one unfinished job carries a key
    Column("status", _WORD, nullable=False),  # queued, running, finished, failed, cancelled
    Column("priority", Integer, nullable=False, server_default=text("0")),  # higher goes first
    Column("progress", Float, nullable=False, server_default=text("0")),  # 0 to 1
    Column("message", Text, nullable=False, server_default=text("''")),
    Column("state", JSON),  # where to go on after a crash
    Column("result", JSON),
    Column("error", Text, nullable=False, server_default=text("''")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("cancel_requested", Boolean, nullable=False, server_default=text("false")),
    Column("owner", _NAME),  # who holds the lease
    Column("fence", Integer, nullable=False, server_default=text("0")),  # counts claims; an old holder cannot write
    Column("lease_expires_at", UtcDateTime),
    Column("heartbeat_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Index("ix_job_status_priority_id", "status", "priority", "id"),
    Index(
        "uq_job_unfinished_key",
        "key",
        unique=True,
        sqlite_where=text("status IN ('queued', 'running')"),
        postgresql_where=text("status IN ('queued', 'running')"),
    ),
    sqlite_autoincrement=True,  # the id of a removed job is never given out again
)

worker = Table(
    "worker",
    metadata,
    Column("name", _WORD, primary_key=True),  # "main": one row, so one worker a workspace
    Column("owner", _NAME, nullable=False),
    Column("host", _NAME, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("fence", Integer, nullable=False, server_default=text("0")),
    Column("started_at", UtcDateTime, nullable=False),
    Column("heartbeat_at", UtcDateTime, nullable=False),
    Column("lease_expires_at", UtcDateTime, nullable=False),
)

tuning_entry = Table(  # what Optuna noted during a search for better settings, in order; see core.store.tuning
    "tuning_entry",
    metadata,
    _id(),
    _reference("job_id", "job.id", index=True),
    Column("entry", JSON, nullable=False),
)

preference = Table(
    "preference",
    metadata,
    Column("name", _WORD, primary_key=True),
    Column("value", JSON, nullable=False),
)
