"""How one wants to be told, over HTTP."""

from collections.abc import Sequence

from litestar import get, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, SkipValidation

from atg_core.notices.settings import EditNoticeSettings
from atg_entrypoints.http.notices.notices import CallOf
from atg_entrypoints.http.notices.wire import NoticeSettingsChanges, NoticeSettingsRow
from atg_entrypoints.http.policy import SIGNED_IN

_TAGS = ["notices"]

Edits = NamedDependency[SkipValidation[EditNoticeSettings]]


@get("/notices/settings", policy=SIGNED_IN, tags=_TAGS, summary="How the caller is told")
async def show_notice_settings(request: CallOf, edit_notice_settings: Edits) -> NoticeSettingsRow:
    """The list of notices has all kinds; these are the choices of what is sent beside it."""
    return NoticeSettingsRow.of(await edit_notice_settings.show(request.user.id))


@put("/notices/settings", policy=SIGNED_IN, tags=_TAGS, summary="Choose how to be told")
async def change_notice_settings(
    request: CallOf, data: JSONBody[NoticeSettingsChanges], edit_notice_settings: Edits
) -> NoticeSettingsRow:
    return NoticeSettingsRow.of(await edit_notice_settings.change(request.user.id, data.change()))


HANDLERS: Sequence[BaseRouteHandler] = (show_notice_settings, change_notice_settings)
