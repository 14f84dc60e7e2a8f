"""Keep the schedule and conferences

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('conference_accounts',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('provider', sa.String(length=5), nullable=False),
    sa.Column('label', sa.String(length=255), nullable=False),
    sa.Column('provider_user_id', sa.String(length=255), nullable=True),
    sa.Column('is_enabled', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('capacity', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('daily_limit', sa.Integer(), server_default=sa.text('100'), nullable=False),
    sa.Column('sealed', sa.Text(), nullable=True),
    sa.Column('made_on', sa.Date(), nullable=True),
    sa.Column('made', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint("provider IN ('zoom', 'local')", name=op.f('ck_conference_accounts_provider')),
    sa.CheckConstraint('capacity BETWEEN 1 AND 100 AND daily_limit >= 0', name=op.f('ck_conference_accounts_numbers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conference_accounts')),
    sa.UniqueConstraint('label', name=op.f('uq_conference_accounts_label'))
    )
    op.create_table('calendar_tokens',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_calendar_tokens_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_calendar_tokens')),
    sa.UniqueConstraint('digest', name=op.f('uq_calendar_tokens_digest'))
    )
    op.create_table('study_groups',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('teacher_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.ForeignKeyConstraint(['teacher_id'], ['users.id'], name=op.f('fk_study_groups_teacher_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_study_groups')),
    sa.UniqueConstraint('teacher_id', 'name', name=op.f('uq_study_groups_teacher_id_name'))
    )
    op.create_table('group_students',
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('student_id', sa.Uuid(), nullable=False),
    sa.Column('order_index', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['study_groups.id'], name=op.f('fk_group_students_group_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['student_id'], ['users.id'], name=op.f('fk_group_students_student_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('group_id', 'student_id', name=op.f('pk_group_students'))
    )
    with op.batch_alter_table('group_students', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_group_students_student_id'), ['student_id'], unique=False)

    op.create_table('recurring_lessons',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('day_of_week', sa.Integer(), nullable=False),
    sa.Column('week_type', sa.String(length=5), server_default='ALL', nullable=False),
    sa.Column('start_time', sa.Time(), nullable=False),
    sa.Column('end_time', sa.Time(), nullable=False),
    sa.Column('start_date', sa.Date(), nullable=False),
    sa.Column('end_date', sa.Date(), nullable=False),
    sa.Column('timezone', sa.String(length=64), nullable=False),
    sa.Column('week_anchor', sa.Date(), nullable=True),
    sa.Column('revision', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint("week_type IN ('ALL', 'UPPER', 'LOWER')", name=op.f('ck_recurring_lessons_week_type')),
    sa.CheckConstraint('day_of_week BETWEEN 0 AND 6', name=op.f('ck_recurring_lessons_day_of_week')),
    sa.CheckConstraint('end_date >= start_date', name=op.f('ck_recurring_lessons_dates')),
    sa.CheckConstraint('end_time > start_time', name=op.f('ck_recurring_lessons_times')),
    sa.ForeignKeyConstraint(['group_id'], ['study_groups.id'], name=op.f('fk_recurring_lessons_group_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recurring_lessons'))
    )
    with op.batch_alter_table('recurring_lessons', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recurring_lessons_group_id'), ['group_id'], unique=False)

    op.create_table('recurring_lesson_exceptions',
    sa.Column('recurring_lesson_id', sa.Integer(), nullable=False),
    sa.Column('date', sa.Date(), nullable=False),
    sa.Column('action', sa.String(length=6), nullable=False),
    sa.Column('start_time', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('end_time', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(action = 'move') = (start_time IS NOT NULL AND end_time > start_time)", name=op.f('ck_recurring_lesson_exceptions_moved')),
    sa.CheckConstraint("action IN ('cancel', 'move')", name=op.f('ck_recurring_lesson_exceptions_action')),
    sa.ForeignKeyConstraint(['recurring_lesson_id'], ['recurring_lessons.id'], name=op.f('fk_recurring_lesson_exceptions_recurring_lesson_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('recurring_lesson_id', 'date', name=op.f('pk_recurring_lesson_exceptions'))
    )
    op.create_table('scheduled_lessons',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('teacher_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('start_time', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('end_time', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('status', sa.String(length=9), server_default='planned', nullable=False),
    sa.Column('allow_overlap', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('zoom_start_url', sa.Text(), nullable=True),
    sa.Column('zoom_join_url', sa.Text(), nullable=True),
    sa.Column('recurring_lesson_id', sa.Integer(), nullable=True),
    sa.Column('occurrence_date', sa.Date(), nullable=True),
    sa.Column('revision', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint("status IN ('planned', 'live', 'ended', 'cancelled')", name=op.f('ck_scheduled_lessons_status')),
    sa.CheckConstraint('end_time > start_time', name=op.f('ck_scheduled_lessons_times')),
    sa.ForeignKeyConstraint(['group_id'], ['study_groups.id'], name=op.f('fk_scheduled_lessons_group_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['recurring_lesson_id'], ['recurring_lessons.id'], name=op.f('fk_scheduled_lessons_recurring_lesson_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['teacher_id'], ['users.id'], name=op.f('fk_scheduled_lessons_teacher_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scheduled_lessons')),
    sa.UniqueConstraint('recurring_lesson_id', 'occurrence_date', name=op.f('uq_scheduled_lessons_recurring_lesson_id_occurrence_date'))
    )
    with op.batch_alter_table('scheduled_lessons', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scheduled_lessons_group_id_start_time'), ['group_id', 'start_time'], unique=False)
        batch_op.create_index(batch_op.f('ix_scheduled_lessons_teacher_id_start_time'), ['teacher_id', 'start_time'], unique=False)

    if op.get_bind().dialect.name == 'postgresql':
        op.execute('CREATE EXTENSION IF NOT EXISTS btree_gist')
        for column in ('teacher_id', 'group_id'):
            op.execute(
                f'ALTER TABLE scheduled_lessons ADD CONSTRAINT ex_scheduled_lessons_{column} EXCLUDE USING gist '
                f'({column} WITH =, tstzrange(start_time, end_time) WITH &&) '
                "WHERE (status <> 'cancelled' AND NOT allow_overlap)"
            )

    op.create_table('conference_leases',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('lesson_id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.String(length=64), nullable=True),
    sa.Column('meeting_uuid', sa.String(length=128), nullable=True),
    sa.Column('leased_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('making_until', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('end_reason', sa.String(length=16), nullable=True),
    sa.CheckConstraint("end_reason IN ('teacher', 'webhook', 'reaper', 'provider_failed', 'never_started')", name=op.f('ck_conference_leases_end_reason')),
    sa.CheckConstraint('(ended_at IS NULL) = (end_reason IS NULL)', name=op.f('ck_conference_leases_ended')),
    sa.ForeignKeyConstraint(['account_id'], ['conference_accounts.id'], name=op.f('fk_conference_leases_account_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['lesson_id'], ['scheduled_lessons.id'], name=op.f('fk_conference_leases_lesson_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conference_leases'))
    )
    with op.batch_alter_table('conference_leases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_conference_leases_account_id'), ['account_id'], unique=False)
        batch_op.create_index('ix_conference_leases_leased_at', ['leased_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_conference_leases_lesson_id'), ['lesson_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_conference_leases_meeting_id'), ['meeting_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_conference_leases_meeting_uuid'), ['meeting_uuid'], unique=False)
        batch_op.create_index('uq_conference_leases_live', ['lesson_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'), sqlite_where=sa.text('ended_at IS NULL'))

    op.create_table('conference_refusals',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('lesson_id', sa.Integer(), nullable=False),
    sa.Column('at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['lesson_id'], ['scheduled_lessons.id'], name=op.f('fk_conference_refusals_lesson_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conference_refusals'))
    )
    with op.batch_alter_table('conference_refusals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_conference_refusals_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_conference_refusals_lesson_id'), ['lesson_id'], unique=False)

    op.create_table('lesson_recordings',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('lesson_id', sa.Integer(), nullable=False),
    sa.Column('url', sa.String(length=2048), nullable=True),
    sa.Column('storage_key', sa.String(length=1024), nullable=True),
    sa.Column('duration_seconds', sa.Integer(), nullable=True),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(url IS NULL) <> (storage_key IS NULL)', name=op.f('ck_lesson_recordings_where')),
    sa.ForeignKeyConstraint(['lesson_id'], ['scheduled_lessons.id'], name=op.f('fk_lesson_recordings_lesson_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lesson_recordings')),
    sa.UniqueConstraint('storage_key', name=op.f('uq_lesson_recordings_storage_key'))
    )
    with op.batch_alter_table('lesson_recordings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lesson_recordings_lesson_id'), ['lesson_id'], unique=False)

    op.create_table('conference_places',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('lease_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['conference_accounts.id'], name=op.f('fk_conference_places_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lease_id'], ['conference_leases.id'], name=op.f('fk_conference_places_lease_id'), ondelete='SET NULL', initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('account_id', 'number', name=op.f('pk_conference_places')),
    sa.UniqueConstraint('lease_id', name=op.f('uq_conference_places_lease_id'))
    )


def downgrade() -> None:
    op.drop_table('conference_places')
    with op.batch_alter_table('lesson_recordings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lesson_recordings_lesson_id'))

    op.drop_table('lesson_recordings')
    with op.batch_alter_table('conference_refusals', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_conference_refusals_lesson_id'))
        batch_op.drop_index(batch_op.f('ix_conference_refusals_at'))

    op.drop_table('conference_refusals')
    with op.batch_alter_table('conference_leases', schema=None) as batch_op:
        batch_op.drop_index('uq_conference_leases_live', postgresql_where=sa.text('ended_at IS NULL'), sqlite_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_conference_leases_meeting_uuid'))
        batch_op.drop_index(batch_op.f('ix_conference_leases_meeting_id'))
        batch_op.drop_index(batch_op.f('ix_conference_leases_lesson_id'))
        batch_op.drop_index('ix_conference_leases_leased_at')
        batch_op.drop_index(batch_op.f('ix_conference_leases_account_id'))

    op.drop_table('conference_leases')
    with op.batch_alter_table('scheduled_lessons', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scheduled_lessons_teacher_id_start_time'))
        batch_op.drop_index(batch_op.f('ix_scheduled_lessons_group_id_start_time'))

    op.drop_table('scheduled_lessons')
    op.drop_table('recurring_lesson_exceptions')
    with op.batch_alter_table('recurring_lessons', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recurring_lessons_group_id'))

    op.drop_table('recurring_lessons')
    with op.batch_alter_table('group_students', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_group_students_student_id'))

    op.drop_table('group_students')
    op.drop_table('study_groups')
    op.drop_table('calendar_tokens')
    op.drop_table('conference_accounts')
