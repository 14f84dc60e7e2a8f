"""Accounts that were made before it was kept who made them: the migration infers it, on both databases."""

from uuid import UUID, uuid4

import sqlalchemy as sa

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.identity import audit_events, users
from atg_core.clock import utc_now

BEFORE, AFTER = "0018", "0019"
ADMIN = uuid4()
PEOPLE = [
    ("root", "admin", None, "earlier"),
    ("imported", "user", None, "earlier"),
    ("signed-up", "teacher", "self", "self"),
    ("long-ago", "student", None, "self"),
    ("made-by-an-admin", "student", "admin", "admin"),
    ("promoted", "instructor", "self", "self"),
]
"""Username, role, who the audit log says has made the account, and what follows."""


async def test_teachers_and_students_opened_their_accounts_unless_the_audit_log_says_otherwise(
    database_url: str,
) -> None:
    database = Database(database_url)
    await schema.downgrade(database, BEFORE)
    async with database.transaction() as connection:
        for username, role, made_by, _ in PEOPLE:
            user_id = uuid4()
            await connection.execute(sa.insert(users).values(id=user_id, username=username, role=role))
            if made_by is not None:
                event = _created(user_id, ADMIN if made_by == "admin" else user_id)
                await connection.execute(sa.insert(_former_events()).values(event))
    await schema.migrate(database, AFTER)
    rows = await database.rows(sa.select(users.c.username, users.c.origin))
    assert dict(map(tuple, rows)) == {username: origin for username, _, _, origin in PEOPLE}
    await schema.migrate(database)
    await database.close()


def _former_events() -> sa.TableClause:
    return sa.table("audit_events", *(sa.column(each.name, each.type) for each in audit_events.c))


def _created(user_id: UUID, actor_id: UUID) -> dict[str, object]:
    return {"id": uuid4(), "at": utc_now(), "action": "user_created", "actor_id": actor_id, "user_id": user_id}
