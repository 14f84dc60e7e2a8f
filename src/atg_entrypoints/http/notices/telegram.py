"""Linking one's chat with the bot, over HTTP."""

from collections.abc import Sequence

from litestar import delete, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, SkipValidation

from atg_core.notices.telegram_links import LinkTelegram
from atg_entrypoints.http.notices.notices import CallOf
from atg_entrypoints.http.notices.wire import Linked, LinkingCodeRow, TelegramLink
from atg_entrypoints.http.policy import SERVICE, SIGNED_IN
from atg_entrypoints.settings import Settings

_TAGS = ["notices"]

Links = NamedDependency[SkipValidation[LinkTelegram]]


@post("/notices/telegram/code", policy=SIGNED_IN, tags=_TAGS, summary="A code that links the caller's Telegram")
async def make_linking_code(
    request: CallOf, link_telegram: Links, settings: NamedDependency[SkipValidation[Settings]]
) -> LinkingCodeRow:
    """It works once, for 15 minutes: sent to the bot as `/start CODE`."""
    return LinkingCodeRow.of(await link_telegram.make_code(request.user.id), settings.telegram_bot_name)


@delete("/notices/telegram", policy=SIGNED_IN, tags=_TAGS, summary="Send the caller nothing by Telegram any longer")
async def unlink_my_telegram(request: CallOf, link_telegram: Links) -> None:
    await link_telegram.unlink(request.user.id)


@post(
    "/notices/telegram/links",
    status_code=200,
    policy=SERVICE,
    tags=_TAGS,
    summary="Link who has sent a code to the bot",
    also={404},
)
async def link_telegram_account(data: JSONBody[TelegramLink], link_telegram: Links) -> Linked:
    """For a bot that receives its updates itself; the webhook does the same."""
    await link_telegram.link(data.code, data.telegram_id)
    return Linked()


HANDLERS: Sequence[BaseRouteHandler] = (make_linking_code, unlink_my_telegram, link_telegram_account)
