"""Let staff have roles of their own

Revision: 0053, after 0052

SQLite can not change a check: the text of the table is changed where it is, as in 0036.
"""

from alembic import op

revision = '0053'
down_revision = '0052'
branch_labels = None
depends_on = None

_FORMER = "role IN ('admin', 'instructor', 'user', 'teacher', 'student')"
_LATTER = f"{_FORMER[:-1]}, 'training', 'shop', 'marketing', 'support')"


def upgrade() -> None:
    _exchange(_FORMER, _LATTER)


def downgrade() -> None:
    """Who has a role of staff is an employee like others."""
    op.execute("UPDATE users SET role = 'user' WHERE role IN ('training', 'shop', 'marketing', 'support')")
    _exchange(_LATTER, _FORMER)


def _exchange(former: str, latter: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name == 'postgresql':
        op.drop_constraint(op.f('ck_users_role'), 'users')
        op.create_check_constraint(op.f('ck_users_role'), 'users', latter)
        return
    version = connection.exec_driver_sql('PRAGMA schema_version').scalar_one()
    op.execute('PRAGMA writable_schema = ON')
    before, after = former.replace("'", "''"), latter.replace("'", "''")
    changed = connection.exec_driver_sql(
        f"UPDATE sqlite_master SET sql = replace(sql, '{before}', '{after}') "
        f"WHERE type = 'table' AND name = 'users' AND instr(sql, '{before}') > 0"
    )
    if changed.rowcount != 1:
        raise RuntimeError('The table users does not have the check of roles that this revision replaces')
    op.execute(f'PRAGMA schema_version = {version + 1}')
    op.execute('PRAGMA writable_schema = RESET')
    found = connection.exec_driver_sql('PRAGMA quick_check(1)').scalar_one()
    if found != 'ok':
        raise RuntimeError(found)
