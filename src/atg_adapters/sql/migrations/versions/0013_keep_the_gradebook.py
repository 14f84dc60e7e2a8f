"""Keep the gradebook

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

_ANONYMOUS = 'a grade changes only with a higher revision, by somebody and at a time'
_TOO_HIGH = 'a grade is no higher than the max_grade of its control point'
_WRITTEN = 'grades are taken back by their students and control points, and what was written down of them stays'
_CHANGE = """
    INSERT INTO control_point_grade_changes
        (group_id, control_point_id, title, student_id, actor_id, at, old_grade, new_grade, reason)
    SELECT group_id, id, title, NEW.student_id, NEW.graded_by, NEW.updated_at, {old}, NEW.grade, NEW.reason
    FROM control_points WHERE id = NEW.control_point_id;
    UPDATE control_point_grades SET reason = NULL WHERE id = NEW.id AND reason IS NOT NULL;
"""
_HIGHER = 'EXISTS (SELECT 1 FROM control_point_grades WHERE control_point_id = NEW.id AND grade > NEW.max_grade)'
_OTHER = 'OLD.student_id <> NEW.student_id OR OLD.control_point_id <> NEW.control_point_id'


def _guard_grades() -> None:
    """No grade changes without a word of who changed it, when and why; none is higher than the most."""
    if op.get_bind().dialect.name == 'postgresql':
        _guard_on_postgresql()
    else:
        _guard_on_sqlite()


def _function(name: str, body: str, declare: str = '') -> None:
    op.execute(f'CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {declare} BEGIN {body} END $$')


def _raise(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{message}'"


def _guard_on_postgresql() -> None:
    _function(
        'note_control_point_grade',
        f"""
        IF TG_OP = 'UPDATE' THEN
            IF NEW.revision <> OLD.revision + 1 THEN {_raise(_ANONYMOUS)}; END IF;
            before := OLD.grade;
        END IF;
        SELECT max_grade INTO most FROM control_points WHERE id = NEW.control_point_id FOR KEY SHARE;
        IF NEW.grade > most THEN {_raise(_TOO_HIGH)}; END IF;
        {_CHANGE.format(old='before')}
        RETURN NULL;
        """,
        'DECLARE before numeric; most numeric;',
    )
    _function('require_room_for_grades', f'IF {_HIGHER} THEN {_raise(_TOO_HIGH)}; END IF; RETURN NEW;')
    _function('refuse_grade_change', f'{_raise(_WRITTEN)};')
    for name, when, table, condition, function in (
        ('given', 'AFTER INSERT', 'control_point_grades', 'NEW.grade IS NOT NULL', 'note_control_point_grade'),
        (
            'changed',
            'AFTER UPDATE OF grade',
            'control_point_grades',
            'OLD.grade IS DISTINCT FROM NEW.grade',
            'note_control_point_grade',
        ),
        ('moved', 'BEFORE UPDATE', 'control_point_grades', _OTHER, 'refuse_grade_change'),
        ('deleted', 'BEFORE DELETE', 'control_point_grades', 'OLD.grade IS NOT NULL', 'refuse_grade_change'),
        ('lowered', 'BEFORE UPDATE OF max_grade', 'control_points', 'true', 'require_room_for_grades'),
        ('kept', 'BEFORE UPDATE OR DELETE', 'control_point_grade_changes', 'true', 'refuse_grade_change'),
    ):
        op.execute(
            f'CREATE TRIGGER {table}_{name} {when} ON {table} FOR EACH ROW WHEN ({condition}) '
            f'EXECUTE FUNCTION {function}()'
        )


def _guard_on_sqlite() -> None:
    too_high = f"""
        SELECT RAISE(ABORT, '{_TOO_HIGH}') FROM control_points
        WHERE id = NEW.control_point_id AND max_grade < NEW.grade;
    """
    anonymous = f"SELECT RAISE(ABORT, '{_ANONYMOUS}') WHERE NEW.revision <> OLD.revision + 1;"
    refusal = f"SELECT RAISE(ABORT, '{_WRITTEN}');"
    for name, when, table, condition, body in (
        ('given', 'AFTER INSERT', 'control_point_grades', 'NEW.grade IS NOT NULL', too_high + _CHANGE.format(old='NULL')),
        (
            'changed',
            'AFTER UPDATE OF grade',
            'control_point_grades',
            'OLD.grade IS NOT NEW.grade',
            anonymous + too_high + _CHANGE.format(old='OLD.grade'),
        ),
        ('moved', 'BEFORE UPDATE', 'control_point_grades', _OTHER, refusal),
        ('deleted', 'BEFORE DELETE', 'control_point_grades', 'OLD.grade IS NOT NULL', refusal),
        ('lowered', 'BEFORE UPDATE OF max_grade', 'control_points', _HIGHER, f"SELECT RAISE(ABORT, '{_TOO_HIGH}');"),
        ('kept_as_it_is', 'BEFORE UPDATE', 'control_point_grade_changes', 'true', refusal),
        ('kept', 'BEFORE DELETE', 'control_point_grade_changes', 'true', refusal),
    ):
        op.execute(f'CREATE TRIGGER {table}_{name} {when} ON {table} FOR EACH ROW WHEN {condition} BEGIN {body} END')



def upgrade() -> None:
    op.create_table('control_point_grade_changes',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('control_point_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('student_id', sa.Uuid(), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=False),
    sa.Column('at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('old_grade', atg_adapters.sql.types.Hundredths(precision=7, scale=2), nullable=True),
    sa.Column('new_grade', atg_adapters.sql.types.Hundredths(precision=7, scale=2), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_control_point_grade_changes_actor_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['group_id'], ['study_groups.id'], name=op.f('fk_control_point_grade_changes_group_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['student_id'], ['users.id'], name=op.f('fk_control_point_grade_changes_student_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_control_point_grade_changes'))
    )
    with op.batch_alter_table('control_point_grade_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_control_point_grade_changes_group_id_id'), ['group_id', 'id'], unique=False)

    op.create_table('control_points',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('kind', sa.String(length=7), nullable=False),
    sa.Column('date', sa.Date(), nullable=False),
    sa.Column('max_grade', atg_adapters.sql.types.Hundredths(precision=7, scale=2), nullable=False),
    sa.Column('weight', atg_adapters.sql.types.Hundredths(precision=7, scale=2), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint("kind IN ('test', 'exam', 'essay', 'project')", name=op.f('ck_control_points_kind')),
    sa.CheckConstraint('max_grade > 0', name=op.f('ck_control_points_max_grade')),
    sa.CheckConstraint('weight >= 0', name=op.f('ck_control_points_weight')),
    sa.ForeignKeyConstraint(['group_id'], ['study_groups.id'], name=op.f('fk_control_points_group_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_control_points')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('control_points', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_control_points_group_id_title'), ['group_id', 'title'], unique=False)

    op.create_table('control_point_grades',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('control_point_id', sa.Integer(), nullable=False),
    sa.Column('student_id', sa.Uuid(), nullable=False),
    sa.Column('grade', atg_adapters.sql.types.Hundredths(precision=7, scale=2), nullable=True),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.Column('graded_by', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('revision', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint('grade >= 0', name=op.f('ck_control_point_grades_grade')),
    sa.ForeignKeyConstraint(['control_point_id'], ['control_points.id'], name=op.f('fk_control_point_grades_control_point_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['graded_by'], ['users.id'], name=op.f('fk_control_point_grades_graded_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['student_id'], ['users.id'], name=op.f('fk_control_point_grades_student_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_control_point_grades')),
    sa.UniqueConstraint('control_point_id', 'student_id', name=op.f('uq_control_point_grades_control_point_id_student_id'))
    )
    with op.batch_alter_table('control_point_grades', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_control_point_grades_student_id'), ['student_id'], unique=False)

    op.create_table('attendance',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('lesson_id', sa.Integer(), nullable=False),
    sa.Column('student_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.String(length=7), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint("status IN ('present', 'absent', 'late', 'excused')", name=op.f('ck_attendance_status')),
    sa.ForeignKeyConstraint(['lesson_id'], ['scheduled_lessons.id'], name=op.f('fk_attendance_lesson_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['student_id'], ['users.id'], name=op.f('fk_attendance_student_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendance')),
    sa.UniqueConstraint('lesson_id', 'student_id', name=op.f('uq_attendance_lesson_id_student_id'))
    )
    with op.batch_alter_table('attendance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attendance_student_id'), ['student_id'], unique=False)

    _guard_grades()


def downgrade() -> None:
    with op.batch_alter_table('attendance', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attendance_student_id'))

    op.drop_table('attendance')
    with op.batch_alter_table('control_point_grades', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_control_point_grades_student_id'))

    op.drop_table('control_point_grades')
    with op.batch_alter_table('control_points', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_control_points_group_id_title'))

    op.drop_table('control_points')
    with op.batch_alter_table('control_point_grade_changes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_control_point_grade_changes_group_id_id'))

    op.drop_table('control_point_grade_changes')
    if op.get_bind().dialect.name == 'postgresql':
        for name in ('note_control_point_grade', 'require_room_for_grades', 'refuse_grade_change'):
            op.execute(f'DROP FUNCTION {name}()')
