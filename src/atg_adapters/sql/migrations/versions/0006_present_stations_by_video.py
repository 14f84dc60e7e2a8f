"""Present stations by a video

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('station_promo_videos',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=500), nullable=True),
    sa.Column('object_key', sa.String(length=1024), nullable=False),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_station_promo_videos_station_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_promo_videos')),
    sa.UniqueConstraint('station_id', name=op.f('uq_station_promo_videos_station_id'))
    )


def downgrade() -> None:
    op.drop_table('station_promo_videos')
