"""Keep the names of certificates

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

# Who has a certificate already keeps the name of today.
_NAME = """
    UPDATE certificates SET full_name =
        (SELECT coalesce(nullif(full_name, ''), username) FROM users WHERE users.id = certificates.user_id)
"""


def upgrade() -> None:
    op.add_column('certificates', sa.Column('full_name', sa.String(length=255), nullable=True))
    op.execute(_NAME)
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.alter_column('full_name', existing_type=sa.String(length=255), nullable=False)


def downgrade() -> None:
    op.drop_column('certificates', 'full_name')
