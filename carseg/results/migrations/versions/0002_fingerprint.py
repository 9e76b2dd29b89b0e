"""Adds the fingerprint of each row's network: weights and how they were used; '' in older rows."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add ``fingerprint``."""
    op.add_column(
        "score", sa.Column("fingerprint", sa.String(64), nullable=False, server_default="")
    )


def downgrade() -> None:
    """Drop ``fingerprint``."""
    op.drop_column("score", "fingerprint")
