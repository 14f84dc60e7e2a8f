"""Give courses programs of their own

Revision: 0044, after 0043
"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None

_ONE_PLACE = '(station_id IS NULL) <> (course_id IS NULL)'
_CHECK = 'ck_course_programs_one_place'
_KEY = 'fk_course_programs_course_id'
_INDEX = 'ix_course_programs_course_id'
_CODE = 'CONSTRAINT uq_course_programs_code'
_ON_SQLITE = (
    ('station_id INTEGER NOT NULL', 'station_id INTEGER'),
    (
        _CODE,
        f'CONSTRAINT {_KEY} FOREIGN KEY(course_id) REFERENCES courses (id) ON DELETE CASCADE, '
        f'CONSTRAINT {_CHECK} CHECK ({_ONE_PLACE}), {_CODE}',
    ),
)


def upgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('SET CONSTRAINTS ALL IMMEDIATE')
        op.alter_column('course_programs', 'station_id', existing_type=sa.Integer(), nullable=True)
        op.add_column('course_programs', sa.Column('course_id', sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(_KEY), 'course_programs', 'courses', ['course_id'], ['id'], ondelete='CASCADE')
        op.create_check_constraint(op.f(_CHECK), 'course_programs', _ONE_PLACE)
    else:
        op.add_column('course_programs', sa.Column('course_id', sa.Uuid(), nullable=True))
        _exchange_on_sqlite(_ON_SQLITE)
    op.create_index(op.f(_INDEX), 'course_programs', ['course_id'])


def downgrade() -> None:
    """Courses lose programs of their own in which nobody has learned; others stop it."""
    op.execute('DELETE FROM course_programs WHERE course_id IS NOT NULL')
    op.drop_index(op.f(_INDEX), table_name='course_programs')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('SET CONSTRAINTS ALL IMMEDIATE')
        op.drop_constraint(op.f(_CHECK), 'course_programs')
        op.drop_column('course_programs', 'course_id')
        op.alter_column('course_programs', 'station_id', existing_type=sa.Integer(), nullable=False)
    else:
        _exchange_on_sqlite((latter, former) for former, latter in _ON_SQLITE)
        op.drop_column('course_programs', 'course_id')


def _exchange_on_sqlite(texts: Iterable[tuple[str, str]]) -> None:
    """In the text of the table alone: the rules are true of all rows, and a new table would lose its children and
    triggers."""
    connection = op.get_bind()
    version = connection.exec_driver_sql('PRAGMA schema_version').scalar_one()
    op.execute('PRAGMA writable_schema = ON')
    for former, latter in texts:
        op.execute(
            f"UPDATE sqlite_master SET sql = replace(sql, '{former}', '{latter}') "
            "WHERE type = 'table' AND name = 'course_programs'"
        )
    op.execute(f'PRAGMA schema_version = {version + 1}')
    op.execute('PRAGMA writable_schema = RESET')
    found = connection.exec_driver_sql('PRAGMA quick_check(1)').scalar_one()
    if found != 'ok':
        raise RuntimeError(f'The table course_programs was not changed as it has to be: {found}')
