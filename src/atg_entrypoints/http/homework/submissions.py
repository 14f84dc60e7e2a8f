"""Submissions: drafts, answers, submitting (spec: homework-gradebook, Homework)."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import Meta

from atg_core.homework.model import SubmissionStatus, Viewer
from atg_core.homework.ports import SubmissionNotFound
from atg_core.homework.queries import ShowHomework
from atg_core.homework.submissions import OpenDraft, SubmitHomework
from atg_entrypoints.http.homework.queries import Shows, homework_id_of
from atg_entrypoints.http.homework.submissions_wire import HomeworkAnswerGiven, SubmissionReply, SubmissionRow
from atg_entrypoints.http.homework.viewer import SignedInRequest, viewer_of
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Page, Paging, serial_or, to_wire

_TAGS = ["homework, submissions"]

Submits = NamedDependency[SkipValidation[SubmitHomework]]
Pages = NamedDependency[SkipValidation[Paging]]

type AnswersGiven = Annotated[list[HomeworkAnswerGiven], Meta(max_length=200)]


def submission_id_of(text: str) -> int:
    """Raises SubmissionNotFound."""
    return serial_or(SubmissionNotFound, text)


async def submission_reply(show: ShowHomework, viewer: Viewer, submission_id: int) -> SubmissionReply:
    return SubmissionReply.of(await show.submission(viewer, submission_id))


@get("/homework/{homework_id:str}/submissions", policy=SIGNED_IN, tags=_TAGS, summary="Submissions of homework")
async def list_submissions(
    *,
    request: SignedInRequest,
    homework_id: FromPath[str],
    show_homework: Shows,
    paging: Pages,
    status: Annotated[SubmissionStatus | None, QueryParameter(name="status")] = None,
    student_id: Annotated[UUID | None, QueryParameter(name="student_id")] = None,
) -> Page[SubmissionRow]:
    """Students see their own."""
    found, total = await show_homework.submissions(
        viewer_of(request),
        homework_id_of(homework_id),
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
    summary="Open a draft",
    also={403, 409},
)
async def open_draft(
    request: SignedInRequest,
    homework_id: FromPath[str],
    open_draft: NamedDependency[SkipValidation[OpenDraft]],
    show_homework: Shows,
) -> Response[SubmissionReply]:
    """201 with a new draft, or 200 with the existing one."""
    viewer = viewer_of(request)
    submission_id, made = await open_draft(viewer, homework_id_of(homework_id))
    return Response(await submission_reply(show_homework, viewer, submission_id), status_code=201 if made else 200)


@get("/submissions/{submission_id:str}", policy=SIGNED_IN, tags=_TAGS, summary="A submission with its answers")
async def show_submission(
    request: SignedInRequest, submission_id: FromPath[str], show_homework: Shows
) -> SubmissionReply:
    return await submission_reply(show_homework, viewer_of(request), submission_id_of(submission_id))


@put(
    "/submissions/{submission_id:str}/answers",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Save answers of a draft",
    list_of="answers",
    also={403, 409},
)
async def save_answers(
    request: SignedInRequest,
    submission_id: FromPath[str],
    data: JSONBody[AnswersGiven],
    submit_homework: Submits,
    show_homework: Shows,
) -> SubmissionReply:
    """Replaces the answers to the same questions; the other answers stay."""
    viewer, key = viewer_of(request), submission_id_of(submission_id)
    await submit_homework.save_answers(viewer, key, [answer.to_input() for answer in data])
    return await submission_reply(show_homework, viewer, key)


@post(
    "/submissions/{submission_id:str}/submit",
    status_code=200,
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Submit a draft",
    also={403, 409},
)
async def submit(
    request: SignedInRequest, submission_id: FromPath[str], submit_homework: Submits, show_homework: Shows
) -> SubmissionReply:
    """Choice questions are graded at once, texts by the teacher. Idempotent."""
    viewer, key = viewer_of(request), submission_id_of(submission_id)
    await submit_homework.submit(viewer, key)
    return await submission_reply(show_homework, viewer, key)


HANDLERS: Sequence[BaseRouteHandler] = (
    list_submissions,
    open_draft,
    show_submission,
    save_answers,
    submit,
)
