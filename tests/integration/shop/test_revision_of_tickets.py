"""The revision that makes tickets threads: what was said before is in them."""

from datetime import UTC, datetime

import sqlalchemy as sa

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_adapters.sql.shop.queries import SqlShopQueries
from atg_adapters.sql.tables.shop import shop_customers, support_tickets

BEFORE, AFTER = "0060", "0061"
ASKED, ANSWERED = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 3, 9, tzinfo=UTC)


async def test_threads_begin_with_what_tickets_have_and_go_without_loss_of_it(database_url: str) -> None:
    database = Database(database_url)
    await schema.downgrade(database, BEFORE)
    async with database.transaction() as connection:
        await connection.execute(
            sa.insert(shop_customers).values(id=1, telegram_id=7, first_name="x", first_name_folded="x")
        )
        for number, answer in ((1, None), (2, "Обновите")):
            told = {"subject": "x", "message": f"Не идёт {number}", "admin_response": answer, "status": "open"}
            stamps = {"created_at": ASKED, "updated_at": ANSWERED}
            await connection.execute(sa.insert(support_tickets).values(id=number, user_id=1, **told, **stamps))
    for _ in range(2):
        await schema.migrate(database, AFTER)
        queries = SqlShopQueries(database)
        threads = [(await queries.ticket_messages(number, limit=9, offset=0))[0] for number in (1, 2)]
        assert [[(each.author, each.text, each.created_at) for each in said] for said in threads] == [
            [("customer", "Не идёт 1", ASKED)],
            [("staff", "Обновите", ANSWERED), ("customer", "Не идёт 2", ASKED)],
        ]
        await schema.downgrade(database, BEFORE)
        kept = await queries.ticket(2)
        assert (kept.message, kept.admin_response) == ("Не идёт 2", "Обновите")
    await schema.migrate(database)
    await database.close()
