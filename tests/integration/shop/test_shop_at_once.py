"""The shop under concurrency: its state machine on PostgreSQL, and many requests at the same time."""

import asyncio
from collections import Counter
from pathlib import Path

import httpx

from atg_core.shop.model import Customer
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.shop.bot import SERVICE
from tests.contracts.shop.http_telegram import SECRET as WEBHOOK_SECRET
from tests.contracts.shop.http_telegram import payment
from tests.contracts.shop.purchase_machine import ShopMachine
from tests.integration.server_pair import Pair, two_processes
from tests.machines import hold_on_a_database

LESSON = {"description": "", "is_active": True, "is_free": False, "video_path": None, "text_content": "Тайна"}
CODE = {"discount_amount": None, "is_active": True, "expires_at": None}


def test_the_laws_of_the_shop_hold_on_postgresql(postgres_url: str) -> None:
    """The machine that runs over memory in the unit tests."""
    hold_on_a_database(ShopMachine, postgres_url, steps=20, runs=6)


async def people(container: Container, number: int) -> list[Customer]:
    customers = container.edit_customers()
    return [(await customers.register(1_000 + each, {"first_name": "x"}))[0] for each in range(number)]


async def test_many_buyers_at_the_same_moment(pair: Pair) -> None:
    """Over two processes."""
    headers = {"Authorization": f"Bearer {SERVICE}", "X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
    async with two_processes(pair, headers) as (container, clients):
        customers = await people(container, 101)
        await a_code_is_used_as_often_as_it_may_be(container, clients, customers[:50], uses=7)
        await a_code_is_used_as_often_as_it_may_be(container, clients, customers[:100], uses=1)
        await the_same_payment_grants_once(container, clients, customers[100])
        await of_two_purchases_of_one_item_one_is_granted(container, clients, customers[100], pair.home)


async def a_lesson(container: Container) -> int:
    added = await container.edit_products().add_lesson({**LESSON, "title": "x", "price": 100})
    number: int = added.id
    return number


async def a_code_is_used_as_often_as_it_may_be(
    container: Container, clients: list[httpx.AsyncClient], buyers: list[Customer], uses: int
) -> None:
    """M7."""
    lesson, name = await a_lesson(container), f"CODE{uses}"
    await container.edit_promo_codes().add({**CODE, "code": name, "discount_percent": 50, "max_uses": uses})

    async def used() -> int:
        [number] = [row["current_uses"] for row in await rows_of(container, "shop_promo_codes") if row["code"] == name]
        return int(number)

    bodies = [
        {"user_id": each.id, "lesson_id": lesson, "payment_id": f"{name}-{each.id}", "promo_code": name}
        for each in buyers
    ]
    replies = await asyncio.gather(
        *(clients[number % 2].post("/api/purchases/create", json=body) for number, body in enumerate(bodies))
    )
    assert Counter(reply.status_code for reply in replies) == {201: uses, 409: len(buyers) - uses}
    assert {reply.json()["code"] for reply in replies if reply.status_code == 409} == {"promo_exhausted"}
    assert await used() == uses
    paths = [f"/api/purchases/{reply.json()['id']}/fail" for reply in replies if reply.status_code == 201]
    ended = await asyncio.gather(*(client.post(path) for path in paths for client in clients for _ in range(3)))
    assert {reply.status_code for reply in ended} == {200}
    assert await used() == 0


async def the_same_payment_grants_once(container: Container, clients: list[httpx.AsyncClient], anna: Customer) -> None:
    """M2."""
    body = {"user_id": anna.id, "lesson_id": await a_lesson(container), "payment_id": "one"}
    created = await asyncio.gather(
        *(client.post("/api/purchases/create", json=body) for client in clients for _ in range(10))
    )
    assert Counter(reply.status_code for reply in created) == {201: 1, 200: 19}
    [purchase] = {reply.json()["id"]: reply.json() for reply in created}.values()
    notice = payment(purchase, sender=anna.telegram_id)
    told = await asyncio.gather(
        *(client.post("/webhooks/telegram", json=notice) for client in clients for _ in range(25))
    )
    assert {reply.status_code for reply in told} == {200}
    [paid] = [row for row in await rows_of(container, "purchases") if row["id"] == purchase["id"]]
    assert paid["status"] == "completed"
    assert await rows_of(container, "stray_payments") == []


async def of_two_purchases_of_one_item_one_is_granted(
    container: Container, clients: list[httpx.AsyncClient], anna: Customer, home: Path
) -> None:
    """The Stars of the others go back."""
    lesson = await a_lesson(container)
    bodies = [{"user_id": anna.id, "lesson_id": lesson, "payment_id": f"p{number}"} for number in range(10)]
    purchases = [(await clients[0].post("/api/purchases/create", json=body)).json() for body in bodies]
    told = await asyncio.gather(
        *(
            clients[number % 2].post("/webhooks/telegram", json=payment(each, sender=anna.telegram_id))
            for number, each in enumerate(purchases)
        )
    )
    assert {reply.status_code for reply in told} == {200}
    mine = [row for row in await rows_of(container, "purchases") if row["lesson_id"] == lesson]
    assert Counter(row["status"] for row in mine) == {"completed": 1, "pending": 9}
    assert {row["reason"] for row in await rows_of(container, "stray_payments")} == {"already_owned"}
    # On SQLite the servers do the jobs themselves: what was asked of Telegram lies in the outbox.
    asked = {path.stem.partition("refund-")[2] for path in (home / "outbox").glob("*refund*")}
    asked |= {job.arguments["charge_id"] for job in await container.jobs().listed() if job.kind == "refund_stars"}
    assert len(asked) == 9
