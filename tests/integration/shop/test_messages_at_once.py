"""A message to customers with several workers at the same moment, on PostgreSQL."""

import asyncio
from collections import Counter
from itertools import pairwise

from dependency_injector import providers

from atg_adapters.memory.telegram import MemoryTelegram
from atg_core.shop.message_sending import SECONDS_BETWEEN, SECONDS_BETWEEN_IN_CHAT, DeliverMessage
from atg_core.shop.messages import Audience, MessageNotDraft, MessageStatus
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET

_CUSTOMERS = 60


class SlowTelegram(MemoryTelegram):
    """Lets others go on while it sends."""

    async def send_message(self, chat_id: int, text: str) -> None:
        await asyncio.sleep(0.002)
        await super().send_message(chat_id, text)


class Timed(MemoryTelegram):
    """Keeps when each message came, and how many were under way at most."""

    def __init__(self) -> None:
        super().__init__()
        self.came, self.under_way, self.most = list[tuple[float, int]](), 0, 0

    async def send_message(self, chat_id: int, text: str) -> None:
        self.came.append((asyncio.get_running_loop().time(), chat_id))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.005)
        self.under_way -= 1
        await super().send_message(chat_id, text)


async def _no_pause(_seconds: float) -> None:
    await asyncio.sleep(0)


def _worker(container: Container, telegram: MemoryTelegram) -> DeliverMessage:
    return DeliverMessage(
        open=container.open_customer_messages(),
        telegram=telegram,
        jobs=container.jobs(),
        clock=container.clock(),
        sleep=_no_pause,
    )


async def test_each_customer_gets_a_message_once_with_workers_of_two_processes(postgres_url: str) -> None:
    processes = [create_container(Settings(database_url=postgres_url, secret_key=SECRET)) for _ in range(2)]
    first, telegram = processes[0], SlowTelegram()
    try:
        for number in range(_CUSTOMERS):
            await first.edit_customers().register(1_000 + number, {"first_name": "x"})
        draft = await first.write_message()("x", Audience.ALL)
        begun = await asyncio.gather(
            *(each.send_message_to_customers()(draft.id) for each in processes * 2), return_exceptions=True
        )
        assert Counter(type(each) for each in begun)[MessageNotDraft] == 3
        workers = [_worker(each, telegram) for each in processes * 3]
        served = await asyncio.gather(*(work({"message": draft.id}) for work in workers))
        assert sum(served) == _CUSTOMERS
        assert sum(each > 0 for each in served) > 1, "they have worked side by side"
        assert Counter(chat for chat, _ in telegram.sent) == {1_000 + number: 1 for number in range(_CUSTOMERS)}
        message, counts = await first.show_message()(draft.id)
        assert (message.status, counts.sent, counts.recipients) == (MessageStatus.SENT, _CUSTOMERS, _CUSTOMERS)
    finally:
        for each in processes:
            await close(each)


async def test_two_messages_keep_the_pace_of_one_with_workers_of_two_processes(postgres_url: str) -> None:
    """25 a second of the bot, and nobody gets two within a second (decision 0061)."""
    processes = [create_container(Settings(database_url=postgres_url, secret_key=SECRET)) for _ in range(2)]
    first, telegram = processes[0], Timed()
    for each in processes:
        each.telegram.override(providers.Object(telegram))
    try:
        for number in range(5):
            await first.edit_customers().register(1_000 + number, {"first_name": "x"})
        for text in ("one", "two"):
            draft = await first.write_message()(text, Audience.ALL)
            await first.send_message_to_customers()(draft.id)
        await asyncio.gather(*(each.jobs().run(each.work(), until_idle=True) for each in processes))
        assert [text for _, text in telegram.sent] == ["one"] * 5 + ["two"] * 5
        assert telegram.most == 1
        moments = [moment for moment, _ in telegram.came]
        assert all(later - earlier >= SECONDS_BETWEEN for earlier, later in pairwise(moments))
        for chat in {chat for _, chat in telegram.came}:
            one, two = (moment for moment, to in telegram.came if to == chat)
            assert two - one >= SECONDS_BETWEEN_IN_CHAT
    finally:
        for each in processes:
            await close(each)
