"""The list of notices, the number of unread ones in the frame of every page, and reading them."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation
from litestar.response import Redirect

from atg_core.errors import NotFound
from atg_core.notices.reading import ReadNotices
from atg_core.notices.wording import NoticeWords
from atg_entrypoints.console.forms import Form, own_path, text_of
from atg_entrypoints.console.notices.asked import LIST, Asked, Queries
from atg_entrypoints.console.pages import language_for, led_to, page
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.time_zone import zone_of_reader
from atg_entrypoints.http.wire import Paging, serial_or

Reads = NamedDependency[SkipValidation[ReadNotices]]
_SIZE = 30


@get("/notices", policy=SIGNED_IN)
async def show_notices(
    request: Asked,
    notice_queries: Queries,
    unread: Annotated[bool, QueryParameter(name="unread")] = False,
    number: Annotated[int, QueryParameter(name="page", ge=1, le=100_000)] = 1,
) -> Response[str]:
    container = request.app.state["container"]
    paging = Paging(page=number, size=_SIZE)
    found, total = await notice_queries.listed(request.user.id, unread=unread, limit=paging.size, offset=paging.offset)
    words = NoticeWords(container.words(), language_for(request), zone_of_reader(request))
    shown = paging.of([(each, words.of(each)) for each in found], total)
    has_unread = any(each.read_at is None for each in found)
    return page(request, "notices/list", {"found": shown, "unread": unread, "has_unread": has_unread})


@get("/notices/unread", policy=SIGNED_IN)
async def show_unread_count(request: Asked, notice_queries: Queries) -> Response[str]:
    """A part of the frame."""
    return page(request, "notices/unread", {"unread": await notice_queries.unread_count(request.user.id)})


@post("/notices/read", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def read_all(request: Asked, read_notices: Reads) -> Redirect:
    await read_notices(request.user.id, None)
    return led_to(LIST)


@post("/notices/{notice_id:str}/read", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def read_one(request: Asked, data: Form, notice_id: FromPath[str], read_notices: Reads) -> Redirect:
    """And leads to what it is about."""
    await read_notices(request.user.id, [serial_or(NotFound, notice_id)])
    return led_to(own_path(text_of(data, "path"), LIST))


HANDLERS: Sequence[BaseRouteHandler] = (show_notices, show_unread_count, read_all, read_one)
