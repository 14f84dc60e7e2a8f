"""Keep changes of late rules

Revision: 0056, after 0055
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0056'
down_revision = '0055'
branch_labels = None
depends_on = None


def _rule(when: str) -> list[sa.Column[Any]]:
    return [
        sa.Column(f'{when}_late_percent_per_day', atg_adapters.sql.types.Hundredths(precision=5, scale=2)),
        sa.Column(f'{when}_late_floor_percent', atg_adapters.sql.types.Hundredths(precision=5, scale=2)),
        sa.Column(f'{when}_late_zero_after_days', sa.Integer()),
    ]


def upgrade() -> None:
    op.create_table(
        'late_rule_changes',
        sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
        sa.Column('homework_id', sa.Integer(), nullable=False),
        sa.Column('actor_id', sa.Uuid(), nullable=False),
        sa.Column('at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
        *_rule('old'),
        *_rule('new'),
        sa.ForeignKeyConstraint(
            ['homework_id'], ['homework.id'], name=op.f('fk_late_rule_changes_homework_id'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['actor_id'], ['users.id'], name=op.f('fk_late_rule_changes_actor_id'), ondelete='RESTRICT'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_late_rule_changes')),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f('ix_late_rule_changes_homework_id'), 'late_rule_changes', ['homework_id'])


def downgrade() -> None:
    op.drop_table('late_rule_changes')
