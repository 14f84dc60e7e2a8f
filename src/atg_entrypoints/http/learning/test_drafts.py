"""What was answered of a test so far, kept until it is submitted."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import Meta, Struct

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.grading import TestKind, TestRef
from atg_core.learning.test_attempts import KeepDraft, TestNotFound
from atg_entrypoints.http.learning.test_attempts import AnswerGiven, AttemptRow
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import serial_or, to_wire

_TAGS = ["tests"]

CallerRequest = Request[Caller, AccessClaims, Any]
Keeps = NamedDependency[SkipValidation[KeepDraft]]


class DraftGiven(Struct, frozen=True, kw_only=True):
    """Questions that are not named stay as they are; one without options is not answered any more."""

    answers: Annotated[list[AnswerGiven], Meta(max_length=10_000)]


async def _kept(
    request: CallerRequest, data: DraftGiven, keep: KeepDraft, kind: TestKind, parent_id: str
) -> AttemptRow:
    answers = [(answer.question_id, answer.option_ids) for answer in data.answers]
    of = TestRef(kind=kind, parent_id=serial_or(TestNotFound, parent_id))
    return to_wire(await keep(request.user.id, of, answers), AttemptRow)


@put(
    "/lessons/{lesson_id:str}/test/attempts/draft",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Keep what was answered so far of the test of a lesson",
    also={409},
)
async def keep_lesson_test(
    request: CallerRequest, lesson_id: FromPath[str], data: JSONBody[DraftGiven], keep_draft: Keeps
) -> AttemptRow:
    """Of the running attempt, until it is submitted: to go on after a break, on any device."""
    return await _kept(request, data, keep_draft, TestKind.LESSON, lesson_id)


@put(
    "/programs/{program_id:str}/final-test/attempts/draft",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Keep what was answered so far of a final test",
    also={409},
)
async def keep_final_test(
    request: CallerRequest, program_id: FromPath[str], data: JSONBody[DraftGiven], keep_draft: Keeps
) -> AttemptRow:
    """As that of a lesson."""
    return await _kept(request, data, keep_draft, TestKind.FINAL, program_id)


HANDLERS: Sequence[BaseRouteHandler] = (keep_lesson_test, keep_final_test)
