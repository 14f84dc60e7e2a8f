"""Keep when parts were written

Revision: 0042, after 0041
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None

_OF_PARENTS = {
    'station_gas_supply_sources': ('stations', 'station_id'),
    'station_equipment': ('stations', 'station_id'),
    'station_specifications': ('stations', 'station_id'),
    'station_safety_systems': ('stations', 'station_id'),
    'station_safety_system_features': ('station_safety_systems', 'safety_system_id'),
    'course_program_learning_outcomes': ('course_programs', 'course_program_id'),
    'course_program_requirements': ('course_programs', 'course_program_id'),
    'course_program_target_audience': ('course_programs', 'course_program_id'),
    'lesson_materials': ('lessons', 'lesson_id'),
}


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True)


def upgrade() -> None:
    for table in (*_OF_PARENTS, 'certificates', 'user_courses'):
        op.add_column(table, _instant('created_at'))
    op.add_column('user_courses', _instant('updated_at'))
    op.add_column('lesson_materials', sa.Column('order_index', sa.Integer(), server_default=sa.text('0'), nullable=False))
    _fill()


def _fill() -> None:
    """Of rows that are there, parts were written when their parents were, as far as is known."""
    for table, (parent, column) in _OF_PARENTS.items():
        op.execute(f'UPDATE {table} SET created_at = (SELECT p.created_at FROM {parent} p WHERE p.id = {table}.{column})')
    op.execute('UPDATE certificates SET created_at = issued_at')
    op.execute(
        'UPDATE user_courses SET created_at = coalesce(started_at, last_activity, completed_at), '
        'updated_at = coalesce(last_activity, completed_at, cancelled_at, started_at)'
    )
    if op.get_bind().dialect.name == 'postgresql':
        # Else a later revision of the same transaction could not alter the tables of the catalog (0026).
        op.execute('SET CONSTRAINTS ALL IMMEDIATE')


def downgrade() -> None:
    op.drop_column('user_courses', 'updated_at')
    op.drop_column('user_courses', 'created_at')
    op.drop_column('certificates', 'created_at')
    op.drop_column('lesson_materials', 'order_index')
    for table in _OF_PARENTS:
        op.drop_column(table, 'created_at')
