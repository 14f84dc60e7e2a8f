"""Copying a term over HTTP: what it would make, and making it (spec: schedule)."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, SkipValidation

from atg_core.identity.model import Caller
from atg_core.schedule.term_copy import CopyTerm
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.schedule.term_copy_wire import TermCopyGiven, TermCopyOrder, TermPlanReply
from atg_entrypoints.http.schedule.viewer import viewer_of

_TAGS = ["lessons, recurring"]

CallOf = Request[Caller, Any, Any]
Copies = NamedDependency[SkipValidation[CopyTerm]]


@post(
    "/schedule/term-copies/preview",
    status_code=200,
    policy=TEACHER,
    idempotency_key=False,
    tags=_TAGS,
    summary="What copying a term would make",
    also={404, 409},
)
async def preview_term_copy(request: CallOf, data: JSONBody[TermCopyGiven], copy_term: Copies) -> TermPlanReply:
    """Writes nothing."""
    return TermPlanReply.of(await copy_term.plan(viewer_of(request), data.asked()))


@post("/schedule/term-copies", policy=TEACHER, tags=_TAGS, summary="Copy a term", also={404, 409})
async def add_term_copy(request: CallOf, data: JSONBody[TermCopyOrder], copy_term: Copies) -> TermPlanReply:
    """All or nothing. 409 `term_clashes` where lessons are at the same time as others, with the rules named."""
    made = await copy_term(viewer_of(request), data.asked(), allow_overlap=data.allow_overlap)
    return TermPlanReply.of(made)


HANDLERS: Sequence[BaseRouteHandler] = (preview_term_copy, add_term_copy)
