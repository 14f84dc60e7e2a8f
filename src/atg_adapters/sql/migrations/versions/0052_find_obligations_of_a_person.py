"""Find obligations of a person

Revision: 0052, after 0051
"""

from alembic import op

revision = '0052'
down_revision = '0051'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index('ix_obligations_course_id', 'obligations')
    op.drop_index('ix_obligations_assignment_id', 'obligations')
    op.create_index('ix_obligations_course_id_user_id', 'obligations', ['course_id', 'user_id'])
    op.create_index('ix_obligations_assignment_id_user_id', 'obligations', ['assignment_id', 'user_id'])


def downgrade() -> None:
    op.drop_index('ix_obligations_assignment_id_user_id', 'obligations')
    op.drop_index('ix_obligations_course_id_user_id', 'obligations')
    op.create_index('ix_obligations_assignment_id', 'obligations', ['assignment_id'])
    op.create_index('ix_obligations_course_id', 'obligations', ['course_id'])
