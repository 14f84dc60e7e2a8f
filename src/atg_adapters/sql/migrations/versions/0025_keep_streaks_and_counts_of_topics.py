"""Keep streaks and counts of topics

Revision: 0025, after 0024
"""

import sqlalchemy as sa
from alembic import context, op

import atg_adapters.sql.types
from atg_adapters.sql.learning.streaks import streaks_of

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

_COUNT_TOPICS = """
    UPDATE user_courses SET topics_completed = counted.topics
    FROM courses, (
        SELECT user_topic_progress.user_id, course_programs.station_id, count(*) AS topics
        FROM user_topic_progress
        JOIN topics ON topics.id = user_topic_progress.topic_id AND topics.is_active
        JOIN lessons ON lessons.id = topics.lesson_id AND lessons.is_active
        JOIN course_programs ON course_programs.id = lessons.course_program_id AND course_programs.is_active
        WHERE user_topic_progress.completed
        GROUP BY user_topic_progress.user_id, course_programs.station_id
    ) AS counted
    WHERE courses.id = user_courses.course_id
        AND counted.station_id = courses.station_id AND counted.user_id = user_courses.user_id
"""
_progress = sa.table(
    'user_topic_progress', sa.column('user_id', sa.Uuid), sa.column('completed_at', atg_adapters.sql.types.UtcDateTime)
)
_QUARTERS_OF_HOURS = sa.select(
    _progress.c.user_id, sa.cast(sa.extract('epoch', _progress.c.completed_at) // 900, sa.BigInteger)
)
_stats = sa.table(
    'user_stats',
    sa.column('user_id', sa.Uuid),
    sa.column('streak_first_day', sa.Date),
    sa.column('streak_last_day', sa.Date),
)
_KEEP_STREAK = (
    sa.update(_stats)
    .where(_stats.c.user_id == sa.bindparam('learner'))
    .values(streak_first_day=sa.bindparam('first_day'), streak_last_day=sa.bindparam('last_day'))
)


def upgrade() -> None:
    op.add_column('user_courses', sa.Column('topics_completed', sa.Integer(), server_default=sa.text('0'), nullable=False))
    op.add_column('user_stats', sa.Column('streak_first_day', sa.Date(), nullable=True))
    op.add_column('user_stats', sa.Column('streak_last_day', sa.Date(), nullable=True))
    op.drop_column('user_stats', 'former_progress_at')
    op.execute(_COUNT_TOPICS)
    connection, timezone = op.get_bind(), context.config.attributes['timezone']
    completed = connection.execute(_QUARTERS_OF_HOURS.where(_progress.c.completed_at.is_not(None)).distinct())
    kept = [
        {'learner': user_id, 'first_day': streak.first_day, 'last_day': streak.last_day}
        for user_id, streak in streaks_of(completed, timezone).items()
    ]
    if kept:
        connection.execute(_KEEP_STREAK, kept)


def downgrade() -> None:
    op.add_column('user_stats', sa.Column('former_progress_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True))
    op.drop_column('user_stats', 'streak_last_day')
    op.drop_column('user_stats', 'streak_first_day')
    op.drop_column('user_courses', 'topics_completed')
