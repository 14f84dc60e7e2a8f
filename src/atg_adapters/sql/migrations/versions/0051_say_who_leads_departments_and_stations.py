"""Say who leads departments and stations

Revision: 0051, after 0050
"""

import sqlalchemy as sa
from alembic import op

revision = '0051'
down_revision = '0050'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'managers',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('user_id', sa.Uuid(), nullable=False),
        sa.Column('department', sa.String(length=255), nullable=True),
        sa.Column('station_id', sa.Integer(), nullable=True),
        sa.CheckConstraint(
            '(department IS NULL) != (station_id IS NULL)', name=op.f('ck_managers_one_of_both')
        ),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_managers_user_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(
            ['station_id'], ['stations.id'], name=op.f('fk_managers_station_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_managers')),
        sa.UniqueConstraint('user_id', 'department', name=op.f('uq_managers_user_id_department')),
        sa.UniqueConstraint('user_id', 'station_id', name=op.f('uq_managers_user_id_station_id')),
    )
    op.create_index(op.f('ix_managers_department'), 'managers', ['department'])
    op.create_index(op.f('ix_managers_station_id'), 'managers', ['station_id'])


def downgrade() -> None:
    op.drop_table('managers')
