"""Keep positions in files

Revision: 0033, after 0032
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('user_material_progress',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('topic_file_id', sa.Integer(), nullable=False),
    sa.Column('material_type', sa.String(length=20), nullable=False),
    sa.Column('position_seconds', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('duration_seconds', sa.Integer(), nullable=True),
    sa.Column('progress_percent', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('is_completed', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('completed_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_viewed_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('progress_percent BETWEEN 0 AND 100', name=op.f('ck_user_material_progress_progress_percent')),
    sa.CheckConstraint("material_type IN ('video', 'pdf', 'document', 'presentation', 'text')", name=op.f('ck_user_material_progress_material_type')),
    sa.ForeignKeyConstraint(['topic_file_id'], ['topic_files.id'], name=op.f('fk_user_material_progress_topic_file_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_user_material_progress_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_material_progress')),
    sa.UniqueConstraint('user_id', 'topic_file_id', name=op.f('uq_user_material_progress_user_id_topic_file_id'))
    )
    op.create_index('ix_user_material_progress_topic_file_id', 'user_material_progress', ['topic_file_id'])
    for table in ('lesson_tests', 'final_tests'):
        op.add_column(table, sa.Column('shows_right_answers', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    for table in ('lesson_tests', 'final_tests'):
        op.drop_column(table, 'shows_right_answers')
    op.drop_table('user_material_progress')
