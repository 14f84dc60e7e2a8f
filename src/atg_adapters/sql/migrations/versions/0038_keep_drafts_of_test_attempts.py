"""Keep drafts of test attempts

Revision: 0038, after 0037
"""

import sqlalchemy as sa
from alembic import op

from atg_adapters.sql.types import JSON

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('test_attempts', sa.Column('draft', JSON, server_default='[]', nullable=False))


def downgrade() -> None:
    op.drop_column('test_attempts', 'draft')
