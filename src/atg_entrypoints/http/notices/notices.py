"""Reading one's notices over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, get, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, QueryParameter, SkipValidation

from atg_core.identity.model import Caller
from atg_core.notices.ports import NoticeQueries
from atg_core.notices.reading import ReadNotices
from atg_core.notices.wording import NoticeWords
from atg_core.words import Language, Words
from atg_entrypoints.http.notices.wire import NoticePage, NoticeRow, ReadMarks, Unread
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.time_zone import zone_of_reader
from atg_entrypoints.http.wire import Paging

_TAGS = ["notices"]

CallOf = Request[Caller, Any, Any]


@get("/notices", policy=SIGNED_IN, tags=_TAGS, summary="Notices of the caller", also={400})
async def list_notices(
    *,
    request: CallOf,
    notice_queries: NamedDependency[SkipValidation[NoticeQueries]],
    words: NamedDependency[SkipValidation[Words]],
    paging: NamedDependency[SkipValidation[Paging]],
    unread: Annotated[bool, QueryParameter(name="unread", description="Unread ones alone")] = False,
) -> NoticePage:
    """Newest first."""
    user = request.user
    found, total = await notice_queries.listed(user.id, unread=unread, limit=paging.size, offset=paging.offset)
    count = total if unread else await notice_queries.unread_count(user.id)
    said = NoticeWords(words, Language.of(user.language) or Language.RU, zone_of_reader(request))
    page = paging.of([NoticeRow.of(each, said) for each in found], total)
    return NoticePage(
        items=page.items, total=page.total, page=page.page, size=page.size, pages=page.pages, unread=count
    )


@put("/notices/read", policy=SIGNED_IN, tags=_TAGS, summary="Mark notices as read")
async def mark_notices_read(
    request: CallOf, data: JSONBody[ReadMarks], read_notices: NamedDependency[SkipValidation[ReadNotices]]
) -> Unread:
    """Idempotent: when a notice was read first is kept."""
    return Unread(unread=await read_notices(request.user.id, data.notice_ids))


HANDLERS: Sequence[BaseRouteHandler] = (list_notices, mark_notices_read)
