"""Count campaigns each, and keep what visitors send

Revision: 0034, after 0033
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

_COUNTERS = "'views', 'first_views', 'sessions', 'seen', 'participants', 'codes_issued', 'codes_sent'"
_POINTS = """
UPDATE campaign_progress SET points =
    (SELECT points FROM campaign_assets WHERE campaign_assets.id = campaign_progress.asset_id)
"""
_SCORES = """
UPDATE campaign_sessions SET score =
    (SELECT sum(points) FROM campaign_progress WHERE campaign_progress.session_id = campaign_sessions.id)
WHERE id IN (SELECT session_id FROM campaign_progress)
"""
_KEPT = """
CREATE TEMPORARY TABLE kept_counts AS
SELECT counter, day, asset_id, sum(number) AS number FROM campaign_counts GROUP BY counter, day, asset_id
"""
# By campaign; days of sessions from before are in UTC.
_OF_CAMPAIGNS = """
CREATE TEMPORARY TABLE counts_of_campaigns AS
SELECT 'sessions' AS counter, {ever} AS day, campaign, count(*) AS number
    FROM campaign_sessions GROUP BY campaign
UNION ALL SELECT 'seen', {last_day}, campaign, count(*)
    FROM campaign_sessions GROUP BY campaign, {last_day}
UNION ALL SELECT 'participants', {ever}, campaign, count(DISTINCT participant_id)
    FROM campaign_sessions WHERE participant_id IS NOT NULL GROUP BY campaign
UNION ALL SELECT 'codes_issued', {ever}, campaign, count(*)
    FROM promo_codes JOIN campaign_sessions ON campaign_sessions.id = session_id GROUP BY campaign
UNION ALL SELECT 'codes_sent', {ever}, campaign, count(*)
    FROM promo_codes JOIN campaign_sessions ON campaign_sessions.id = session_id
    WHERE sent_at IS NOT NULL GROUP BY campaign
"""
_PUT = 'INSERT INTO campaign_counts (counter, day, asset_id, campaign, number)'
_PUT_CAMPAIGNS = f'{_PUT} SELECT counter, day, 0, campaign, number FROM counts_of_campaigns'
# What no campaign accounts for stays under none, so that the sums over all are what they were.
_PUT_REST = f"""
{_PUT}
SELECT kept.counter, kept.day, kept.asset_id, '', kept.number - CASE
    WHEN kept.asset_id <> 0 OR kept.counter = 'participants' THEN 0
    ELSE coalesce((SELECT sum(number) FROM counts_of_campaigns AS each
                   WHERE each.counter = kept.counter AND each.day = kept.day), 0) END
FROM kept_counts AS kept
"""
# The days that only UTC gives sessions.
_PUT_OTHER_DAYS = f"""
{_PUT}
SELECT counter, day, 0, '', -sum(number) FROM counts_of_campaigns AS each
WHERE counter = 'seen' AND NOT EXISTS (
    SELECT 1 FROM kept_counts AS kept WHERE kept.counter = 'seen' AND kept.day = each.day
)
GROUP BY counter, day
"""
_PUT_BACK = """
INSERT INTO campaign_counts (counter, day, asset_id, slot, number)
SELECT counter, day, asset_id, 0, sum(number) FROM kept_counts GROUP BY counter, day, asset_id
"""


def _dialect_words() -> dict[str, str]:
    if op.get_bind().dialect.name == 'sqlite':
        return {'ever': "'0001-01-01'", 'last_day': 'date(last_seen)'}
    return {'ever': "DATE '0001-01-01'", 'last_day': "(last_seen AT TIME ZONE 'UTC')::date"}


def _name_languages() -> str:
    if op.get_bind().dialect.name == 'sqlite':
        return """UPDATE campaign_sessions SET language = json_extract(metadata, '$.language'),
            metadata = json_remove(metadata, '$.language') WHERE json_extract(metadata, '$.language') IN ('ru', 'en')"""
    return """UPDATE campaign_sessions SET language = metadata->>'language', metadata = metadata - 'language'
        WHERE metadata->>'language' IN ('ru', 'en')"""


def _languages_back() -> str:
    if op.get_bind().dialect.name == 'sqlite':
        return """UPDATE campaign_sessions SET metadata = json_set(metadata, '$.language', language)
            WHERE language IS NOT NULL"""
    return """UPDATE campaign_sessions SET metadata = metadata || jsonb_build_object('language', language)
        WHERE language IS NOT NULL"""


def upgrade() -> None:
    op.add_column('campaign_sessions', sa.Column('language', sa.String(length=2), nullable=True))
    op.execute(_name_languages())
    op.drop_column('campaign_sessions', 'is_active')
    op.drop_column('view_events', 'processed')
    op.add_column('promo_codes', sa.Column('checked_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True))
    op.add_column('campaign_progress', sa.Column('points', sa.Integer(), server_default=sa.text('0'), nullable=False))
    op.execute(_POINTS)
    op.execute(_SCORES)
    op.execute(_KEPT)
    op.execute(_OF_CAMPAIGNS.format(**_dialect_words()))
    _make_counts(sa.Column('campaign', sa.String(length=50), server_default='', nullable=False))
    for statement in (_PUT_CAMPAIGNS, _PUT_REST, _PUT_OTHER_DAYS):
        op.execute(statement)
    op.execute('DROP TABLE counts_of_campaigns')
    op.execute('DROP TABLE kept_counts')


def downgrade() -> None:
    op.execute(_KEPT.replace('GROUP BY', "WHERE campaign = '' OR counter <> 'participants' GROUP BY"))
    _make_counts()
    op.execute(_PUT_BACK)
    op.execute('DROP TABLE kept_counts')
    op.drop_column('campaign_progress', 'points')
    op.drop_column('promo_codes', 'checked_at')
    op.add_column('view_events', sa.Column('processed', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('campaign_sessions', sa.Column('is_active', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.execute(_languages_back())
    op.drop_column('campaign_sessions', 'language')


def _make_counts(*columns: sa.Column[str]) -> None:
    op.drop_table('campaign_counts')
    op.create_table('campaign_counts',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('counter', sa.String(length=20), nullable=False),
    sa.Column('asset_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    *columns,
    sa.Column('slot', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint(f'counter IN ({_COUNTERS})', name=op.f('ck_campaign_counts_counter')),
    sa.PrimaryKeyConstraint('counter', 'day', 'asset_id', *(column.name for column in columns), 'slot', name=op.f('pk_campaign_counts'))
    )
