"""Remind of courses when somebody asks for it

Revision: 0059, after 0058
"""

from alembic import op

revision = '0059'
down_revision = '0058'
branch_labels = None
depends_on = None

_FORMER = "'course_overdue', 'team_overdue'"
_LATTER = "'course_overdue', 'course_reminder', 'team_overdue'"
_KINDS = (
    "kind IN ('course_assigned', 'course_due_14', 'course_due_3', 'course_due_0', {of_late}, 'certificate_issued', "
    "'lesson_moved', 'lesson_cancelled', 'lesson_restored', 'rule_changed', 'homework_published', 'homework_waiting', "
    "'homework_graded', 'grade', 'weekly_report')"
)
_TABLES = ('notices', 'notice_choices')


def upgrade() -> None:
    _exchange(_FORMER, _LATTER)


def downgrade() -> None:
    """These notices are lost."""
    for table in _TABLES:
        op.execute(f"DELETE FROM {table} WHERE kind = 'course_reminder'")
    _exchange(_LATTER, _FORMER)


def _exchange(former: str, latter: str) -> None:
    """On SQLite in the text of the tables alone: the rules are true of all rows."""
    connection = op.get_bind()
    if connection.dialect.name == 'postgresql':
        for table in _TABLES:
            op.drop_constraint(op.f(f'ck_{table}_kind'), table)
            op.create_check_constraint(op.f(f'ck_{table}_kind'), table, _KINDS.format(of_late=latter))
        return
    version = connection.exec_driver_sql('PRAGMA schema_version').scalar_one()
    op.execute('PRAGMA writable_schema = ON')
    before, after = former.replace("'", "''"), latter.replace("'", "''")
    op.execute(
        f"UPDATE sqlite_master SET sql = replace(sql, '{before}', '{after}') "
        "WHERE type = 'table' AND name IN ('notices', 'notice_choices')"
    )
    op.execute(f'PRAGMA schema_version = {version + 1}')
    op.execute('PRAGMA writable_schema = RESET')
    found = connection.exec_driver_sql('PRAGMA quick_check(1)').scalar_one()
    if found != 'ok':
        raise RuntimeError(found)
