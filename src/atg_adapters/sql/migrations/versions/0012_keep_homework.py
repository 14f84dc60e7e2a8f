"""Keep homework

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import atg_adapters.sql.types

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

_REFUSAL = 'a grade changes only as answer_grade_changes says'


def _is_written_down(same: str) -> str:
    return f"""
    (SELECT status FROM homework_submissions WHERE id = NEW.submission_id) = 'draft'
    OR EXISTS (
        SELECT 1 FROM answer_grade_changes AS last
        WHERE last.id = (SELECT max(id) FROM answer_grade_changes WHERE answer_id = NEW.id)
        AND last.old_grade {same} OLD.grade AND last.new_grade {same} NEW.grade
    )
"""


def _guard_grades() -> None:
    """No grade of what was handed in changes without a word of who changed it."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            'CREATE FUNCTION require_grade_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
            f"IF NOT ({_is_written_down('IS NOT DISTINCT FROM')}) THEN RAISE EXCEPTION '{_REFUSAL}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            'CREATE TRIGGER homework_answers_grade BEFORE UPDATE OF grade ON homework_answers FOR EACH ROW '
            'WHEN (OLD.grade IS DISTINCT FROM NEW.grade) EXECUTE FUNCTION require_grade_change()'
        )
    else:
        op.execute(
            'CREATE TRIGGER homework_answers_grade BEFORE UPDATE OF grade ON homework_answers FOR EACH ROW '
            f'WHEN OLD.grade IS NOT NEW.grade AND NOT ({_is_written_down("IS")}) '
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )


_QUESTIONS_STAY = 'students work on this homework, and its questions stay'
_GUARDS = [
    (f'{table}_stay_{event.lower()}', table, event, ', '.join(homework_id.format(row=row) for row in rows))
    for table, homework_id in (
        ('homework_questions', '{row}.homework_id'),
        ('homework_choices', '(SELECT homework_id FROM homework_questions WHERE id = {row}.question_id)'),
    )
    for event, rows in (('INSERT', ['NEW']), ('UPDATE', ['OLD', 'NEW']), ('DELETE', ['OLD']))
]


def _guard_questions() -> None:
    """Who opens a draft holds the homework, and on PostgreSQL whoever changes a question waits for that."""
    for name, table, event, homework_ids in _GUARDS:
        taken = f'EXISTS (SELECT 1 FROM homework_submissions WHERE homework_id IN ({homework_ids}))'
        if op.get_bind().dialect.name == 'postgresql':
            op.execute(
                f'CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
                f'PERFORM 1 FROM homework WHERE id IN ({homework_ids}) ORDER BY id FOR NO KEY UPDATE; '
                f"IF {taken} THEN RAISE EXCEPTION '{_QUESTIONS_STAY}' "
                "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL; END $$"
            )
            op.execute(f'CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()')
        else:
            op.execute(
                f'CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN {taken} '
                f"BEGIN SELECT RAISE(ABORT, '{_QUESTIONS_STAY}'); END"
            )


