"""Handing a group over to another teacher, by an administrator."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.errors import Invalid
from atg_core.identity.model import Role, UserQuery
from atg_core.identity.ports import Callers
from atg_core.schedule.model import Group
from atg_core.schedule.ports import GroupNotFound
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.schedule.group import address_of, taught_group
from atg_entrypoints.console.schedule.groups import Asked, Edits, Pages, Reads, WordsQuery
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.schedule.groups_wire import GroupChanges
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.wire import present_fields, serial_or

_PAGE = "schedule/handover"
_NOBODY_CHOSEN = phrase("Choose a teacher")

People = NamedDependency[SkipValidation[Callers]]


@get("/groups/{group_id:str}/teacher", policy=ADMIN)
async def choose_teacher(
    *,
    request: Asked,
    group_id: FromPath[str],
    schedule_queries: Reads,
    callers: People,
    paging: Pages,
    q: WordsQuery = "",
) -> Response[str]:
    """Teachers by a part of the name, and what goes along with the group."""
    group = await taught_group(request, serial_or(GroupNotFound, group_id), schedule_queries)
    return page(request, _PAGE, {**await _choice(group, callers, paging, q), **CLEAN})


async def _choice(group: Group, callers: Callers, paging: Pages, words: str) -> dict[str, Any]:
    query = UserQuery(q=words.strip() or None, role=Role.TEACHER, is_active=True)
    found, total = await callers.users(query, limit=paging.size, offset=paging.offset)
    return {"group": group, "found": paging.of([account.user for account in found], total), "q": words.strip()}


@post("/groups/{group_id:str}/teacher", policy=ADMIN, status_code=HTTPStatus.OK)
async def hand_over(
    *,
    request: Asked,
    group_id: FromPath[str],
    data: Form,
    edit_groups: Edits,
    schedule_queries: Reads,
    callers: People,
    paging: Pages,
) -> Response[Any]:
    group = await taught_group(request, serial_or(GroupNotFound, group_id), schedule_queries)
    teacher = text_of(data, "teacher_id")
    try:
        if not teacher:
            raise Invalid(_NOBODY_CHOSEN, field="teacher_id", code="required")
        changes = present_fields(checked(GroupChanges, {"teacher_id": teacher}))
        await edit_groups.change(viewer_of(request), group.id, changes)
    except Refusals as error:
        return form_again(request, _PAGE, await _choice(group, callers, paging, text_of(data, "q")), error)
    return led_to(f"{address_of(group.id)}?done=given")


HANDLERS: Sequence[BaseRouteHandler] = (choose_teacher, hand_over)
