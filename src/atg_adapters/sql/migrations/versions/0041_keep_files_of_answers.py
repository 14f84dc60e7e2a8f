"""Keep files of answers, and the queue of submissions

Revision: 0041, after 0040
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'homework_questions', sa.Column('allow_files', sa.Boolean(), server_default=sa.text('false'), nullable=False)
    )
    op.create_index(
        op.f('ix_homework_submissions_status_submitted_at_id'),
        'homework_submissions',
        ['status', 'submitted_at', 'id'],
        unique=False,
    )
    op.create_table('homework_files',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('media_type', sa.String(length=255), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('object_key', sa.String(length=1024), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['homework_questions.id'], name=op.f('fk_homework_files_question_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['submission_id'], ['homework_submissions.id'], name=op.f('fk_homework_files_submission_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_homework_files')),
    sa.UniqueConstraint('object_key', name=op.f('uq_homework_files_object_key')),
    sa.UniqueConstraint('submission_id', 'question_id', 'digest', name=op.f('uq_homework_files_submission_id_question_id_digest'))
    )
    op.create_index(op.f('ix_homework_files_question_id'), 'homework_files', ['question_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_homework_files_question_id'), table_name='homework_files')
    op.drop_table('homework_files')
    op.drop_index(op.f('ix_homework_submissions_status_submitted_at_id'), table_name='homework_submissions')
    op.drop_column('homework_questions', 'allow_files')
