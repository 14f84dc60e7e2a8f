"""Exchange codes of sign-ins with providers

Revision: 0037, after 0036
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('oauth_exchange_codes',
    sa.Column('code_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ip_address', sa.String(length=45), nullable=True),
    sa.Column('user_agent', sa.String(length=500), nullable=True),
    sa.Column('device_hash', sa.LargeBinary(length=32), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_oauth_exchange_codes_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_oauth_exchange_codes'))
    )
    op.create_index(op.f('ix_oauth_exchange_codes_expires_at'), 'oauth_exchange_codes', ['expires_at'], unique=False)
    op.create_index(op.f('ix_oauth_exchange_codes_user_id'), 'oauth_exchange_codes', ['user_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_oauth_exchange_codes_user_id'), table_name='oauth_exchange_codes')
    op.drop_index(op.f('ix_oauth_exchange_codes_expires_at'), table_name='oauth_exchange_codes')
    op.drop_table('oauth_exchange_codes')
