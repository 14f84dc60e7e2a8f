"""Read learners of a course from indexes

Revision: 0027, after 0026
"""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_user_courses_learners', 'user_courses', ['course_id', 'cancelled_at', 'user_id', 'status', 'due_at'])
    op.drop_index('ix_user_courses_course_id', table_name='user_courses')
    op.create_index('ix_users_name', 'users', [sa.text('coalesce(full_name, username)'), 'id'])
    op.create_index('ix_users_inactive', 'users', ['id'], postgresql_where=sa.text('NOT is_active'), sqlite_where=sa.text('is_active = 0'))


def downgrade() -> None:
    op.drop_index('ix_users_inactive', table_name='users')
    op.drop_index('ix_users_name', table_name='users')
    op.create_index('ix_user_courses_course_id', 'user_courses', ['course_id'])
    op.drop_index('ix_user_courses_learners', table_name='user_courses')
