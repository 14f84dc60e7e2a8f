"""Assign learning paths to who comes later

Revision: 0054, after 0053
"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = '0054'
down_revision = '0053'
branch_labels = None
depends_on = None

_TABLE = 'standing_assignments'
_KEY = 'fk_standing_assignments_learning_path_id'
_INDEX = 'ix_standing_assignments_learning_path_id'
_CHECKS = {
    'ck_standing_assignments_course_or_path': '(course_id IS NULL) <> (learning_path_id IS NULL)',
    'ck_standing_assignments_due_by_path': 'learning_path_id IS NULL OR (due_at IS NULL AND due_days IS NULL)',
}
_CODE = 'CONSTRAINT uq_standing_assignments_code'
_ON_SQLITE = (
    ('course_id CHAR(32) NOT NULL', 'course_id CHAR(32)'),
    (
        _CODE,
        ''.join(f'CONSTRAINT {name} CHECK ({condition}), ' for name, condition in _CHECKS.items())
        + f'CONSTRAINT {_KEY} FOREIGN KEY(learning_path_id) REFERENCES learning_paths (id) ON DELETE RESTRICT, {_CODE}',
    ),
)


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column('learning_path_id', sa.Uuid(), nullable=True))
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('SET CONSTRAINTS ALL IMMEDIATE')
        op.alter_column(_TABLE, 'course_id', existing_type=sa.Uuid(), nullable=True)
        op.create_foreign_key(
            op.f(_KEY), _TABLE, 'learning_paths', ['learning_path_id'], ['id'], ondelete='RESTRICT'
        )
        for name, condition in _CHECKS.items():
            op.create_check_constraint(op.f(name), _TABLE, condition)
    else:
        _exchange_on_sqlite(_ON_SQLITE)
    op.create_index(op.f(_INDEX), _TABLE, ['learning_path_id'])


def downgrade() -> None:
    """Assignments of paths go, with what they oblige to; the enrollments stay."""
    op.execute('DELETE FROM standing_assignments WHERE learning_path_id IS NOT NULL')
    op.drop_index(op.f(_INDEX), table_name=_TABLE)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('SET CONSTRAINTS ALL IMMEDIATE')
        for name in _CHECKS:
            op.drop_constraint(op.f(name), _TABLE)
        op.drop_column(_TABLE, 'learning_path_id')
        op.alter_column(_TABLE, 'course_id', existing_type=sa.Uuid(), nullable=False)
    else:
        _exchange_on_sqlite((latter, former) for former, latter in _ON_SQLITE)
        op.drop_column(_TABLE, 'learning_path_id')


def _exchange_on_sqlite(texts: Iterable[tuple[str, str]]) -> None:
    """In the text of the table alone: the rules are true of all rows, and a new table would lose its children."""
    connection = op.get_bind()
    version = connection.exec_driver_sql('PRAGMA schema_version').scalar_one()
    op.execute('PRAGMA writable_schema = ON')
    for former, latter in texts:
        changed = connection.exec_driver_sql(
            f"UPDATE sqlite_master SET sql = replace(sql, '{former}', '{latter}') "
            f"WHERE type = 'table' AND name = '{_TABLE}' AND instr(sql, '{former}') > 0"
        )
        if changed.rowcount != 1:
            raise RuntimeError(f'The table {_TABLE} does not have what this revision replaces: {former}')
    op.execute(f'PRAGMA schema_version = {version + 1}')
    op.execute('PRAGMA writable_schema = RESET')
    found = connection.exec_driver_sql('PRAGMA quick_check(1)').scalar_one()
    if found != 'ok':
        raise RuntimeError(f'The table {_TABLE} was not changed as it has to be: {found}')
