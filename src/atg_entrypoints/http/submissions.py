"""What students hand in, and how teachers grade it."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import Meta

from atg_core.homework.marking import GradeAnswers
from atg_core.homework.model import SubmissionStatus, Viewer
from atg_core.homework.ports import SubmissionNotFound
from atg_core.homework.showing import ShowHomework
from atg_core.homework.submitting import HandIn, OpenDraft
from atg_entrypoints.http.homework import CallOf, Shows, homework_number, viewer_of
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.submissions_wire import (
    GradeChangeRow,
    GradeGiven,
    HomeworkAnswerGiven,
    SubmissionReply,
    SubmissionRow,
)
from atg_entrypoints.http.wire import Page, Paging, serial_or, to_wire

_TAGS = ["homework, submissions"]

HandsIn = NamedDependency[SkipValidation[HandIn]]
Pages = NamedDependency[SkipValidation[Paging]]


def _number(text: str) -> int:
    """Raises SubmissionNotFound."""
    return serial_or(SubmissionNotFound, text)


async def _shown(show: ShowHomework, viewer: Viewer, submission_id: int) -> SubmissionReply:
    return SubmissionReply.of(*await show.submission(viewer, submission_id))


@get("/homework/{homework_id:str}/submissions", policy=SIGNED_IN, tags=_TAGS, summary="What was handed in")
async def list_submissions(
    *,
    request: CallOf,
    homework_id: FromPath[str],
    show_homework: Shows,
    paging: Pages,
    status: Annotated[SubmissionStatus | None, QueryParameter(name="status")] = None,
    student_id: Annotated[UUID | None, QueryParameter(name="student_id")] = None,
) -> Page[SubmissionRow]:
    """A student sees their own."""
    found, total = await show_homework.submissions(
        viewer_of(request),
        homework_number(homework_id),
        status=status,
        student_id=student_id,
        limit=paging.size,
        offset=paging.offset,
    )
    return paging.of(to_wire(found, list[SubmissionRow]), total)


@post(
    "/homework/{homework_id:str}/submissions",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Begin an attempt, or go on with it",
    also={403, 409},
)
async def open_draft(
    request: CallOf,
    homework_id: FromPath[str],
    open_draft: NamedDependency[SkipValidation[OpenDraft]],
    show_homework: Shows,
) -> Response[SubmissionReply]:
    """201 with a new draft, or 200 with the one that there is."""
    viewer = viewer_of(request)
    submission_id, made = await open_draft(viewer, homework_number(homework_id))
    return Response(await _shown(show_homework, viewer, submission_id), status_code=201 if made else 200)


@get("/submissions/{submission_id:str}", policy=SIGNED_IN, tags=_TAGS, summary="A submission with its answers")
async def show_submission(request: CallOf, submission_id: FromPath[str], show_homework: Shows) -> SubmissionReply:
    return await _shown(show_homework, viewer_of(request), _number(submission_id))


@put(
    "/submissions/{submission_id:str}/answers",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Save answers of a draft",
    list_of="answers",
    also={403, 409},
)
async def save_answers(
    request: CallOf,
    submission_id: FromPath[str],
    data: JSONBody[Annotated[list[HomeworkAnswerGiven], Meta(max_length=200)]],
    hand_in: HandsIn,
    show_homework: Shows,
) -> SubmissionReply:
    """Each in place of the answer that there is to its question; those to other questions stay."""
    viewer, key = viewer_of(request), _number(submission_id)
    await hand_in.save(viewer, key, [answer.given for answer in data])
    return await _shown(show_homework, viewer, key)


@post(
    "/submissions/{submission_id:str}/submit",
    status_code=200,
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Hand in a draft",
    also={403, 409},
)
async def submit(
    request: CallOf, submission_id: FromPath[str], hand_in: HandsIn, show_homework: Shows
) -> SubmissionReply:
    """Choice questions are graded at once, texts by the teacher. What was handed in stays as it is."""
    viewer, key = viewer_of(request), _number(submission_id)
    await hand_in.submit(viewer, key)
    return await _shown(show_homework, viewer, key)


@put(
    "/submissions/{submission_id:str}/grades",
    policy=TEACHER,
    tags=_TAGS,
    summary="Grade the texts",
    list_of="grades",
    also={409},
)
async def grade_answers(
    request: CallOf,
    submission_id: FromPath[str],
    data: JSONBody[Annotated[list[GradeGiven], Meta(max_length=200)]],
    grade_answers: NamedDependency[SkipValidation[GradeAnswers]],
    show_homework: Shows,
) -> SubmissionReply:
    """Once every text has its grade the submission is graded. Grades may change after that; each change is kept."""
    viewer, key = viewer_of(request), _number(submission_id)
    await grade_answers(viewer, key, [given.mark for given in data])
    return await _shown(show_homework, viewer, key)


@get(
    "/submissions/{submission_id:str}/grade-changes",
    policy=TEACHER,
    tags=_TAGS,
    summary="How the grades of a submission came about",
)
async def list_grade_changes(
    request: CallOf, submission_id: FromPath[str], show_homework: Shows, paging: Pages
) -> Page[GradeChangeRow]:
    """What teachers gave, oldest first; choice questions are graded by the rules."""
    found, total = await show_homework.grade_changes(
        viewer_of(request), _number(submission_id), limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[GradeChangeRow]), total)


HANDLERS: Sequence[BaseRouteHandler] = (
    list_submissions,
    open_draft,
    show_submission,
    save_answers,
    submit,
    grade_answers,
    list_grade_changes,
)
