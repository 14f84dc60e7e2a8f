"""Uses of a promo code belong to its record: while it is deleted, made anew and renamed, and before there was one."""

import asyncio
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_adapters.sql.types import UtcDateTime
from atg_core.errors import AtgError
from atg_core.shop.model import Item
from atg_core.shop.purchases import PurchaseStatus
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.databases import on_postgres
from tests.contracts.shop.bot import NOON

BEFORE, AFTER = "0028", "0029"
CODE = {"discount_percent": 10, "discount_amount": None, "max_uses": None, "is_active": True, "expires_at": None}
LESSON = {"title": "x", "description": "", "price": 100, "video_path": None, "text_content": None}
HOLDING = {PurchaseStatus.PENDING, PurchaseStatus.COMPLETED}


async def uses(container: Container) -> dict[int, int]:
    return {row["id"]: row["current_uses"] for row in await rows_of(container, "shop_promo_codes")}


async def held(container: Container) -> dict[int, int]:
    """How many purchases hold a use of each code that is there."""
    holders = [row["promo_code_id"] for row in await rows_of(container, "purchases") if row["status"] in HOLDING]
    return {number: holders.count(number) for number in await uses(container)}


@on_postgres
async def test_each_count_is_right_while_codes_are_deleted_made_anew_and_renamed(stocked: Container) -> None:
    """Buyers, those who end purchases, and an administrator, all at the same moment."""
    lesson = (await stocked.edit_products().add_lesson({**LESSON, "is_active": True, "is_free": False})).id
    customers = [(await stocked.edit_customers().register(9_000 + n, {"first_name": "x"}))[0].id for n in range(24)]
    made = await stocked.edit_promo_codes().add({**CODE, "code": "RACE"})
    errors: list[BaseException] = []

    async def tried(work: Any) -> Any:
        try:
            return await work
        except AtgError:  # promo_unknown, as the code was gone just then; not found, as was the record
            return None
        except Exception as error:  # noqa: BLE001 - told below
            errors.append(error)

    async def buy_and_end(number: int, customer: int) -> None:
        for turn in range(6):
            creating = stocked.create_purchase()(customer, Item(lesson_id=lesson), f"race-{number}-{turn}", "race")
            created = await tried(creating)
            if created is None:
                continue
            if (number + turn) % 3:
                await tried(stocked.settle_purchase().fail(created[0].id))
            else:
                await tried(stocked.settle_purchase().complete(created[0].id, f"c-{number}-{turn}", 90))
                await tried(stocked.settle_purchase().refund(created[0].id))

    async def administer() -> None:
        record, names = made.id, count()
        for _ in range(8):
            await tried(stocked.edit_promo_codes().change(record, {"code": f"OLD{next(names)}"}))
            again = await tried(stocked.edit_promo_codes().add({**CODE, "code": "RACE"}))
            await asyncio.sleep(0.01)
            await tried(stocked.edit_promo_codes().delete(record))
            record = again.id

    async with asyncio.timeout(60):
        await asyncio.gather(*(buy_and_end(*each) for each in enumerate(customers)), administer())
    assert errors == []
    assert await uses(stocked) == await held(stocked)


async def test_purchases_from_before_name_the_code_that_was_there_then(database_url: str) -> None:
    database = Database(database_url)
    await schema.downgrade(database, BEFORE)
    older, newer = NOON, NOON + timedelta(days=2)
    rows = {
        "shop_customers": [{"id": 1, "telegram_id": 1, "first_name": "x"}],
        "shop_lessons": [{"id": 1, "title": "x", "price": 1}],
        "shop_promo_codes": [
            {"id": 1, "code": "OLD", "current_uses": 1, "created_at": older},
            {"id": 2, "code": "ANEW", "current_uses": 1, "created_at": newer},
        ],
    }
    bought = {"user_id": 1, "lesson_id": 1, "amount": 1, "status": "pending"}
    purchases = [
        {**bought, "id": 1, "payment_id": "a", "promo_code": "OLD", "created_at": newer, "updated_at": newer},
        {**bought, "id": 2, "payment_id": "b", "promo_code": "ANEW", "created_at": older, "updated_at": older},
        {**bought, "id": 3, "payment_id": "c", "promo_code": "ANEW", "created_at": newer, "updated_at": newer},
        {**bought, "id": 4, "payment_id": "d", "promo_code": None, "created_at": newer, "updated_at": newer},
        {**bought, "id": 5, "payment_id": "e", "promo_code": "GONE", "created_at": newer, "updated_at": newer},
    ]
    for table, values in [*rows.items(), ("purchases", purchases)]:
        columns = [sa.column(name, UtcDateTime) if name.endswith("_at") else sa.column(name) for name in values[0]]
        former = sa.table(table, *columns)
        async with database.transaction() as connection:
            for each in values:
                await connection.execute(sa.insert(former).values(each))
    await schema.migrate(database, AFTER)
    named = await database.rows(sa.text("SELECT id, promo_code_id FROM purchases ORDER BY id"))
    assert [tuple(row) for row in named] == [(1, 1), (2, None), (3, 2), (4, None), (5, None)]
    await schema.downgrade(database, BEFORE)
    await schema.migrate(database)
    await database.close()


@pytest.mark.parametrize("way", ["fail", "expire", "refund"])
async def test_the_use_of_a_deleted_code_goes_back_to_nobody(stocked: Container, way: str) -> None:
    lesson = (await stocked.edit_products().add_lesson({**LESSON, "is_active": True, "is_free": False})).id
    one, two = [(await stocked.edit_customers().register(n, {"first_name": "x"}))[0].id for n in (9_001, 9_002)]
    codes, settle = stocked.edit_promo_codes(), stocked.settle_purchase()
    before = await codes.add({**CODE, "code": "AGAIN"})
    first, _ = await stocked.create_purchase()(one, Item(lesson_id=lesson), "one", "again")
    await codes.delete(before.id)
    anew = await codes.add({**CODE, "code": "AGAIN"})
    second, _ = await stocked.create_purchase()(two, Item(lesson_id=lesson), "two", " Again ")
    await settle.complete(second.id, "charge two", 90)
    if way == "refund":
        await settle.complete(first.id, "charge one", 90)
        await settle.refund(first.id)
    elif way == "fail":
        await settle.fail(first.id)
    else:
        async with stocked.open_purchases()() as store:
            now = stocked.clock()()
            assert await store.fail_overdue(now, now) >= 1
    assert (await uses(stocked))[anew.id] == 1
    assert (await stocked.shop_queries().purchase(first.id)).promo_code == "AGAIN"
    await codes.change(anew.id, {"code": "RENAMED"})
    await settle.refund(second.id)
    assert (await uses(stocked))[anew.id] == 0
