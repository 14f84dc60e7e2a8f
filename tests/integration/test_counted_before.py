"""Sessions and uploads from before they were counted as now: the migrations count them, on both databases."""

from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.files import file_uploads, upload_quotas
from atg_adapters.sql.tables.identity import user_sessions, users
from atg_core.clock import utc_now

BEFORE = "0021"


async def test_known_addresses_and_the_bytes_of_a_day_are_kept(database_url: str) -> None:
    database, user_id, now = Database(database_url), uuid4(), utc_now()
    await schema.downgrade(database, BEFORE)
    session = {"user_id": user_id, "expires_at": now, "created_at": now, "last_activity": now, "salt": b"0" * 16}
    upload = {"user_id": user_id, "key": "a", "content_type": "a/b", "state": "stored", "expires_at": now}
    async with database.transaction() as connection:
        await connection.execute(sa.insert(users).values(id=user_id, username="anna"))
        former = sa.table("user_sessions", *(sa.column(each.name, each.type) for each in user_sessions.c))
        for address in ("203.0.113.7", "2001:db8:1:2::1", "2001:db8:1:2::2", None):
            await connection.execute(sa.insert(former).values(id=uuid4(), ip_address=address, **session))
        for size, age in ((1, 0), (2, 0), (4, 1)):
            created_at = now - timedelta(days=age)
            await connection.execute(
                sa.insert(file_uploads).values(id=uuid4(), size=size, created_at=created_at, **upload)
            )
    await schema.migrate(database)
    async with database.transaction() as connection:
        networks = list(await connection.scalars(sa.select(user_sessions.c.network)))
        counted = list(await connection.execute(sa.select(upload_quotas.c.day, upload_quotas.c.bytes)))
    assert sorted(map(str, networks)) == ["2001:db8:1:2::/64"] * 2 + ["203.0.113.7", "None"]
    assert sorted(map(tuple, counted)) == [((now - timedelta(days=1)).date(), 4), (now.date(), 3)]
    await database.close()
