"""Keep the order of tags of draws

Revision: 0057, after 0056
"""

import sqlalchemy as sa
from alembic import op

revision = '0057'
down_revision = '0056'
branch_labels = None
depends_on = None


def upgrade() -> None:
    order = sa.Column('order_index', sa.Integer(), server_default=sa.text('0'), nullable=False)
    op.add_column('test_draw_tags', order)


def downgrade() -> None:
    op.drop_column('test_draw_tags', 'order_index')
