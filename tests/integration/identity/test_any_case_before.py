"""Texts that were kept before they could be compared without regard to case: the migration adds what is compared."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_adapters.sql.identity.users import SqlCallers, SqlIdentity
from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.identity import user_profiles, users
from atg_adapters.sql.tables.shop import shop_customers
from atg_core.clock import utc_now
from atg_core.identity.model import UserQuery
from atg_core.identity.ports import UsernameTaken

BEFORE = "0031"
NOW = utc_now()
# Username, email, whether it is verified; the later, the newer. SQLite let the emails of the last two pass.
PEOPLE = [
    ("Пётр", "Petr@Example.com", False),
    ("ПЁТР", None, False),
    ("пётр", None, False),
    ("Ivan", "иван@почта.рф", False),
    ("other", "Иван@Почта.РФ", True),
]


async def _add(database: Database, people: list[tuple[str, str | None, bool]]) -> None:
    async with database.transaction() as connection:
        for age, (username, email, is_verified) in enumerate(people):
            at = NOW + timedelta(days=age)
            row: dict[str, Any] = {"id": uuid4(), "username": username, "email": email, "created_at": at}
            await connection.execute(
                sa.insert(users), {**row, "updated_at": at, "email_verified_at": at if is_verified else None}
            )
            await connection.execute(sa.insert(user_profiles), {"id": row["id"], "department": "Цех №1"})
        await connection.execute(sa.insert(courses), {"id": uuid4(), "title": "Ёлки", "description": None})
        await connection.execute(sa.insert(shop_customers), {"telegram_id": 1, "first_name": "Ёж", "username": None})


async def test_what_was_kept_is_found_in_any_case(database_url: str) -> None:
    database = Database(database_url)
    await schema.downgrade(database, BEFORE)
    people = PEOPLE if database.is_sqlite else PEOPLE[:-1]
    await _add(database, people)
    await schema.migrate(database)
    assert await schema.differences(database) == []
    callers = SqlCallers(database)
    for login in ("Пётр", "ПЁТР", "пётр", "Ivan", "iVAN"):
        account = await callers.find_account(login)
        assert account is not None
        assert account.user.username == ("Ivan" if login == "iVAN" else login)
    assert await callers.find_account("пЁТр") is None  # three fit
    for email, username in (("PETR@example.COM", "Пётр"), ("ИВАН@почта.рф", "other" if database.is_sqlite else "Ivan")):
        found = await callers.find_by_email(email)
        assert found is not None
        assert (found.user.username, found.user.email is not None) == (username, True)
    _, total = await callers.users(UserQuery(q="цех №1"), limit=1, offset=0)
    assert total == len(people)
    for table, name, copy in ((courses, "title", "ёлки"), (shop_customers, "first_name", "ёж")):
        assert [row[0] for row in await database.rows(sa.select(table.c[f"{name}_folded"]))] == [copy]
    await database.close()


async def test_an_email_that_somebody_else_keeps_stays_in_the_profile(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await schema.downgrade(database, BEFORE)
    await _add(database, PEOPLE)
    await schema.migrate(database)
    [former] = await database.rows(
        sa.select(users.c.email, user_profiles.c.email.label("shown"), user_profiles.c.email_folded)
        .join_from(users, user_profiles)
        .where(users.c.username == "Ivan")
    )
    assert tuple(former) == (None, "иван@почта.рф", "иван@почта.рф")
    await database.close()


async def test_who_shares_a_username_but_for_its_case_keeps_it_and_can_take_no_third_one(database_url: str) -> None:
    database = Database(database_url)
    await schema.downgrade(database, BEFORE)
    await _add(database, PEOPLE[:3])
    await schema.migrate(database)
    callers = SqlCallers(database)
    twin = await callers.find_account("ПЁТР")
    assert twin is not None
    opened = database.unit_of_work(SqlIdentity)

    async def renamed(username: str) -> None:
        async with opened() as store:
            await store.save_user(replace(twin.user, username=username))

    await renamed("пЁТР")
    await renamed("Павел")
    for taken in ("ПётР", "пётр"):
        with pytest.raises(UsernameTaken):
            await renamed(taken)
    await database.close()
