"""Keep attempts, stats and certificates

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import atg_adapters.sql.types

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql')


def upgrade() -> None:
    op.create_table('certificate_numbers',
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('year', name=op.f('pk_certificate_numbers'))
    )
    op.create_table('user_stats',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('active_courses', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('completed_courses', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('total_progress', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('total_hours_studied', sa.Numeric(precision=12, scale=2), server_default=sa.text('0'), nullable=False),
    sa.Column('certificates_count', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('topics_completed', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('tests_taken', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('tests_passed', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('best_scores', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('achievements', _JSON, server_default='[]', nullable=False),
    sa.Column('last_updated', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_user_stats_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_user_stats'))
    )
    op.create_table('test_attempts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('lesson_test_id', sa.Integer(), nullable=True),
    sa.Column('final_test_id', sa.Integer(), nullable=True),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('started_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(lesson_test_id IS NULL) <> (final_test_id IS NULL)', name=op.f('ck_test_attempts_one_test')),
    sa.ForeignKeyConstraint(['final_test_id'], ['final_tests.id'], name=op.f('fk_test_attempts_final_test_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lesson_test_id'], ['lesson_tests.id'], name=op.f('fk_test_attempts_lesson_test_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_test_attempts_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_test_attempts')),
    sa.UniqueConstraint('user_id', 'final_test_id', 'attempt', name=op.f('uq_test_attempts_user_id_final_test_id_attempt')),
    sa.UniqueConstraint('user_id', 'lesson_test_id', 'attempt', name=op.f('uq_test_attempts_user_id_lesson_test_id_attempt'))
    )
    with op.batch_alter_table('test_attempts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_test_attempts_final_test_id'), ['final_test_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_test_attempts_lesson_test_id'), ['lesson_test_id'], unique=False)

    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.add_column(sa.Column('revoked_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f('fk_certificates_course_id'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_certificates_course_id'), 'courses', ['course_id'], ['id'], ondelete='RESTRICT')

    with op.batch_alter_table('user_courses', schema=None) as batch_op:
        batch_op.add_column(sa.Column('seconds_over', sa.SmallInteger(), server_default=sa.text('0'), nullable=False))
        batch_op.drop_constraint(batch_op.f('fk_user_courses_course_id'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_user_courses_course_id'), 'courses', ['course_id'], ['id'], ondelete='RESTRICT')

    with op.batch_alter_table('user_test_results', schema=None) as batch_op:
        batch_op.add_column(sa.Column('answers', _JSON, nullable=True))
        batch_op.drop_index(batch_op.f('ix_user_test_results_user_id'))
        batch_op.create_unique_constraint(batch_op.f('uq_user_test_results_user_id_final_test_id_attempt'), ['user_id', 'final_test_id', 'attempt'])
        batch_op.create_unique_constraint(batch_op.f('uq_user_test_results_user_id_lesson_test_id_attempt'), ['user_id', 'lesson_test_id', 'attempt'])
        batch_op.drop_constraint(batch_op.f('fk_user_test_results_final_test_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_user_test_results_lesson_test_id'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_user_test_results_lesson_test_id'), 'lesson_tests', ['lesson_test_id'], ['id'], ondelete='RESTRICT')
        batch_op.create_foreign_key(batch_op.f('fk_user_test_results_final_test_id'), 'final_tests', ['final_test_id'], ['id'], ondelete='RESTRICT')

    with op.batch_alter_table('user_topic_progress', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_user_topic_progress_topic_id'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_user_topic_progress_topic_id'), 'topics', ['topic_id'], ['id'], ondelete='RESTRICT')



def downgrade() -> None:
    with op.batch_alter_table('user_topic_progress', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_user_topic_progress_topic_id'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_user_topic_progress_topic_id'), 'topics', ['topic_id'], ['id'], ondelete='CASCADE')

    with op.batch_alter_table('user_test_results', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_user_test_results_final_test_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_user_test_results_lesson_test_id'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_user_test_results_lesson_test_id'), 'lesson_tests', ['lesson_test_id'], ['id'], ondelete='CASCADE')
        batch_op.create_foreign_key(batch_op.f('fk_user_test_results_final_test_id'), 'final_tests', ['final_test_id'], ['id'], ondelete='CASCADE')
        batch_op.drop_constraint(batch_op.f('uq_user_test_results_user_id_lesson_test_id_attempt'), type_='unique')
        batch_op.drop_constraint(batch_op.f('uq_user_test_results_user_id_final_test_id_attempt'), type_='unique')
        batch_op.create_index(batch_op.f('ix_user_test_results_user_id'), ['user_id'], unique=False)
        batch_op.drop_column('answers')

    with op.batch_alter_table('user_courses', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_user_courses_course_id'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_user_courses_course_id'), 'courses', ['course_id'], ['id'], ondelete='CASCADE')
        batch_op.drop_column('seconds_over')

    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_certificates_course_id'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_certificates_course_id'), 'courses', ['course_id'], ['id'], ondelete='CASCADE')
        batch_op.drop_column('revoked_at')

    with op.batch_alter_table('test_attempts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_test_attempts_lesson_test_id'))
        batch_op.drop_index(batch_op.f('ix_test_attempts_final_test_id'))

    op.drop_table('test_attempts')
    op.drop_table('user_stats')
    op.drop_table('certificate_numbers')
