"""The shop and Telegram during outages (spec: promises, M1 and M4)."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from dependency_injector import providers

from atg_adapters.telegram.bot_api import BotApi
from atg_core.shop.model import Item
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.http.app import create_app
from atg_entrypoints.settings import Settings
from tests.arranging import rows_of
from tests.conftest import SECRET
from tests.contracts.shop.http_telegram import SECRET as WEBHOOK_SECRET
from tests.contracts.shop.http_telegram import checkout, payment
from tests.integration.running import free_port
from tests.job_queues import until
from tests.telegram_api import ALREADY_REFUNDED, BAD_GATEWAY, SILENCE_AFTER, TOKEN, TelegramApi

PURCHASE = {"id": 1, "amount": 100}


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    with TelegramApi() as api:
        yield api


@pytest.fixture
async def container(database_url: str, tmp_path: Path, api: TelegramApi) -> AsyncIterator[Container]:
    container = create_container(Settings(database_url=database_url, home=str(tmp_path), secret_key=SECRET))
    bot = BotApi(TOKEN, url=api.url, seconds=1)
    container.telegram.override(providers.Object(bot))
    yield container
    await bot.close()
    await close(container)


@pytest.mark.parametrize("faults", [[BAD_GATEWAY, BAD_GATEWAY], [SILENCE_AFTER], [ALREADY_REFUNDED]])
async def test_a_refund_is_tried_until_telegram_has_done_it(
    container: Container, api: TelegramApi, faults: list[object]
) -> None:
    """M4."""
    lesson = {"description": "", "is_active": True, "is_free": False, "video_path": None, "text_content": "x"}
    added = await container.edit_products().add_lesson({**lesson, "title": "x", "price": 100})
    anna, _ = await container.edit_customers().register(777, {"first_name": "x"})
    purchase, _ = await container.create_purchase()(anna.id, Item(lesson_id=added.id), "one")
    charge = api.pay(777, 100, str(purchase.id))
    await container.settle_purchase().complete(purchase.id, charge, 100)
    api.faults["refundStarPayment"] = list(faults)
    for _ in range(2):
        await container.refund_purchase()(purchase.id)
    working = asyncio.create_task(container.jobs().run(container.work()))

    async def is_done() -> bool:
        return not [job for job in await container.jobs().listed() if job.kind == "refund_stars"]

    try:
        await until(is_done, 20)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert len(api.refunded) <= 1
    assert await container.shop_queries().accesses(anna.id, [added.id]) == {}
    [row] = await rows_of(container, "purchases")
    assert row["status"] == "refunded"


async def test_while_the_database_is_away_a_checkout_is_refused_soon_and_a_payment_told_again(tmp_path: Path) -> None:
    """M1: Telegram sends again what was not answered with 200."""
    settings = Settings(
        database_url=f"postgresql://nobody@127.0.0.1:{free_port()}/none",
        home=str(tmp_path),
        secret_key=SECRET,
        telegram_webhook_secret=WEBHOOK_SECRET,
    )
    container = create_container(settings)
    headers = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
    transport = httpx.ASGITransport(create_app(container))
    async with httpx.AsyncClient(transport=transport, base_url="http://atg.test", headers=headers) as client:
        begun = time.monotonic()
        answer = (await client.post("/webhooks/telegram", json=checkout(PURCHASE))).json()
        assert time.monotonic() - begun < 2
        assert answer["ok"] is False
        assert answer["error_message"] == "Оплата сейчас не работает, попробуйте через минуту"
        assert (await client.post("/webhooks/telegram", json=payment(PURCHASE))).status_code == 503
    await close(container)
