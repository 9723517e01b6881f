"""A revision may start from a mask that was imported"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("annotation", sa.Column("base_sha256", sa.String(length=64), nullable=True))
