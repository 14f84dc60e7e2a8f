"""Count uploads of a user and day

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

_DAYS = {'postgresql': "CAST(created_at AT TIME ZONE 'UTC' AS date)", 'sqlite': 'date(created_at)'}


def upgrade() -> None:
    op.create_table('upload_quotas',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_upload_quotas_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'day', name=op.f('pk_upload_quotas'))
    )
    day = _DAYS[op.get_bind().dialect.name]
    op.execute(
        'INSERT INTO upload_quotas (user_id, day, bytes) '
        f'SELECT user_id, {day}, sum(size) FROM file_uploads GROUP BY user_id, {day}'
    )


def downgrade() -> None:
    op.drop_table('upload_quotas')
