"""Describe tests and explain questions

Revision: 0035, after 0034
"""

import sqlalchemy as sa
from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('lesson_tests', 'final_tests'):
        op.add_column(table, sa.Column('description', sa.Text(), nullable=True))
    op.add_column('test_questions', sa.Column('image', sa.String(length=1024), nullable=True))
    op.add_column('test_questions', sa.Column('explanation', sa.Text(), nullable=True))


def downgrade() -> None:
    for column in ('explanation', 'image'):
        op.drop_column('test_questions', column)
    for table in ('lesson_tests', 'final_tests'):
        op.drop_column(table, 'description')