def upgrade() -> None:
    op.create_table('homework',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('description', sa.Text(), server_default='', nullable=False),
    sa.Column('due_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('max_attempts', sa.Integer(), nullable=True),
    sa.Column('allow_late', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('published_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('announced_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint('max_attempts > 0', name=op.f('ck_homework_max_attempts')),
    sa.ForeignKeyConstraint(['group_id'], ['study_groups.id'], name=op.f('fk_homework_group_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lesson_id'], ['scheduled_lessons.id'], name=op.f('fk_homework_lesson_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_homework'))
    )
    with op.batch_alter_table('homework', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_homework_group_id_title'), ['group_id', 'title'], unique=False)
        batch_op.create_index(batch_op.f('ix_homework_lesson_id'), ['lesson_id'], unique=False)

    op.create_table('homework_questions',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('homework_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('question_type', sa.String(length=13), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('points', atg_adapters.sql.types.Hundredths(precision=9, scale=2), nullable=False),
    sa.CheckConstraint("question_type IN ('TEXT', 'SINGLE_CHOICE', 'MULTI_CHOICE')", name=op.f('ck_homework_questions_question_type')),
    sa.CheckConstraint('points > 0', name=op.f('ck_homework_questions_points')),
    sa.ForeignKeyConstraint(['homework_id'], ['homework.id'], name=op.f('fk_homework_questions_homework_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_homework_questions')),
    sa.UniqueConstraint('homework_id', 'position', name=op.f('uq_homework_questions_homework_id_position'))
    )
    op.create_table('homework_submissions',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('homework_id', sa.Integer(), nullable=False),
    sa.Column('student_id', sa.Uuid(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=9), server_default='draft', nullable=False),
    sa.Column('submitted_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('grade', atg_adapters.sql.types.Hundredths(precision=9, scale=2), nullable=True),
    sa.Column('max_grade', atg_adapters.sql.types.Hundredths(precision=9, scale=2), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint("(status = 'draft') = (submitted_at IS NULL)", name=op.f('ck_homework_submissions_submitted')),
    sa.CheckConstraint("(status = 'graded') = (grade IS NOT NULL)", name=op.f('ck_homework_submissions_graded')),
    sa.CheckConstraint("status IN ('draft', 'submitted', 'graded')", name=op.f('ck_homework_submissions_status')),
    sa.CheckConstraint('grade BETWEEN 0 AND max_grade', name=op.f('ck_homework_submissions_grade')),
    sa.ForeignKeyConstraint(['homework_id'], ['homework.id'], name=op.f('fk_homework_submissions_homework_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['student_id'], ['users.id'], name=op.f('fk_homework_submissions_student_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_homework_submissions')),
    sa.UniqueConstraint('homework_id', 'student_id', 'attempt', name=op.f('uq_homework_submissions_homework_id_student_id_attempt'))
    )
    with op.batch_alter_table('homework_submissions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_homework_submissions_student_id'), ['student_id'], unique=False)
        batch_op.create_index('uq_homework_submissions_draft', ['homework_id', 'student_id'], unique=True, postgresql_where=sa.text("status = 'draft'"), sqlite_where=sa.text("status = 'draft'"))

    op.create_table('homework_answers',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('choice_ids', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('grade', atg_adapters.sql.types.Hundredths(precision=9, scale=2), nullable=True),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.CheckConstraint('grade >= 0', name=op.f('ck_homework_answers_grade')),
    sa.ForeignKeyConstraint(['question_id'], ['homework_questions.id'], name=op.f('fk_homework_answers_question_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['submission_id'], ['homework_submissions.id'], name=op.f('fk_homework_answers_submission_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_homework_answers')),
    sa.UniqueConstraint('submission_id', 'question_id', name=op.f('uq_homework_answers_submission_id_question_id'))
    )
    with op.batch_alter_table('homework_answers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_homework_answers_question_id'), ['question_id'], unique=False)

    op.create_table('homework_choices',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('is_correct', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('order_index', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['homework_questions.id'], name=op.f('fk_homework_choices_question_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_homework_choices'))
    )
    with op.batch_alter_table('homework_choices', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_homework_choices_question_id'), ['question_id'], unique=False)

    op.create_table('answer_grade_changes',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('answer_id', sa.Integer(), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=False),
    sa.Column('at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('old_grade', atg_adapters.sql.types.Hundredths(precision=9, scale=2), nullable=True),
    sa.Column('new_grade', atg_adapters.sql.types.Hundredths(precision=9, scale=2), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_answer_grade_changes_actor_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['answer_id'], ['homework_answers.id'], name=op.f('fk_answer_grade_changes_answer_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_grade_changes'))
    )
    with op.batch_alter_table('answer_grade_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_grade_changes_answer_id'), ['answer_id'], unique=False)

    _guard_grades()
    _guard_questions()


def downgrade() -> None:
    with op.batch_alter_table('answer_grade_changes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answer_grade_changes_answer_id'))

    op.drop_table('answer_grade_changes')
    with op.batch_alter_table('homework_choices', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_homework_choices_question_id'))

    op.drop_table('homework_choices')
    with op.batch_alter_table('homework_answers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_homework_answers_question_id'))

    op.drop_table('homework_answers')
    with op.batch_alter_table('homework_submissions', schema=None) as batch_op:
        batch_op.drop_index('uq_homework_submissions_draft', postgresql_where=sa.text("status = 'draft'"), sqlite_where=sa.text("status = 'draft'"))
        batch_op.drop_index(batch_op.f('ix_homework_submissions_student_id'))

    op.drop_table('homework_submissions')
    op.drop_table('homework_questions')
    with op.batch_alter_table('homework', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_homework_lesson_id'))
        batch_op.drop_index(batch_op.f('ix_homework_group_id_title'))

    op.drop_table('homework')
    if op.get_bind().dialect.name == 'postgresql':
        for name in ('require_grade_change', *(guard[0] for guard in _GUARDS)):
            op.execute(f'DROP FUNCTION {name}()')
