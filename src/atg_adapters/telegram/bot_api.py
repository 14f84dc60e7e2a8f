"""Telegram's Bot API over HTTP (core.telegram.org/bots/api)."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
from msgspec import Raw, Struct

from atg_adapters.proxies import proxy_to
from atg_core.telegram.model import StarTransaction, TelegramAway, TelegramBlocked, TelegramRefused, checked_text

_SECONDS = 10.0
_REFUNDED = "CHARGE_ALREADY_REFUNDED"
_NOT_OUR_TOKEN = {401, 404}
_BLOCKED = 403
_TOO_MANY = 429
_MAX_TOLD = 200
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class Parameters(Struct, frozen=True):
    retry_after: int | None = None


class Answer(Struct, frozen=True):
    """The envelope of every reply."""

    ok: bool
    result: Raw = Raw(b"null")
    error_code: int | None = None
    description: str = ""
    parameters: Parameters = Parameters()


class User(Struct, frozen=True):
    id: int


class Partner(Struct, frozen=True):
    """The other party of a transaction; `user`: None if it is no user."""

    user: User | None = None
    invoice_payload: str | None = None


class Transaction(Struct, frozen=True):
    id: str
    amount: int
    date: int
    source: Partner | None = None
    receiver: Partner | None = None

    def to_star_transaction(self) -> StarTransaction:
        other = self.source or self.receiver or Partner()
        return StarTransaction(
            id=self.id,
            amount=self.amount,
            date=datetime.fromtimestamp(self.date, UTC),
            telegram_id=other.user.id if other.user else None,
            payload=other.invoice_payload,
            is_incoming=self.source is not None,
        )


class Transactions(Struct, frozen=True):
    transactions: list[Transaction]


class BotApi:
    """`Telegram` by the Bot API; `seconds`: the timeout of a request, shorter than the lease of a job.

    A wrong token raises TelegramAway, since it concerns all messages; so do replies that are not Telegram's, such as
    a proxy's error page.
    """

    def __init__(self, token: str, *, url: str = "https://api.telegram.org", seconds: float = _SECONDS) -> None:
        self._secret, self._seconds = token.rpartition(":")[2], seconds
        transport = _WithToken(token, proxy=proxy_to(url))
        # Waiting for a connection ends before the request as a whole does: then nothing was sent.
        timeout = httpx.Timeout(seconds, connect=seconds / 2, pool=seconds / 2)
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout, transport=transport)

    async def send_message(self, chat_id: int, text: str) -> None:
        """`Telegram.send_message`."""
        await self._call("sendMessage", chat_id=chat_id, text=checked_text(text))

    async def refund_stars(self, telegram_id: int, charge_id: str) -> None:
        """`Telegram.refund_stars`."""
        try:
            await self._call("refundStarPayment", user_id=telegram_id, telegram_payment_charge_id=charge_id)
        except TelegramRefused as refused:
            if _REFUNDED not in str(refused):
                raise

    async def star_transactions(self, offset: int, limit: int) -> list[StarTransaction]:
        """`Telegram.star_transactions`."""
        told = await self._call("getStarTransactions", offset=offset, limit=limit)
        try:
            return [each.to_star_transaction() for each in msgspec.json.decode(told, type=Transactions).transactions]
        except (msgspec.MsgspecError, ValueError, OverflowError):
            raise TelegramAway("getStarTransactions: answers what we do not know") from None

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _call(self, method: str, **arguments: Any) -> Raw:
        content, headers = msgspec.json.encode(arguments), {"Content-Type": "application/json"}
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._client.post(f"/{method}", content=content, headers=headers)
        except TimeoutError:
            raise TelegramAway(f"{method}: no answer within {self._seconds:g} seconds") from None
        except httpx.HTTPError as error:
            not_sent = isinstance(error, _NOT_SENT)
            raise TelegramAway(f"{method}: {type(error).__name__}", may_have_arrived=not not_sent) from None
        return self._result(method, response)

    def _result(self, method: str, response: httpx.Response) -> Raw:
        try:
            answer = msgspec.json.decode(response.content, type=Answer)
        except msgspec.MsgspecError:
            raise TelegramAway(f"{method}: {response.status_code}, and not in Telegram's words") from None
        if answer.ok:
            return answer.result
        code = answer.error_code or response.status_code
        told = f"{method}: {code} {answer.description.replace(self._secret, '…')[:_MAX_TOLD]}"
        if code == _BLOCKED:
            raise TelegramBlocked(told)
        if 400 <= code < 500 and code != _TOO_MANY and code not in _NOT_OUR_TOKEN:
            raise TelegramRefused(told)
        may_have_arrived = not 400 <= code < 500
        raise TelegramAway(told, retry_after=answer.parameters.retry_after, may_have_arrived=may_have_arrived)


class _WithToken(httpx.AsyncHTTPTransport):
    """Adds the token to the URL below httpx, which logs URLs and keeps them in its errors."""

    def __init__(self, token: str, *, proxy: str | None) -> None:
        super().__init__(proxy=proxy)
        self._token = token

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path, _, method = request.url.path.rpartition("/")
        told = httpx.Request(
            request.method,
            request.url.copy_with(path=f"{path}/bot{self._token}/{method}"),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await super().handle_async_request(told)
