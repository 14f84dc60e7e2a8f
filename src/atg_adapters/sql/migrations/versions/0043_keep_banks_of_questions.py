"""Keep banks of questions

Revision: 0043, after 0042
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None

_TESTS = ('lesson_tests', 'final_tests')
_ONE_TEST = '(lesson_test_id IS NULL) <> (final_test_id IS NULL)'
_ONE_OWNER = (
    '(CASE WHEN lesson_test_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN final_test_id IS NULL THEN 0 ELSE 1 END) '
    '+ (CASE WHEN bank_id IS NULL THEN 0 ELSE 1 END) = 1'
)
_KEPT = 'id, lesson_test_id, final_test_id, position, text, question_type, points, image, explanation'


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False)


def upgrade() -> None:
    for table in _TESTS:
        op.add_column(table, sa.Column('shuffle_options', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('test_attempts', sa.Column('questions', atg_adapters.sql.types.JSON, nullable=True))
    op.create_table('question_banks',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('code', sa.String(length=50), nullable=True),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.Column('title_folded', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    _instant('created_at'),
    _instant('updated_at'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_banks')),
    sa.UniqueConstraint('code', name=op.f('uq_question_banks_code')),
    sqlite_autoincrement=True
    )
    _own_questions()
    op.create_table('question_tags',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('tag', sa.String(length=50), nullable=False),
    sa.Column('order_index', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['test_questions.id'], name=op.f('fk_question_tags_question_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_tags')),
    sa.UniqueConstraint('question_id', 'tag', name=op.f('uq_question_tags_question_id_tag')),
    sqlite_autoincrement=True
    )
    op.create_table('test_draws',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('lesson_test_id', sa.Integer(), nullable=True),
    sa.Column('final_test_id', sa.Integer(), nullable=True),
    sa.Column('bank_id', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=255), nullable=True),
    sa.Column('questions_count', sa.Integer(), nullable=False),
    sa.Column('order_index', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint(_ONE_TEST, name=op.f('ck_test_draws_one_test')),
    sa.CheckConstraint('questions_count > 0', name=op.f('ck_test_draws_questions_count')),
    sa.ForeignKeyConstraint(['bank_id'], ['question_banks.id'], name=op.f('fk_test_draws_bank_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['final_test_id'], ['final_tests.id'], name=op.f('fk_test_draws_final_test_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lesson_test_id'], ['lesson_tests.id'], name=op.f('fk_test_draws_lesson_test_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_test_draws')),
    sqlite_autoincrement=True
    )
    for column in ('bank_id', 'final_test_id', 'lesson_test_id'):
        op.create_index(op.f(f'ix_test_draws_{column}'), 'test_draws', [column], unique=False)
    op.create_table('test_draw_tags',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('draw_id', sa.Integer(), nullable=False),
    sa.Column('tag', sa.String(length=50), nullable=False),
    sa.ForeignKeyConstraint(['draw_id'], ['test_draws.id'], name=op.f('fk_test_draw_tags_draw_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_test_draw_tags')),
    sa.UniqueConstraint('draw_id', 'tag', name=op.f('uq_test_draw_tags_draw_id_tag')),
    sqlite_autoincrement=True
    )
    op.create_table('test_answers',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('result_id', sa.Uuid(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('option_id', sa.Integer(), nullable=True),
    sa.Column('is_correct', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['result_id'], ['user_test_results.id'], name=op.f('fk_test_answers_result_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_test_answers')),
    sa.UniqueConstraint('result_id', 'question_id', 'option_id', name=op.f('uq_test_answers_result_id_question_id_option_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_test_answers_question_id'), 'test_answers', ['question_id'], unique=False)
    _read_answers()


def downgrade() -> None:
    for table in ('test_answers', 'test_draw_tags', 'test_draws', 'question_tags'):
        op.drop_table(table)
    op.execute('DELETE FROM test_questions WHERE bank_id IS NOT NULL')
    _disown_questions()
    op.drop_table('question_banks')
    op.drop_column('test_attempts', 'questions')
    for table in _TESTS:
        op.drop_column(table, 'shuffle_options')


def _own_questions() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.drop_constraint(op.f('ck_test_questions_one_test'), 'test_questions')
        op.add_column('test_questions', sa.Column('bank_id', sa.Integer(), nullable=True))
        op.add_column('test_questions', sa.Column('category', sa.String(length=255), nullable=True))
        op.add_column('test_questions', sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False))
        op.create_foreign_key(op.f('fk_test_questions_bank_id'), 'test_questions', 'question_banks', ['bank_id'], ['id'], ondelete='CASCADE')
        op.create_check_constraint(op.f('ck_test_questions_one_owner'), 'test_questions', _ONE_OWNER)
        op.create_unique_constraint(op.f('uq_test_questions_bank_id_position'), 'test_questions', ['bank_id', 'position'])
        return
    _rebuild_on_sqlite(
        sa.Column('bank_id', sa.Integer(), nullable=True),
        sa.Column('category', sa.String(length=255), nullable=True),
        sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
        sa.CheckConstraint(_ONE_OWNER, name=op.f('ck_test_questions_one_owner')),
        sa.ForeignKeyConstraint(['bank_id'], ['question_banks.id'], name=op.f('fk_test_questions_bank_id'), ondelete='CASCADE'),
        sa.UniqueConstraint('bank_id', 'position', name=op.f('uq_test_questions_bank_id_position')),
    )


def _disown_questions() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.drop_constraint(op.f('ck_test_questions_one_owner'), 'test_questions')
        for column in ('is_active', 'category', 'bank_id'):
            op.drop_column('test_questions', column)
        op.create_check_constraint(op.f('ck_test_questions_one_test'), 'test_questions', _ONE_TEST)
        return
    _rebuild_on_sqlite(sa.CheckConstraint(_ONE_TEST, name=op.f('ck_test_questions_one_test')))


def _rebuild_on_sqlite(*further: sa.schema.SchemaItem) -> None:
    """Options refer to questions and go with them, so that they are put aside meanwhile; no number is given again."""
    op.create_table('test_questions_new',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('lesson_test_id', sa.Integer(), nullable=True),
    sa.Column('final_test_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('question_type', sa.String(length=20), server_default='single', nullable=False),
    sa.Column('points', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('image', sa.String(length=1024), nullable=True),
    sa.Column('explanation', sa.Text(), nullable=True),
    sa.CheckConstraint("question_type IN ('single', 'multiple')", name=op.f('ck_test_questions_question_type')),
    sa.ForeignKeyConstraint(['final_test_id'], ['final_tests.id'], name=op.f('fk_test_questions_final_test_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lesson_test_id'], ['lesson_tests.id'], name=op.f('fk_test_questions_lesson_test_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_test_questions')),
    sa.UniqueConstraint('final_test_id', 'position', name=op.f('uq_test_questions_final_test_id_position')),
    sa.UniqueConstraint('lesson_test_id', 'position', name=op.f('uq_test_questions_lesson_test_id_position')),
    *further,
    sqlite_autoincrement=True
    )
    op.execute(f'INSERT INTO test_questions_new ({_KEPT}) SELECT {_KEPT} FROM test_questions')
    op.execute(
        "UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'test_questions') "
        "WHERE name = 'test_questions_new' AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'test_questions')"
    )
    op.execute('CREATE TEMPORARY TABLE options_aside AS SELECT id, question_id, text, is_correct, order_index FROM test_options')
    op.drop_table('test_questions')
    op.rename_table('test_questions_new', 'test_questions')
    op.execute('DELETE FROM test_options')
    op.execute(
        'INSERT INTO test_options (id, question_id, text, is_correct, order_index) '
        'SELECT id, question_id, text, is_correct, order_index FROM options_aside'
    )
    op.execute('DROP TABLE options_aside')


def _read_answers() -> None:
    """Those of results that are there, with the options that were chosen."""
    if op.get_bind().dialect.name == 'postgresql':
        answers = "jsonb_array_elements(CASE WHEN jsonb_typeof(r.answers) = 'array' THEN r.answers ELSE '[]' END) AS a"
        question, correct = "(a ->> 'question_id')::int", "(a ->> 'correct')::boolean"
        chosen = "LEFT JOIN LATERAL jsonb_array_elements_text(a -> 'option_ids') AS o ON true"
        option = 'o::int'
    else:
        answers = "json_each(coalesce(r.answers, '[]')) AS a"
        question, correct = "json_extract(a.value, '$.question_id')", "json_extract(a.value, '$.correct')"
        chosen = "LEFT JOIN json_each(json_extract(a.value, '$.option_ids')) AS o"
        option = 'o.value'
    op.execute(
        'INSERT INTO test_answers (result_id, question_id, option_id, is_correct) '
        f'SELECT DISTINCT r.id, {question}, {option}, {correct} FROM user_test_results AS r CROSS JOIN {answers} {chosen} '
        f'WHERE {question} IS NOT NULL AND {correct} IS NOT NULL'
    )
