"""Drawings know their twins, comparisons keep their masks, a workspace has preferences"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("drawing", sa.Column("fingerprint", sa.String(length=64), nullable=True))
    op.add_column("snapshot", sa.Column("left_out", sa.JSON(), nullable=True))
    op.create_table(
        "drawing_score",
        sa.Column("artefact_sha256", sa.String(length=64), nullable=False),
        sa.Column("image_sha256", sa.String(length=64), nullable=False),
        sa.Column("truth_sha256", sa.String(length=64), nullable=False),
        sa.Column("iou", sa.Float(), nullable=False),
        sa.Column("mask_sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("artefact_sha256", "image_sha256", "truth_sha256", name="pk_drawing_score"),
    )
    op.create_table(
        "preference",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_preference"),
    )
    _create_working_together()
    _create_tuning()


def _create_working_together() -> None:
    op.add_column("edit", sa.Column("mark", sa.String(length=64), nullable=True))
    op.add_column("annotation", sa.Column("shared_count", sa.Integer(), nullable=True))
    op.create_table(
        "replaced_edit",
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name="fk_replaced_edit_annotation_id"),
        sa.PrimaryKeyConstraint("annotation_id", "version", "position", name="pk_replaced_edit"),
    )
    op.create_table(
        "edit_lease",
        sa.Column("drawing_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=255), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["drawing_id"], ["drawing.id"], name="fk_edit_lease_drawing_id"),
        sa.PrimaryKeyConstraint("drawing_id", name="pk_edit_lease"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("drawing_id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name="fk_event_annotation_id"),
        sa.ForeignKeyConstraint(["drawing_id"], ["drawing.id"], name="fk_event_drawing_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_drawing_id", "event", ["drawing_id"])


def _create_tuning() -> None:
    op.create_table(
        "tuning_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_tuning_entry_job_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tuning_entry"),
    )
    op.create_index("ix_tuning_entry_job_id", "tuning_entry", ["job_id"])
