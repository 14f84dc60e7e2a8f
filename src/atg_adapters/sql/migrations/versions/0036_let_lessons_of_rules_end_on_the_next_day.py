"""Let lessons of rules end on the next day

Revision: 0036, after 0035

SQLite can not change a check: the text of the table is changed where it is (sqlite.org/lang_altertable.html, section 7), since
a table that is written anew would lose AUTOINCREMENT and what refers to it.
"""

from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None

_ENDS_LATER, _ENDS_AT_ALL = 'end_time > start_time', 'end_time <> start_time'


def upgrade() -> None:
    _exchange(_ENDS_LATER, _ENDS_AT_ALL)


def downgrade() -> None:
    """Lessons over midnight end with their day."""
    op.execute("UPDATE recurring_lessons SET end_time = '23:59:59.999999' WHERE end_time < start_time")
    _exchange(_ENDS_AT_ALL, _ENDS_LATER)


def _exchange(former: str, latter: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name == 'postgresql':
        op.drop_constraint(op.f('ck_recurring_lessons_times'), 'recurring_lessons')
        op.create_check_constraint(op.f('ck_recurring_lessons_times'), 'recurring_lessons', latter)
        return
    version = connection.exec_driver_sql('PRAGMA schema_version').scalar_one()
    op.execute('PRAGMA writable_schema = ON')
    op.execute(
        f"UPDATE sqlite_master SET sql = replace(sql, '{former}', '{latter}') "
        "WHERE type = 'table' AND name = 'recurring_lessons'"
    )
    op.execute(f'PRAGMA schema_version = {version + 1}')
    op.execute('PRAGMA writable_schema = RESET')
    found = connection.exec_driver_sql('PRAGMA quick_check(1)').scalar_one()
    if found != 'ok':
        raise RuntimeError(found)
