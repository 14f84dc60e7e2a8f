"""Keep campaigns

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import atg_adapters.sql.types

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql')


def upgrade() -> None:
    op.create_table('campaign_assets',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('slug', sa.String(length=100), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('type', sa.String(length=50), server_default='model', nullable=False),
    sa.Column('campaign', sa.String(length=50), nullable=False),
    sa.Column('points', sa.Integer(), server_default=sa.text('10'), nullable=False),
    sa.Column('meta', _JSON, server_default=sa.text("'{}'"), nullable=False),
    sa.CheckConstraint('points >= 0', name=op.f('ck_campaign_assets_points')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_assets')),
    sa.UniqueConstraint('slug', name=op.f('uq_campaign_assets_slug'))
    )
    with op.batch_alter_table('campaign_assets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_campaign_assets_campaign'), ['campaign'], unique=False)

    op.create_table('campaign_counts',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('counter', sa.String(length=20), nullable=False),
    sa.Column('asset_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("counter IN ('views', 'first_views', 'sessions', 'seen', 'participants', 'codes_issued', 'codes_sent')", name=op.f('ck_campaign_counts_counter')),
    sa.PrimaryKeyConstraint('day', 'counter', 'asset_id', name=op.f('pk_campaign_counts'))
    )
    op.create_table('campaign_participants',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('is_verified', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('verified_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('metadata', _JSON, server_default=sa.text("'{}'"), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_participants')),
    sa.UniqueConstraint('email', name=op.f('uq_campaign_participants_email'))
    )
    op.create_table('campaign_sessions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('campaign', sa.String(length=50), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_seen', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('score', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('pending_email', sa.String(length=254), nullable=True),
    sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('metadata', _JSON, server_default=sa.text("'{}'"), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['campaign_participants.id'], name=op.f('fk_campaign_sessions_participant_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_sessions'))
    )
    with op.batch_alter_table('campaign_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_campaign_sessions_campaign'), ['campaign'], unique=False)
        batch_op.create_index(batch_op.f('ix_campaign_sessions_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_campaign_sessions_participant_id'), ['participant_id'], unique=False)

    op.create_table('campaign_progress',
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=False),
    sa.Column('viewed_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('times_viewed', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['asset_id'], ['campaign_assets.id'], name=op.f('fk_campaign_progress_asset_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['session_id'], ['campaign_sessions.id'], name=op.f('fk_campaign_progress_session_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('session_id', 'asset_id', name=op.f('pk_campaign_progress'))
    )
    with op.batch_alter_table('campaign_progress', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_campaign_progress_asset_id'), ['asset_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_campaign_progress_viewed_at'), ['viewed_at'], unique=False)

    op.create_table('promo_codes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('participant_id', sa.Uuid(), nullable=True),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('issued_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('sent_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('used_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('meta', _JSON, server_default=sa.text("'{}'"), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['campaign_participants.id'], name=op.f('fk_promo_codes_participant_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['session_id'], ['campaign_sessions.id'], name=op.f('fk_promo_codes_session_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promo_codes')),
    sa.UniqueConstraint('code', name=op.f('uq_promo_codes_code')),
    sa.UniqueConstraint('session_id', name=op.f('uq_promo_codes_session_id'))
    )
    with op.batch_alter_table('promo_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_promo_codes_email'), ['email'], unique=False)
        batch_op.create_index(batch_op.f('ix_promo_codes_issued_at'), ['issued_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_promo_codes_participant_id'), ['participant_id'], unique=False)

    op.create_table('view_events',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=True),
    sa.Column('event_type', sa.String(length=30), nullable=False),
    sa.Column('timestamp', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('raw_payload', _JSON, server_default=sa.text("'{}'"), nullable=False),
    sa.Column('processed', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.CheckConstraint("event_type IN ('session_started', 'viewed_asset', 'first_view_awarded', 'promo_issued', 'email_submitted', 'progress_viewed', 'promo_checked', 'promo_sent')", name=op.f('ck_view_events_event_type')),
    sa.ForeignKeyConstraint(['asset_id'], ['campaign_assets.id'], name=op.f('fk_view_events_asset_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['session_id'], ['campaign_sessions.id'], name=op.f('fk_view_events_session_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_view_events'))
    )
    with op.batch_alter_table('view_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_view_events_asset_id'), ['asset_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_view_events_session_id'), ['session_id'], unique=False)

    op.create_table('promo_mails',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('promo_code_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('due_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('sent_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('refused_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['participant_id'], ['campaign_participants.id'], name=op.f('fk_promo_mails_participant_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['promo_code_id'], ['promo_codes.id'], name=op.f('fk_promo_mails_promo_code_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promo_mails')),
    sa.UniqueConstraint('promo_code_id', 'email', name=op.f('uq_promo_mails_promo_code_id_email'))
    )
    with op.batch_alter_table('promo_mails', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_promo_mails_email_due_at'), ['email', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_promo_mails_participant_id'), ['participant_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('promo_mails', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_promo_mails_participant_id'))
        batch_op.drop_index(batch_op.f('ix_promo_mails_email_due_at'))

    op.drop_table('promo_mails')
    with op.batch_alter_table('view_events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_view_events_session_id'))
        batch_op.drop_index(batch_op.f('ix_view_events_asset_id'))

    op.drop_table('view_events')
    with op.batch_alter_table('promo_codes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_promo_codes_participant_id'))
        batch_op.drop_index(batch_op.f('ix_promo_codes_issued_at'))
        batch_op.drop_index(batch_op.f('ix_promo_codes_email'))

    op.drop_table('promo_codes')
    with op.batch_alter_table('campaign_progress', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_campaign_progress_viewed_at'))
        batch_op.drop_index(batch_op.f('ix_campaign_progress_asset_id'))

    op.drop_table('campaign_progress')
    with op.batch_alter_table('campaign_sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_campaign_sessions_participant_id'))
        batch_op.drop_index(batch_op.f('ix_campaign_sessions_created_at'))
        batch_op.drop_index(batch_op.f('ix_campaign_sessions_campaign'))

    op.drop_table('campaign_sessions')
    op.drop_table('campaign_participants')
    op.drop_table('campaign_counts')
    with op.batch_alter_table('campaign_assets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_campaign_assets_campaign'))

    op.drop_table('campaign_assets')
