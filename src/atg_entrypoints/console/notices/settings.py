"""How one wants to be told: channels, kinds, quiet hours, and the chat with the bot."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter
from litestar.response import Redirect

from atg_core.errors import Invalid
from atg_core.notices.model import Channel, Recipient
from atg_core.notices.wording import KIND_NAMES
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, checked, form_again, text_of, texts_of
from atg_entrypoints.console.notices.asked import SETTINGS, Asked, Edits, Links
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.notices.wire import LinkingCodeRow, NoticeSettingsChanges, NoticeSettingsRow
from atg_entrypoints.http.policy import SIGNED_IN

_PAGE = "notices/settings"
_DONE = {"saved": phrase("Saved"), "unlinked": phrase("Nothing is sent by Telegram any longer")}
_SWITCHES = ("email_notifications", "push_notifications", "weekly_report")
DoneQuery = Annotated[str, QueryParameter(max_length=20)]


@get("/notices/settings", policy=SIGNED_IN)
async def show_settings(request: Asked, edit_notice_settings: Edits, done: DoneQuery = "") -> Response[str]:
    recipient = await edit_notice_settings.show(request.user.id)
    return page(request, _PAGE, {**_values(recipient), **CLEAN, "done": _DONE.get(done)})


@post("/notices/settings", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def change_settings(request: Asked, data: Form, edit_notice_settings: Edits) -> Response[Any]:
    """What the page does not show is not changed: the kinds that were on it are sent along."""
    wanted, quiet = set(texts_of(data, "wanted")), text_of(data, "is_quiet") == "on"
    given = {
        **{name: text_of(data, name) == "on" for name in _SWITCHES},
        "quiet_hours": {"start": text_of(data, "start"), "end": text_of(data, "end")} if quiet else None,
        "kinds": [
            {"kind": kind, **{channel.value: f"{kind}-{channel}" in wanted for channel in Channel}}
            for kind in texts_of(data, "kind")
        ],
    }
    try:
        change = checked(NoticeSettingsChanges, given).change()
    except Invalid as error:
        recipient = await edit_notice_settings.show(request.user.id)
        return form_again(request, _PAGE, {**_values(recipient), "given": given, "done": None}, error)
    await edit_notice_settings.change(request.user.id, change)
    return led_to(f"{SETTINGS}?done=saved")


@post("/notices/settings/telegram", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def make_code(request: Asked, edit_notice_settings: Edits, link_telegram: Links) -> Response[str]:
    """The page once more, with a code for the bot."""
    name = request.app.state["container"].settings().telegram_bot_name
    made = LinkingCodeRow.of(await link_telegram.make_code(request.user.id), name)
    recipient = await edit_notice_settings.show(request.user.id)
    return page(request, _PAGE, {**_values(recipient), **CLEAN, "done": None, "code": made, "bot": name})


@post("/notices/settings/telegram/unlink", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def unlink(request: Asked, link_telegram: Links) -> Redirect:
    await link_telegram.unlink(request.user.id)
    return led_to(f"{SETTINGS}?done=unlinked")


def _values(recipient: Recipient) -> dict[str, Any]:
    row = NoticeSettingsRow.of(recipient)
    hours = row.quiet_hours
    given = {
        **{name: getattr(row, name) for name in _SWITCHES},
        "quiet_hours": {"start": hours.start, "end": hours.end} if hours else None,
        "kinds": [{"kind": each.kind, "mail": each.mail, "telegram": each.telegram} for each in row.kinds],
    }
    return {
        "given": given,
        "names": KIND_NAMES,
        "is_linked": row.is_telegram_linked,
        "has_email": recipient.email is not None,
        "code": None,
        "bot": "",
    }


HANDLERS: Sequence[BaseRouteHandler] = (show_settings, change_settings, make_code, unlink)
