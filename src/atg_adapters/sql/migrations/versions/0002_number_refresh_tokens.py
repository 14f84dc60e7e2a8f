"""Number refresh tokens

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('user_sessions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('generation', sa.Integer(), server_default=sa.text('1'), nullable=False))
        batch_op.add_column(sa.Column('branch', sa.Integer(), server_default=sa.text('1'), nullable=False))
        batch_op.add_column(sa.Column('predecessor', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('offers', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.add_column(sa.Column('offered_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('confirmed_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('user_sessions', schema=None) as batch_op:
        batch_op.drop_column('confirmed_at')
        batch_op.drop_column('offered_at')
        batch_op.drop_column('offers')
        batch_op.drop_column('predecessor')
        batch_op.drop_column('branch')
        batch_op.drop_column('generation')

