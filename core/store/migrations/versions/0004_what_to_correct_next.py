"""Predictions say where they doubt and what the checks found, drawings say why they are worth a look"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("prediction", sa.Column("features", sa.LargeBinary(), nullable=True))
    op.add_column("prediction", sa.Column("findings", sa.JSON(), nullable=True))
    op.add_column("prediction", sa.Column("places", sa.JSON(), nullable=True))
    for table in ("prediction", "drawing"):
        op.add_column(table, sa.Column("reason", sa.String(length=80), nullable=False, server_default=sa.text("''")))
        op.add_column(table, sa.Column("suspicion", sa.Float(), nullable=False, server_default=sa.text("0")))
    _create_agreements()


def _create_agreements() -> None:
    op.create_table(
        "agreement",
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=True),
        sa.Column("iou", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name="fk_agreement_annotation_id"),
        sa.ForeignKeyConstraint(["prediction_id"], ["prediction.id"], name="fk_agreement_prediction_id"),
        sa.PrimaryKeyConstraint("annotation_id", name="pk_agreement"),
    )
