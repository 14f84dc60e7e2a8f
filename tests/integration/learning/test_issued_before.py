"""Certificates that were issued before they kept the name: the migration gives it to them, on both databases."""

from uuid import UUID, uuid4

import sqlalchemy as sa

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.learning import certificates
from atg_core.clock import utc_now

BEFORE, AFTER = "0015", "0016"


async def test_certificates_issued_before_get_the_name_of_the_day_of_the_migration(database_url: str) -> None:
    database = Database(database_url)
    await schema.downgrade(database, BEFORE)
    people: dict[UUID, tuple[str, str | None]] = {
        uuid4(): ("julia", "Юлия Щёголева"),
        uuid4(): ("boris", None),
        uuid4(): ("vera", ""),
    }
    course, now = uuid4(), utc_now()
    former = sa.table("certificates", *(sa.column(each.name, each.type) for each in certificates.c))
    async with database.transaction() as connection:
        await connection.execute(sa.insert(courses).values(id=course, title="Курс"))
        for number, (user_id, (username, full_name)) in enumerate(people.items()):
            await connection.execute(sa.insert(users).values(id=user_id, username=username, full_name=full_name))
            issued = {"number": str(number), "verification_code": str(number), "title": "Курс", "issued_at": now}
            await connection.execute(sa.insert(former).values(id=uuid4(), user_id=user_id, course_id=course, **issued))
    await schema.migrate(database, AFTER)
    async with database.transaction() as connection:
        await connection.execute(sa.update(users).values(full_name="Другой Человек"))
        rows = await connection.execute(sa.select(certificates.c.full_name, certificates.c.title))
        assert sorted(map(tuple, rows)) == [("boris", "Курс"), ("vera", "Курс"), ("Юлия Щёголева", "Курс")]
    await schema.migrate(database)
    await database.close()
