"""Keep a teacher's term: free days, links, the own zone, excused grades and rules of late work

Revision: 0047, after 0046

SQLite can not change a check: the text of the table is changed where it is, as in 0036.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None

_ANONYMOUS = 'a grade changes only with a higher revision, by somebody and at a time'
_TOO_HIGH = 'a grade is no higher than the max_grade of its control point'
_LATE_RULES = ('study_groups', 'homework')


def _hundredths(name: str) -> sa.Column[Any]:
    return sa.Column(name, atg_adapters.sql.types.Hundredths(precision=5, scale=2), nullable=True)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text('false'), nullable=False)


def upgrade() -> None:
    op.create_table('free_days',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('teacher_id', sa.Uuid(), nullable=True),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('start', sa.Date(), nullable=False),
    sa.Column('end', sa.Date(), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint('"end" >= start', name=op.f('ck_free_days_days')),
    sa.ForeignKeyConstraint(['teacher_id'], ['users.id'], name=op.f('fk_free_days_teacher_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_free_days')),
    sqlite_autoincrement=True
    )
    for name, columns, where in (
        ('uq_free_days_of_teacher', ['teacher_id', 'start', 'end', 'name'], 'teacher_id IS NOT NULL'),
        ('uq_free_days_of_all', ['start', 'end', 'name'], 'teacher_id IS NULL'),
    ):
        op.create_index(name, 'free_days', columns, unique=True, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
    op.create_table('homework_exemptions',
    sa.Column('homework_id', sa.Integer(), nullable=False),
    sa.Column('student_id', sa.Uuid(), nullable=False),
    sa.Column('given_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['given_by'], ['users.id'], name=op.f('fk_homework_exemptions_given_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['homework_id'], ['homework.id'], name=op.f('fk_homework_exemptions_homework_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['student_id'], ['users.id'], name=op.f('fk_homework_exemptions_student_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('homework_id', 'student_id', name=op.f('pk_homework_exemptions'))
    )
    op.create_index(op.f('ix_homework_exemptions_student_id'), 'homework_exemptions', ['student_id'], unique=False)
    op.add_column('user_profiles', sa.Column('time_zone', sa.String(length=64), nullable=True))
    op.add_column('recurring_lessons', _flag('on_free_days'))
    for table in ('recurring_lessons', 'scheduled_lessons'):
        op.add_column(table, sa.Column('link', sa.String(length=2048), nullable=True))
    for table in _LATE_RULES:
        op.add_column(table, _hundredths('late_percent_per_day'))
        op.add_column(table, _hundredths('late_floor_percent'))
        op.add_column(table, sa.Column('late_zero_after_days', sa.Integer(), nullable=True))
    op.add_column('control_point_grades', _flag('is_excused'))
    for name in ('old_excused', 'new_excused'):
        op.add_column('control_point_grade_changes', _flag(name))
    _note_changes(excused=True)
    _exchange_providers("provider IN ('zoom', 'local')", "provider <> ''", 5, 20)


def _note_changes(*, excused: bool) -> None:
    """The triggers that write the history of grades, with who was excused or without."""
    if op.get_bind().dialect.name == 'postgresql':
        _note_on_postgresql(excused=excused)
    else:
        _note_on_sqlite(excused=excused)


def _change(old_grade: str, old_excused: str, *, excused: bool) -> str:
    more, values = (', old_excused, new_excused', f', {old_excused}, NEW.is_excused') if excused else ('', '')
    return f"""
    INSERT INTO control_point_grade_changes
        (group_id, control_point_id, title, student_id, actor_id, at, old_grade, new_grade, reason{more})
    SELECT group_id, id, title, NEW.student_id, NEW.graded_by, NEW.updated_at, {old_grade}, NEW.grade, NEW.reason{values}
    FROM control_points WHERE id = NEW.control_point_id;
    UPDATE control_point_grades SET reason = NULL WHERE id = NEW.id AND reason IS NOT NULL;
    """


def _raise(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{message}'"


def _note_on_postgresql(*, excused: bool) -> None:
    given, changed, columns = 'NEW.grade IS NOT NULL', 'OLD.grade IS DISTINCT FROM NEW.grade', 'grade'
    before = 'before := OLD.grade;'
    if excused:
        given, columns = f'{given} OR NEW.is_excused', f'{columns}, is_excused'
        changed, before = f'{changed} OR OLD.is_excused <> NEW.is_excused', f'{before} was_excused := OLD.is_excused;'
    op.execute(f"""
        CREATE OR REPLACE FUNCTION note_control_point_grade() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE before numeric; most numeric; was_excused boolean := false;
        BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NEW.revision <> OLD.revision + 1 THEN {_raise(_ANONYMOUS)}; END IF;
            {before}
        END IF;
        SELECT max_grade INTO most FROM control_points WHERE id = NEW.control_point_id FOR KEY SHARE;
        IF NEW.grade > most THEN {_raise(_TOO_HIGH)}; END IF;
        {_change('before', 'was_excused', excused=excused)}
        RETURN NULL;
        END $$
    """)
    for name, when, condition in (('given', 'INSERT', given), ('changed', f'UPDATE OF {columns}', changed)):
        op.execute(f'DROP TRIGGER control_point_grades_{name} ON control_point_grades')
        op.execute(
            f'CREATE TRIGGER control_point_grades_{name} AFTER {when} ON control_point_grades FOR EACH ROW '
            f'WHEN ({condition}) EXECUTE FUNCTION note_control_point_grade()'
        )


def _note_on_sqlite(*, excused: bool) -> None:
    given, changed, columns = 'NEW.grade IS NOT NULL', 'OLD.grade IS NOT NEW.grade', 'grade'
    if excused:
        given, columns = '(NEW.grade IS NOT NULL OR NEW.is_excused)', 'grade, is_excused'
        changed = '(OLD.grade IS NOT NEW.grade OR OLD.is_excused <> NEW.is_excused)'
    too_high = f"""
        SELECT RAISE(ABORT, '{_TOO_HIGH}') FROM control_points
        WHERE id = NEW.control_point_id AND max_grade < NEW.grade;
    """
    anonymous = f"SELECT RAISE(ABORT, '{_ANONYMOUS}') WHERE NEW.revision <> OLD.revision + 1;"
    for name, when, condition, body in (
        ('given', 'INSERT', given, too_high + _change('NULL', 'false', excused=excused)),
        (
            'changed',
            f'UPDATE OF {columns}',
            changed,
            anonymous + too_high + _change('OLD.grade', 'OLD.is_excused', excused=excused),
        ),
    ):
        op.execute(f'DROP TRIGGER control_point_grades_{name}')
        op.execute(
            f'CREATE TRIGGER control_point_grades_{name} AFTER {when} ON control_point_grades FOR EACH ROW '
            f'WHEN {condition} BEGIN {body} END'
        )


def _exchange_providers(former: str, latter: str, short: int, long: int) -> None:
    """Which providers there are is known to the service, so that a further one needs no migration."""
    connection = op.get_bind()
    name, table = op.f('ck_conference_accounts_provider'), 'conference_accounts'
    if connection.dialect.name == 'postgresql':
        op.drop_constraint(name, table)
        op.alter_column(table, 'provider', type_=sa.String(length=long), existing_nullable=False)
        op.create_check_constraint(name, table, latter)
        return
    version = connection.exec_driver_sql('PRAGMA schema_version').scalar_one()
    op.execute('PRAGMA writable_schema = ON')
    before, after = former.replace("'", "''"), latter.replace("'", "''")
    op.execute(
        f"UPDATE sqlite_master SET sql = replace(replace(sql, '{before}', '{after}'), "
        f"'provider VARCHAR({short})', 'provider VARCHAR({long})') WHERE type = 'table' AND name = '{table}'"
    )
    op.execute(f'PRAGMA schema_version = {version + 1}')
    op.execute('PRAGMA writable_schema = RESET')
    found = connection.exec_driver_sql('PRAGMA quick_check(1)').scalar_one()
    if found != 'ok':
        raise RuntimeError(found)


def downgrade() -> None:
    """Fixed rooms leave the pool; who was excused has no grade."""
    op.execute("DELETE FROM conference_accounts WHERE provider NOT IN ('zoom', 'local')")
    _exchange_providers("provider <> ''", "provider IN ('zoom', 'local')", 20, 5)
    _note_changes(excused=False)
    for name in ('old_excused', 'new_excused'):
        op.drop_column('control_point_grade_changes', name)
    op.drop_column('control_point_grades', 'is_excused')
    for table in _LATE_RULES:
        for name in ('late_zero_after_days', 'late_floor_percent', 'late_percent_per_day'):
            op.drop_column(table, name)
    for table in ('scheduled_lessons', 'recurring_lessons'):
        op.drop_column(table, 'link')
    op.drop_column('recurring_lessons', 'on_free_days')
    op.drop_column('user_profiles', 'time_zone')
    op.drop_index(op.f('ix_homework_exemptions_student_id'), table_name='homework_exemptions')
    op.drop_table('homework_exemptions')
    op.drop_table('free_days')
