"""Ask for a second factor

Revision: 0020, after 0019
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('second_factors',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_step', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_second_factors_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_second_factors'))
    )
    op.create_table('recovery_codes',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('used_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_recovery_codes_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'code_hash', name=op.f('pk_recovery_codes'))
    )
    op.create_table('sign_in_tickets',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('ticket_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('for_setup', sa.Boolean(), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('used_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sign_in_tickets_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_tickets')),
    sa.UniqueConstraint('ticket_hash', name=op.f('uq_sign_in_tickets_ticket_hash'))
    )
    with op.batch_alter_table('sign_in_tickets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_tickets_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_tickets_user_id'), ['user_id'], unique=False)


def downgrade() -> None:
    op.drop_table('sign_in_tickets')
    op.drop_table('recovery_codes')
    op.drop_table('second_factors')
