"""Keep ids of other systems

Revision: 0030, after 0029
"""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('user_profiles', 'courses'):
        op.add_column(table, sa.Column('sourced_id', sa.String(length=1000), nullable=True))
        op.create_index(f'uq_{table}_sourced_id', table, ['sourced_id'], unique=True)


def downgrade() -> None:
    for table in ('courses', 'user_profiles'):
        op.drop_index(f'uq_{table}_sourced_id', table_name=table)
        op.drop_column(table, 'sourced_id')
