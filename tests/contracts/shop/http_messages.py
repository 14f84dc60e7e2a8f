"""Messages to customers: whom they reach, what came of them, and that each gets them at most once (spec: store)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from dependency_injector import providers

from atg_adapters.memory.telegram import MemoryTelegram
from atg_core.shop.message_sending import SECONDS_BETWEEN, SEND_SHOP_MESSAGE, DeliverMessage
from atg_core.shop.messages import Delivery
from atg_core.telegram.model import TelegramAway, TelegramRefused
from atg_entrypoints.container import Container
from tests.contracts.shop.bot import Bot, ShopContract

PATH = "/admin/shop/messages"


class Outage(MemoryTelegram):
    """Telegram that raises what `faults` say, by chat, once each."""

    def __init__(self, faults: dict[int, Exception]) -> None:
        super().__init__()
        self.faults = faults

    async def send_message(self, chat_id: int, text: str) -> None:
        if fault := self.faults.pop(chat_id, None):
            raise fault
        await super().send_message(chat_id, text)


class Times:
    """A clock that goes on while somebody sleeps."""

    def __init__(self, now: datetime) -> None:
        self.now, self.slept = now, list[float]()

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


class HttpMessagesContract(ShopContract):
    """Run over every database."""

    @pytest.fixture
    def times(self, stocked: Container) -> Times:
        times = Times(stocked.clock()())
        stocked.clock.override(providers.Object(times))
        for name in ("write_message", "send_message_to_customers", "cancel_message", "show_message", "create_purchase"):
            getattr(stocked, name).reset()
        stocked.edit_customers.reset()
        return times

    @pytest.fixture
    def ask(self, client: httpx.AsyncClient, admin: dict[str, str]) -> Callable[..., Any]:
        async def asked(method: str, path: str = "", status: int = 200, **more: Any) -> Any:
            reply = await client.request(method, f"{PATH}{path}", headers=admin, **more)
            assert reply.status_code == status, reply.text
            return reply.json()

        return asked

    def worker(self, stocked: Container, times: Times, telegram: MemoryTelegram) -> DeliverMessage:
        return DeliverMessage(
            open=stocked.open_customer_messages(),
            telegram=telegram,
            jobs=stocked.jobs(),
            clock=times,
            sleep=times.sleep,
        )

    async def test_a_draft_says_whom_it_reaches(
        self, stocked: Container, times: Times, bot: Bot, products: dict[str, int], ask: Callable[..., Any]
    ) -> None:
        times.now -= timedelta(days=40)
        old, newcomer = await bot.customer(1), None
        buyer, blocked = await bot.customer(2), await bot.customer(3)
        await bot.call("PUT", f"/api/users/{blocked}", is_active=False)
        times.now += timedelta(days=40)
        newcomer = await bot.customer(4)
        assert len({old, buyer, newcomer}) == 3
        await bot.buy(buyer, lesson_id=products["one"])
        await bot.buy(old, lesson_id=products["two"], pay=False)
        await bot.buy(newcomer, course_id=products["course"])
        for body, reached in (
            ({}, 3),
            ({"audience": "buyers", "lesson_id": products["one"]}, 2),
            ({"audience": "buyers", "lesson_id": products["two"]}, 1),
            ({"audience": "buyers", "lesson_id": products["other"]}, 0),
            ({"audience": "buyers", "course_id": products["course"]}, 1),
            ({"audience": "idle"}, 1),
        ):
            draft = await ask("POST", status=201, json={"text": "Скидки", **body})
            assert (draft["status"], draft["recipients"]) == ("draft", reached), body
            sent = await ask("POST", f"/{draft['id']}/send")
            assert (sent["status"], sent["recipients"], sent["waiting"]) == ("sending", reached, reached)
        idle = await ask("GET", f"/{draft['id']}/recipients")
        assert [(each["user_id"], each["status"]) for each in idle["items"]] == [(old, "waiting")]
        listed = await ask("GET")
        assert (listed["total"], listed["items"][0]["id"], listed["items"][0]["recipients"]) == (6, draft["id"], 1)
        assert (await ask("GET", f"/{draft['id']}/recipients?status=sent"))["items"] == []

    @pytest.mark.refuses
    async def test_what_is_no_message_is_refused(self, products: dict[str, int], ask: Callable[..., Any]) -> None:
        item = {"lesson_id": products["one"]}
        for body in (
            {},
            {"text": ""},
            {"text": "  \n "},
            {"text": "x" * 4097},
            {"text": "x", "audience": "buyers"},
            {"text": "x", "audience": "buyers", **item, "course_id": products["course"]},
            {"text": "x", "audience": "idle", **item},
            {"text": "x", "audience": "nobody"},
        ):
            await ask("POST", status=400, json=body)
        await ask("POST", status=404, json={"text": "x", "audience": "buyers", "lesson_id": 999_999})
        await ask("POST", status=404, json={"text": "x", "audience": "buyers", "course_id": 999_999})
        for method, path in (("GET", ""), ("GET", "/recipients"), ("POST", "/send"), ("POST", "/cancel")):
            for number in ("999999", "x"):
                await ask(method, f"/{number}{path}", status=404)

    async def test_a_message_is_sent_to_each_once_with_what_came_of_it(
        self, stocked: Container, times: Times, bot: Bot, ask: Callable[..., Any]
    ) -> None:
        customers = [await bot.customer(number) for number in range(1, 6)]
        telegram = Outage({3: TelegramRefused("no such chat")})
        telegram.blocked_by = {2}
        draft = await ask("POST", status=201, json={"text": "Скидки <всем>"})
        await ask("POST", f"/{draft['id']}/send")
        await ask("POST", f"/{draft['id']}/send", status=409)
        [job] = [each for each in await stocked.jobs().listed() if each.kind == SEND_SHOP_MESSAGE]
        work = self.worker(stocked, times, telegram)
        assert await work(job.arguments) == 5
        assert telegram.sent == [(number, "Скидки <всем>") for number in (1, 4, 5)]
        assert times.slept.count(SECONDS_BETWEEN) == 5
        told = await ask("GET", f"/{draft['id']}")
        assert {name: told[name] for name in ("status", "recipients", "waiting", "sent", "blocked", "failed")} == {
            "status": "sent",
            "recipients": 5,
            "waiting": 0,
            "sent": 3,
            "blocked": 1,
            "failed": 1,
        }
        assert told["ended_at"]
        blocked = (await ask("GET", f"/{draft['id']}/recipients?status=blocked"))["items"]
        assert [each["user_id"] for each in blocked] == [customers[1]]
        assert await work(job.arguments) == 0
        assert len(telegram.sent) == 3
        await ask("POST", f"/{draft['id']}/cancel", status=409)

    async def test_what_telegram_did_not_take_waits_and_what_is_unclear_is_not_sent_again(
        self, stocked: Container, times: Times, bot: Bot, ask: Callable[..., Any]
    ) -> None:
        for number in (1, 2, 3):
            await bot.customer(number)
        telegram = Outage(
            {
                1: TelegramAway("too many", retry_after=17, may_have_arrived=False),
                2: TelegramAway("no answer"),
                3: TelegramAway("no connection", may_have_arrived=False),
            }
        )
        draft = await ask("POST", status=201, json={"text": "x"})
        await ask("POST", f"/{draft['id']}/send")
        work, arguments = self.worker(stocked, times, telegram), {"message": draft["id"]}
        assert await work(arguments) == 0
        later = [each.run_at for each in await stocked.jobs().listed() if each.kind == SEND_SHOP_MESSAGE]
        assert later[-1] == times.now + timedelta(seconds=17)
        for _ in range(2):
            with pytest.raises(TelegramAway):
                await work(arguments)
        assert telegram.sent == [(1, "x")]
        assert await work(arguments) == 1
        assert telegram.sent == [(1, "x"), (3, "x")]
        told = await ask("GET", f"/{draft['id']}")
        assert (told["status"], told["sent"], told["failed"]) == ("sent", 2, 1)

    async def test_a_message_is_resumed_after_a_stop(
        self, stocked: Container, times: Times, bot: Bot, ask: Callable[..., Any]
    ) -> None:
        """What a worker had claimed that was killed is told as failed, and is sent to nobody twice."""
        for number in (1, 2):
            await bot.customer(number)
        draft = await ask("POST", status=201, json={"text": "x"})
        await ask("POST", f"/{draft['id']}/send")
        async with stocked.open_customer_messages()() as store:
            claimed = await store.claim(draft["id"], times.now)
        assert claimed
        assert claimed[0].status is Delivery.SENDING
        telegram = MemoryTelegram()
        work, arguments = self.worker(stocked, times, telegram), {"message": draft["id"]}
        assert await work(arguments) == 1
        assert (await ask("GET", f"/{draft['id']}"))["status"] == "sending"
        times.now += timedelta(minutes=3)
        assert await work(arguments) == 0
        told = await ask("GET", f"/{draft['id']}")
        assert (told["status"], told["sent"], told["failed"]) == ("sent", 1, 1)
        assert len(telegram.sent) == 1

    async def test_a_long_message_goes_on_with_another_job(
        self, stocked: Container, times: Times, bot: Bot, ask: Callable[..., Any]
    ) -> None:
        for number in range(1, 4):
            await bot.customer(number)
        draft = await ask("POST", status=201, json={"text": "x"})
        await ask("POST", f"/{draft['id']}/send")

        class Slow(MemoryTelegram):
            async def send_message(self, chat_id: int, text: str) -> None:
                times.now += timedelta(seconds=10)
                await super().send_message(chat_id, text)

        telegram = Slow()
        work = self.worker(stocked, times, telegram)
        assert await work({"message": draft["id"]}) == 2
        jobs = [each for each in await stocked.jobs().listed() if each.kind == SEND_SHOP_MESSAGE]
        assert len(jobs) == 2
        assert await work({"message": draft["id"]}) == 1
        assert [chat for chat, _ in telegram.sent] == [1, 2, 3]

    async def test_a_cancelled_message_goes_to_nobody_any_longer(
        self, stocked: Container, times: Times, bot: Bot, ask: Callable[..., Any]
    ) -> None:
        for number in (1, 2, 3):
            await bot.customer(number)
        draft = await ask("POST", status=201, json={"text": "x"})
        await ask("POST", f"/{draft['id']}/send")

        class Cancelling(MemoryTelegram):
            async def send_message(self, chat_id: int, text: str) -> None:
                await super().send_message(chat_id, text)
                await ask("POST", f"/{draft['id']}/cancel")

        telegram = Cancelling()
        assert await self.worker(stocked, times, telegram)({"message": draft["id"]}) == 1
        told = await ask("GET", f"/{draft['id']}")
        assert (told["status"], told["sent"], told["waiting"]) == ("cancelled", 1, 2)
        await ask("POST", f"/{draft['id']}/send", status=409)
        await ask("POST", f"/{draft['id']}/cancel", status=409)
        other = await ask("POST", status=201, json={"text": "x"})
        assert (await ask("POST", f"/{other['id']}/cancel"))["status"] == "cancelled"
        await ask("POST", f"/{other['id']}/send", status=409)

    async def test_an_item_of_a_message_is_kept(
        self, client: httpx.AsyncClient, admin: dict[str, str], products: dict[str, int], ask: Callable[..., Any]
    ) -> None:
        lesson = products["other"]
        await ask("POST", status=201, json={"text": "x", "audience": "buyers", "lesson_id": lesson})
        assert (await client.delete(f"/api/lessons/{lesson}", headers=admin)).status_code == 204
        kept = await client.get(f"/api/lessons/{lesson}", headers=admin)
        assert (kept.status_code, kept.json()["is_active"]) == (200, False)
