"""Believe time studied as far as time passed

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

# Who has learnt already is not at their first message.
_LAST = """
    UPDATE user_stats SET last_progress_at =
        (SELECT max(last_activity) FROM user_topic_progress WHERE user_topic_progress.user_id = user_stats.user_id)
"""


def upgrade() -> None:
    for name in ('last_progress_at', 'former_progress_at'):
        op.add_column('user_stats', sa.Column(name, atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True))
    op.execute(_LAST)


def downgrade() -> None:
    for name in ('former_progress_at', 'last_progress_at'):
        op.drop_column('user_stats', name)
