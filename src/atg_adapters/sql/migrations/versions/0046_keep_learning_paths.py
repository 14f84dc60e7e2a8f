"""Keep learning paths

Revision: 0046, after 0045
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('learning_paths',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=50), nullable=True),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('opening', sa.String(length=20), server_default='in_order', nullable=False),
    sa.Column('due_days', sa.Integer(), nullable=True),
    sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint("opening IN ('in_order', 'at_once')", name=op.f('ck_learning_paths_opening')),
    sa.CheckConstraint('due_days >= 0', name=op.f('ck_learning_paths_due_days')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_learning_paths')),
    sa.UniqueConstraint('code', name=op.f('uq_learning_paths_code'))
    )
    op.create_table('learning_path_courses',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('learning_path_id', sa.Uuid(), nullable=False),
    sa.Column('course_id', sa.Uuid(), nullable=False),
    sa.Column('order_index', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('due_days', sa.Integer(), nullable=True),
    sa.Column('due_from', sa.String(length=20), server_default='assignment', nullable=False),
    sa.CheckConstraint("due_from IN ('assignment', 'previous')", name=op.f('ck_learning_path_courses_due_from')),
    sa.CheckConstraint('due_days >= 0', name=op.f('ck_learning_path_courses_due_days')),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_learning_path_courses_course_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['learning_path_id'], ['learning_paths.id'], name=op.f('fk_learning_path_courses_learning_path_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_learning_path_courses')),
    sa.UniqueConstraint('learning_path_id', 'course_id', name=op.f('uq_learning_path_courses_learning_path_id_course_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_learning_path_courses_course_id'), 'learning_path_courses', ['course_id'])
    op.create_table('user_learning_paths',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('learning_path_id', sa.Uuid(), nullable=False),
    sa.Column('assigned_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['learning_path_id'], ['learning_paths.id'], name=op.f('fk_user_learning_paths_learning_path_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_user_learning_paths_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_learning_paths')),
    sa.UniqueConstraint('user_id', 'learning_path_id', name=op.f('uq_user_learning_paths_user_id_learning_path_id'))
    )
    op.create_index(op.f('ix_user_learning_paths_learning_path_id'), 'user_learning_paths', ['learning_path_id'])


def downgrade() -> None:
    op.drop_index(op.f('ix_user_learning_paths_learning_path_id'), table_name='user_learning_paths')
    op.drop_table('user_learning_paths')
    op.drop_index(op.f('ix_learning_path_courses_course_id'), table_name='learning_path_courses')
    op.drop_table('learning_path_courses')
    op.drop_table('learning_paths')
