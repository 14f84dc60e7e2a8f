"""Keep changes of attendance

Revision: 0040, after 0039
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('attendance_changes',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('lesson_id', sa.Integer(), nullable=False),
    sa.Column('student_id', sa.Uuid(), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=False),
    sa.Column('at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('old_status', sa.String(length=7), nullable=True),
    sa.Column('new_status', sa.String(length=7), nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_attendance_changes_actor_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lesson_id'], ['scheduled_lessons.id'], name=op.f('fk_attendance_changes_lesson_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['student_id'], ['users.id'], name=op.f('fk_attendance_changes_student_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendance_changes')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('attendance_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attendance_changes_lesson_id_student_id_id'), ['lesson_id', 'student_id', 'id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('attendance_changes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attendance_changes_lesson_id_student_id_id'))

    op.drop_table('attendance_changes')
