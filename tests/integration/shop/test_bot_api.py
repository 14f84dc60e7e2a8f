"""The Bot API over HTTP, under all kinds of faults."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from atg_adapters.telegram.bot_api import BotApi
from atg_core.telegram.model import StarTransaction, TelegramAway, TelegramBlocked, TelegramRefused
from atg_entrypoints.container import close, create_container
from atg_entrypoints.settings import Settings
from tests.contracts.telegram import ANNA, TEXT, Done, Paid, TelegramContract, TransactionsContract, payment
from tests.integration.running import free_port
from tests.telegram_api import (
    ALREADY_REFUNDED,
    BAD_GATEWAY,
    BLOCKED,
    DROP,
    DROP_AFTER,
    FLOOD,
    INTERNAL,
    NO_CHAT,
    SILENCE,
    SILENCE_AFTER,
    TOKEN,
    Fault,
    TelegramApi,
)


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    with TelegramApi() as api:
        yield api


@pytest_asyncio.fixture
async def telegram(api: TelegramApi) -> AsyncIterator[BotApi]:
    bot = BotApi(TOKEN, url=api.url, seconds=5)
    yield bot
    await bot.close()


@pytest_asyncio.fixture
async def hasty(api: TelegramApi) -> AsyncIterator[BotApi]:
    """With a short timeout."""
    bot = BotApi(TOKEN, url=api.url, seconds=0.3)
    yield bot
    await bot.close()


class TestBotApi(TelegramContract, TransactionsContract):
    @pytest.fixture
    def sent(self, api: TelegramApi) -> Done:
        return lambda: api.sent

    @pytest.fixture
    def refunded(self, api: TelegramApi) -> Done:
        return lambda: api.refunded

    @pytest.fixture
    def paid(self, api: TelegramApi) -> Paid:
        def pay(by: StarTransaction) -> None:
            assert by.telegram_id
            assert by.payload
            api.pay(by.telegram_id, by.amount, by.payload, date=int(by.date.timestamp()), charge=by.id)

        return pay


@pytest.mark.parametrize(
    ("fault", "kind", "told"),
    [
        (BAD_GATEWAY, TelegramAway, "sendMessage: 502, and not in Telegram's words"),
        (Fault(403, page=b"<h1>Blocked by the proxy</h1>"), TelegramAway, "403"),
        (Fault(200, page=b"{}"), TelegramAway, "200"),
        (INTERNAL, TelegramAway, "sendMessage: 500 Internal Server Error"),
        (FLOOD, TelegramAway, "429"),
        (Fault(401, "Unauthorized"), TelegramAway, "401"),
        (Fault(404, "Not Found"), TelegramAway, "404"),
        (DROP, TelegramAway, "sendMessage: RemoteProtocolError"),
        (DROP_AFTER, TelegramAway, "sendMessage: RemoteProtocolError"),
        (BLOCKED, TelegramBlocked, "sendMessage: 403 Forbidden: bot was blocked by the user"),
        (NO_CHAT, TelegramRefused, "sendMessage: 400 Bad Request: chat not found"),
        (ALREADY_REFUNDED, TelegramRefused, "400"),
    ],
)
async def test_what_telegram_refuses_is_told_from_what_it_can_not_do_now(
    api: TelegramApi, telegram: BotApi, fault: Fault, kind: type[Exception], told: str
) -> None:
    api.faults["sendMessage"] = [fault]
    with pytest.raises(kind) as refused:
        await telegram.send_message(ANNA, TEXT)
    assert type(refused.value) is kind
    assert told in str(refused.value)
    assert len(api.sent) == fault.done
    await telegram.send_message(ANNA, TEXT)
    assert len(api.sent) == fault.done + 1


async def test_how_long_it_wants_to_be_left_alone_is_told(api: TelegramApi, telegram: BotApi) -> None:
    api.faults["sendMessage"] = [FLOOD, INTERNAL]
    for seconds in (7, None):
        with pytest.raises(TelegramAway) as away:
            await telegram.send_message(ANNA, TEXT)
        assert away.value.retry_after == seconds
        assert away.value.may_have_arrived is (seconds is None)


@pytest.mark.parametrize("fault", [SILENCE, SILENCE_AFTER])
async def test_silence_is_not_waited_for(api: TelegramApi, hasty: BotApi, fault: Fault) -> None:
    api.faults["sendMessage"] = [fault]
    with pytest.raises(TelegramAway, match=r"no answer within 0\.3 seconds") as away:
        await hasty.send_message(ANNA, TEXT)
    assert away.value.may_have_arrived
    assert len(api.sent) == fault.done


async def test_what_waits_for_a_connection_waits_its_while_and_was_surely_not_sent(api: TelegramApi) -> None:
    bot = BotApi(TOKEN, url=api.url, seconds=2)
    bot._client._transport._pool._max_connections = 1  # type: ignore[attr-defined]
    api.faults["sendMessage"] = [SILENCE]
    busy = asyncio.create_task(bot.send_message(ANNA, TEXT))
    while not api.asked:
        await asyncio.sleep(0.01)
    with pytest.raises(TelegramAway, match="PoolTimeout") as away:
        await bot.send_message(ANNA, TEXT)
    assert not away.value.may_have_arrived
    with pytest.raises(TelegramAway, match="no answer"):
        await busy
    await bot.send_message(ANNA, TEXT)
    assert len(api.sent) == 1
    await bot.close()


async def test_where_nobody_listens_telegram_is_away() -> None:
    bot = BotApi(TOKEN, url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TelegramAway, match="sendMessage: ConnectError") as away:
        await bot.send_message(ANNA, TEXT)
    assert not away.value.may_have_arrived
    await bot.close()


async def test_a_refund_that_is_tried_until_it_succeeds_is_one_refund(api: TelegramApi, hasty: BotApi) -> None:
    """M4: away, silent after it was done, done already: in the end the Stars went back once."""
    charge = api.pay(ANNA, 250, "purchase-1")
    api.faults["refundStarPayment"] = [BAD_GATEWAY, SILENCE_AFTER]
    for _ in range(2):
        with pytest.raises(TelegramAway):
            await hasty.refund_stars(ANNA, charge)
    await hasty.refund_stars(ANNA, charge)
    assert api.refunded == [(ANNA, charge)]
    assert [method for method, _ in api.asked] == ["refundStarPayment"] * 3


async def test_what_was_given_back_already_is_given_back(api: TelegramApi, telegram: BotApi) -> None:
    api.faults["refundStarPayment"] = [ALREADY_REFUNDED]
    await telegram.refund_stars(ANNA, "stx1")
    api.faults["refundStarPayment"] = [Fault(400, "Bad Request: USER_ID_INVALID")]
    with pytest.raises(TelegramRefused, match="USER_ID_INVALID"):
        await telegram.refund_stars(ANNA, "stx1")


async def test_a_refund_is_a_transaction_with_the_id_of_the_payment(api: TelegramApi, telegram: BotApi) -> None:
    first = payment(0)
    api.pay(ANNA, first.amount, "purchase-0", date=int(first.date.timestamp()), charge=first.id)
    api.withdraw(1000)
    await telegram.refund_stars(ANNA, first.id)
    paid, withdrawn, refunded = await telegram.star_transactions(0, 100)
    assert paid == first
    assert (withdrawn.amount, withdrawn.telegram_id, withdrawn.payload, withdrawn.is_incoming) == (
        *(1000, None, None),
        False,
    )
    assert refunded == replace(first, date=first.date + timedelta(minutes=1), is_incoming=False)


@pytest.mark.parametrize("page", [b'{"ok":true,"result":{}}', b'{"ok":true,"result":[1]}', b'{"ok":true}'])
async def test_transactions_that_can_not_be_read_are_an_outage(api: TelegramApi, telegram: BotApi, page: bytes) -> None:
    api.faults["getStarTransactions"] = [Fault(200, page=page)]
    with pytest.raises(TelegramAway):
        await telegram.star_transactions(0, 100)


@pytest.mark.parametrize(
    "fault",
    [None, BAD_GATEWAY, DROP, SILENCE, BLOCKED, Fault(400, f"Bad Request: /bot{TOKEN.replace(':', '%3A')}/ is bad")],
)
async def test_the_token_is_in_no_error_and_no_line_of_the_log(
    api: TelegramApi, hasty: BotApi, fault: Fault | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    api.faults["sendMessage"] = [fault] if fault else []
    try:
        await hasty.send_message(ANNA, TEXT)
    except (TelegramAway, TelegramRefused) as error:
        told = "".join(traceback.format_exception(error))
        seen: BaseException | None = error
        while seen is not None:
            told += f"{seen!r}{vars(seen)}{vars(getattr(seen, '_request', None) or Fault())}"
            seen = seen.__context__
    assert api.asked, "it was asked with the token"
    assert (fault is None) == (not told)
    assert "sendMessage" in caplog.text + told
    assert TOKEN.partition(":")[2] not in caplog.text + told
    assert "вопрос" not in caplog.text + told


async def test_a_bot_that_is_not_ours_is_away(api: TelegramApi) -> None:
    bot = BotApi(TOKEN[:-1] + "X", url=api.url)
    with pytest.raises(TelegramAway, match="401 Unauthorized"):
        await bot.send_message(ANNA, TEXT)
    await bot.close()


async def test_an_address_may_have_a_path(api: TelegramApi) -> None:
    bot = BotApi(TOKEN, url=f"{api.url}/telegram/")
    api.prefix = "/telegram"
    await bot.send_message(ANNA, TEXT)
    await bot.close()
    assert api.sent == [(ANNA, TEXT)]


async def test_a_proxy_is_used_where_the_environment_names_one(
    api: TelegramApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("no_proxy", "")
    bot = BotApi(TOKEN, url=api.url)
    with pytest.raises(TelegramAway, match="ConnectError"):
        await bot.send_message(ANNA, TEXT)
    await bot.close()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    bot = BotApi(TOKEN, url=api.url)
    await bot.send_message(ANNA, TEXT)
    await bot.close()


async def test_the_container_closes_the_client_that_it_has_opened(api: TelegramApi) -> None:
    container = create_container(
        Settings(database_url="memory://", telegram_bot_token=TOKEN, telegram_api_url=api.url, secret_key="x" * 32)
    )
    bot = container.telegram()
    assert isinstance(bot, BotApi)
    await bot.send_message(ANNA, TEXT)
    await close(container)
    with pytest.raises(RuntimeError, match="closed"):
        await bot.send_message(ANNA, TEXT)
