"""Topics that were completed before streaks and counts were kept: the migration counts them, on both databases."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.catalog import course_programs, courses, lessons, stations, topics
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.learning import user_courses, user_stats, user_topic_progress

BEFORE = "0024"
LATE = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # the third of March in Moscow


async def test_streaks_and_topics_completed_before_are_counted(database_url: str) -> None:
    database, (anna, boris, course) = Database(database_url), (uuid4() for _ in range(3))
    await schema.downgrade(database, BEFORE)
    former = sa.table("user_courses", *(sa.column(each.name, each.type) for each in user_courses.c))
    async with database.transaction() as connection:
        await connection.execute(sa.insert(stations).values(id=1, name="S", short_name="S"))
        await connection.execute(sa.insert(courses).values(id=course, title="Курс", station_id=1))
        await connection.execute(sa.insert(course_programs).values(id=1, station_id=1, title="P"))
        await connection.execute(sa.insert(lessons).values(id=1, course_program_id=1, title="L"))
        for number in range(1, 5):
            topic = {"id": number, "lesson_id": 1, "code": str(number), "title": "T", "is_active": number != 4}
            await connection.execute(sa.insert(topics).values(**topic))
        for name, user_id in (("anna", anna), ("boris", boris)):
            await connection.execute(sa.insert(users).values(id=user_id, username=name))
            await connection.execute(sa.insert(user_stats).values(user_id=user_id))
            await connection.execute(sa.insert(former).values(id=uuid4(), user_id=user_id, course_id=course))
        for topic_id, days in ((1, 9), (2, 1), (4, 0)):
            completed = {"completed": True, "completed_at": LATE - timedelta(days=days)}
            await connection.execute(
                sa.insert(user_topic_progress).values(id=uuid4(), user_id=anna, topic_id=topic_id, **completed)
            )
        await connection.execute(sa.insert(user_topic_progress).values(id=uuid4(), user_id=anna, topic_id=3))
    await schema.migrate(database, timezone=ZoneInfo("Europe/Moscow"))
    async with database.transaction() as connection:
        counted = await connection.execute(sa.select(user_courses.c.user_id, user_courses.c.topics_completed))
        kept = await connection.execute(
            sa.select(user_stats.c.user_id, user_stats.c.streak_first_day, user_stats.c.streak_last_day)
        )
        streaks: dict[UUID, tuple[date | None, date | None]] = {each.user_id: (each[1], each[2]) for each in kept}
        assert {each.user_id: each.topics_completed for each in counted} == {anna: 2, boris: 0}
    assert streaks == {anna: (date(2026, 3, 2), date(2026, 3, 3)), boris: (None, None)}
    await database.close()
