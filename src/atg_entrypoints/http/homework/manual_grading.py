"""Manual grading of text answers, and the grade history (spec: homework-gradebook, Homework)."""

from collections.abc import Sequence
from typing import Annotated

from litestar import get, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import Meta

from atg_core.homework.manual_grading import GradeAnswers
from atg_entrypoints.http.homework.manual_grading_wire import GradeChangeRow, GradeGiven
from atg_entrypoints.http.homework.queries import Shows
from atg_entrypoints.http.homework.submissions import Pages, submission_id_of, submission_reply
from atg_entrypoints.http.homework.submissions_wire import SubmissionReply
from atg_entrypoints.http.homework.viewer import SignedInRequest, viewer_of
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import Page, to_wire

_TAGS = ["homework, submissions"]

type GradesGiven = Annotated[list[GradeGiven], Meta(max_length=200)]


@put(
    "/submissions/{submission_id:str}/grades",
    policy=TEACHER,
    tags=_TAGS,
    summary="Grade the texts",
    list_of="grades",
    also={409},
)
async def grade_answers(
    request: SignedInRequest,
    submission_id: FromPath[str],
    data: JSONBody[GradesGiven],
    grade_answers: NamedDependency[SkipValidation[GradeAnswers]],
    show_homework: Shows,
) -> SubmissionReply:
    """The submission is graded once every text has a grade. Grades may change later; each change is recorded.

    409 `changed_meanwhile` names each row whose `was` is not the grade that is there, and nothing is changed.
    """
    viewer, key = viewer_of(request), submission_id_of(submission_id)
    await grade_answers(viewer, key, [given.to_input() for given in data])
    return await submission_reply(show_homework, viewer, key)


@get(
    "/submissions/{submission_id:str}/grade-changes",
    policy=TEACHER,
    tags=_TAGS,
    summary="Grade history of a submission",
)
async def list_grade_changes(
    request: SignedInRequest, submission_id: FromPath[str], show_homework: Shows, paging: Pages
) -> Page[GradeChangeRow]:
    """Grades given by teachers, oldest first."""
    found, total = await show_homework.grade_changes(
        viewer_of(request), submission_id_of(submission_id), limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[GradeChangeRow]), total)


HANDLERS: Sequence[BaseRouteHandler] = (grade_answers, list_grade_changes)
