"""The page of a local room, where links of the provider `local` lead."""

from collections.abc import Sequence
from html import escape
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation

from atg_core.conferencing.local_rooms import LocalRooms
from atg_core.conferencing.ports import ConferencingQueries
from atg_entrypoints.http.policy import PUBLIC

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body {{ font: 1.1rem/1.5 sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }}</style>
<h1>{title}</h1>
<p>{state}</p>
<p>{role}</p>
</html>
"""
_TAGS = ["lessons, live"]

Reads = NamedDependency[SkipValidation[ConferencingQueries]]


@get("/meet", policy=PUBLIC, tags=_TAGS, summary="A room on this server", media_type="text/html", also={400, 404})
async def show_room(
    local_rooms: NamedDependency[SkipValidation[LocalRooms]],
    conferencing_queries: Reads,
    token: Annotated[str, QueryParameter(name="token", max_length=200)] = "",
) -> Response[str]:
    """The page that links of the provider `local` lead to; the token carries the role."""
    meeting_id, is_host = local_rooms.verify(token)
    lesson, is_on = await conferencing_queries.meeting_lesson(meeting_id)
    page = _PAGE.format(
        title=escape(lesson.title),
        state="This lesson is live." if is_on else "This lesson is over.",
        role="You are its host." if is_host else "You are its guest.",
    )
    return Response(page, media_type="text/html", headers=_HEADERS)


HANDLERS: Sequence[BaseRouteHandler] = (show_room,)
