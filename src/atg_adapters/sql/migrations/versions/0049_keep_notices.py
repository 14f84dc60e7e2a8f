"""Keep notices

Revision: 0049, after 0048
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0049'
down_revision = '0048'
branch_labels = None
depends_on = None

_KINDS = (
    "'course_assigned', 'course_due_14', 'course_due_3', 'course_due_0', 'course_overdue', 'team_overdue', "
    "'certificate_issued', 'lesson_moved', 'lesson_cancelled', 'lesson_restored', 'rule_changed', "
    "'homework_published', 'homework_waiting', 'homework_graded', 'grade', 'weekly_report'"
)
_UNREAD = sa.text('read_at IS NULL')


def _instant(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table('notices',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    _instant('occasion', nullable=False),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.Column('details', atg_adapters.sql.types.JSON, server_default='{}', nullable=False),
    _instant('created_at', nullable=False),
    _instant('read_at'),
    _instant('deliver_at'),
    _instant('mailed_at'),
    _instant('messaged_at'),
    sa.CheckConstraint(f'kind IN ({_KINDS})', name=op.f('ck_notices_kind')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notices_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices')),
    sa.UniqueConstraint('user_id', 'kind', 'subject', 'occasion', name='uq_notices_told'),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_notices_user_id_id'), 'notices', ['user_id', 'id'], unique=False)
    op.create_index(op.f('ix_notices_deliver_at_user_id'), 'notices', ['deliver_at', 'user_id'], unique=False)
    op.create_index(
        'ix_notices_unread', 'notices', ['user_id'], unique=False, postgresql_where=_UNREAD, sqlite_where=_UNREAD
    )
    op.create_table('notice_settings',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('quiet_from', sa.Time(), nullable=True),
    sa.Column('quiet_until', sa.Time(), nullable=True),
    sa.CheckConstraint('(quiet_from IS NULL) = (quiet_until IS NULL)', name=op.f('ck_notice_settings_quiet')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notice_settings_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_notice_settings'))
    )
    op.create_table('notice_choices',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.Column('is_wanted', sa.Boolean(), nullable=False),
    sa.CheckConstraint(f'kind IN ({_KINDS})', name=op.f('ck_notice_choices_kind')),
    sa.CheckConstraint("channel IN ('mail', 'telegram')", name=op.f('ck_notice_choices_channel')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notice_choices_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'kind', 'channel', name=op.f('pk_notice_choices'))
    )
    op.create_table('telegram_links',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('chat_id', sa.BigInteger(), nullable=False),
    _instant('linked_at', nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_telegram_links_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_telegram_links')),
    sa.UniqueConstraint('chat_id', name=op.f('uq_telegram_links_chat_id'))
    )
    op.create_table('notice_rounds',
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('zone', 'day', name=op.f('pk_notice_rounds'))
    )
    op.drop_column('homework', 'announced_at')


def downgrade() -> None:
    op.add_column('homework', _instant('announced_at'))
    op.execute('UPDATE homework SET announced_at = published_at')
    for table in ('notice_rounds', 'telegram_links', 'notice_choices', 'notice_settings'):
        op.drop_table(table)
    op.drop_index('ix_notices_unread', table_name='notices', postgresql_where=_UNREAD, sqlite_where=_UNREAD)
    op.drop_index(op.f('ix_notices_deliver_at_user_id'), table_name='notices')
    op.drop_index(op.f('ix_notices_user_id_id'), table_name='notices')
    op.drop_table('notices')
