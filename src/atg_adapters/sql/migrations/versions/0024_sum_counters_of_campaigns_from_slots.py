"""Sum the counters of campaigns from slots

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

_SUMS = 'SELECT counter, day, asset_id, sum(number) AS number FROM campaign_counts GROUP BY counter, day, asset_id'
_KEPT = 'SELECT counter, day, asset_id, number FROM kept_counts'


def upgrade() -> None:
    slot: sa.Column[int] = sa.Column('slot', sa.Integer(), server_default=sa.text('0'), nullable=False)
    _make_anew(slot, key=('counter', 'day', 'asset_id', 'slot'))


def downgrade() -> None:
    _make_anew(key=('day', 'counter', 'asset_id'))


def _make_anew(*columns: sa.Column[int], key: tuple[str, ...]) -> None:
    op.execute(f'CREATE TEMPORARY TABLE kept_counts AS {_SUMS}')
    op.drop_table('campaign_counts')
    op.create_table('campaign_counts',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('counter', sa.String(length=20), nullable=False),
    sa.Column('asset_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    *columns,
    sa.CheckConstraint("counter IN ('views', 'first_views', 'sessions', 'seen', 'participants', 'codes_issued', 'codes_sent')", name=op.f('ck_campaign_counts_counter')),
    sa.PrimaryKeyConstraint(*key, name=op.f('pk_campaign_counts'))
    )
    op.execute(f'INSERT INTO campaign_counts (counter, day, asset_id, number) {_KEPT}')
    op.execute('DROP TABLE kept_counts')
