"""Never give an id again

Revision: 0031, after 0030

PostgreSQL's sequences never do. SQLite gives the highest id of a deleted row again unless its table says AUTOINCREMENT, which changes
nothing of how rows are stored: the texts of the tables are changed where they are (sqlite.org/lang_altertable.html, section 7), without
copying rows, and without losing the triggers and references that go with a table that is dropped.
"""

from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

_KEY, _GROWING_KEY = 'PRIMARY KEY (id)', 'PRIMARY KEY (id AUTOINCREMENT)'
_NUMBERED = "sql LIKE '%\tid INTEGER NOT NULL%' AND name <> 'catalog_version'"


def upgrade() -> None:
    if op.get_bind().dialect.name != 'sqlite':
        return
    # SQLite makes its table of the highest ids with the first table that needs it.
    op.execute('CREATE TABLE first_numbered (id INTEGER PRIMARY KEY AUTOINCREMENT)')
    op.execute('DROP TABLE first_numbered')
    _exchange(_KEY, _GROWING_KEY)
    for table in _tables(_GROWING_KEY):
        op.execute(
            f'INSERT INTO sqlite_sequence (name, seq) SELECT {table!r}, highest '
            f'FROM (SELECT max(id) AS highest FROM {table}) WHERE highest IS NOT NULL'
        )


def downgrade() -> None:
    if op.get_bind().dialect.name != 'sqlite':
        return
    for table in _tables(_GROWING_KEY):
        op.execute(f'DELETE FROM sqlite_sequence WHERE name = {table!r}')
    _exchange(_GROWING_KEY, _KEY)


def _exchange(former: str, latter: str) -> None:
    connection = op.get_bind()
    version = connection.exec_driver_sql('PRAGMA schema_version').scalar_one()
    op.execute('PRAGMA writable_schema = ON')
    op.execute(
        f"UPDATE sqlite_master SET sql = replace(sql, '{former}', '{latter}') WHERE type = 'table' AND {_NUMBERED}"
    )
    op.execute(f'PRAGMA schema_version = {version + 1}')
    op.execute('PRAGMA writable_schema = RESET')
    found = connection.exec_driver_sql('PRAGMA quick_check(1)').scalar_one()
    if found != 'ok':
        raise RuntimeError(found)


def _tables(key: str) -> list[str]:
    found = op.get_bind().exec_driver_sql(
        f"SELECT name FROM sqlite_master WHERE type = 'table' AND {_NUMBERED} AND sql LIKE '%{key}%'"
    )
    return [name for (name,) in found]
