"""A student's sheet: begun, kept as one writes, answered by files too, looked over and handed in."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.homework.answer_files import MAX_FILE_BYTES, MAX_FILES
from atg_core.homework.model import AnswerFile, Question, SubmissionClosed, SubmissionStatus
from atg_core.homework.ports import AnswerFileNotFound, SubmissionView
from atg_core.homework.queries import HomeworkDetails, SubmissionDetails
from atg_core.homework.submissions import OpenDraft
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, text_of, texts_of
from atg_entrypoints.console.homework.asked import HOMEWORK, Asked, Shows, Submits, Tells, in_zone
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.handlers import MAX_BODY_BYTES
from atg_entrypoints.http.homework.answer_files import Answers, take_file
from atg_entrypoints.http.homework.queries import homework_id_of
from atg_entrypoints.http.homework.submissions import submission_id_of
from atg_entrypoints.http.homework.submissions_wire import HomeworkAnswerGiven
from atg_entrypoints.http.homework.viewer import viewer_of
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import uuid_or

_MOST_ATTEMPTS = 100


async def sheet(request: Asked, show: Shows, details: HomeworkDetails, now: datetime) -> Response[str]:
    """The draft, the result, or what there is to begin."""
    values = await _values(request, show, details, now)
    return page(request, f"homework/{values['state']}", {**values, **CLEAN})


async def earlier_attempt(
    request: Asked, show: Shows, details: HomeworkDetails, whole: SubmissionDetails, now: datetime
) -> Response[str]:
    """The result of an attempt that is not the latest one."""
    values = await _values(request, show, details, now)
    shown = {"submission": whole.submission, **answers_by_question(details.questions, whole), "may_begin": False}
    return page(request, "homework/result", {**values, **shown, **CLEAN})


async def _values(request: Asked, show: Shows, details: HomeworkDetails, now: datetime) -> dict[str, Any]:
    """`attempts`: all of them, if there are several."""
    viewer, homework, latest = viewer_of(request), details.homework, details.submission
    whole = await show.submission(viewer, latest.id) if latest else None
    attempts: list[SubmissionView] = []
    if latest and latest.attempt > 1:
        attempts, _ = await show.submissions(
            viewer, homework.id, status=None, student_id=None, limit=_MOST_ATTEMPTS, offset=0
        )
    is_draft = latest is not None and latest.status is SubmissionStatus.DRAFT
    is_open = not homework.is_closed(now)
    used = latest.attempt if latest else 0
    return {
        "homework": homework,
        "details": details,
        "submission": latest,
        "attempts": attempts,
        **answers_by_question(details.questions, whole),
        "state": "sheet" if is_draft and is_open else "result" if latest else "begin",
        "may_begin": is_open and not is_draft and not homework.is_exhausted(used),
        "left": None if homework.max_attempts is None else max(0, homework.max_attempts - used),
        "now": now,
        "most_files": MAX_FILES,
        "most_megabytes": MAX_FILE_BYTES // 1024**2,
        **in_zone(request),
    }


def answers_by_question(questions: Sequence[Question], whole: SubmissionDetails | None) -> dict[str, Any]:
    """Answers and files, by question."""
    files: dict[int, list[AnswerFile]] = {question.id: [] for question in questions}
    for file in whole.files if whole else ():
        files[file.question_id].append(file)
    answers = {answer.question_id: answer for answer in whole.answers} if whole else {}
    return {"answers": answers, "files": files}


@post("/homework/{homework_id:str}/begin", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def begin_here(
    request: Asked, homework_id: FromPath[str], open_draft: NamedDependency[SkipValidation[OpenDraft]]
) -> Response[Any]:
    key = homework_id_of(homework_id)
    await open_draft(viewer_of(request), key)
    return led_to(f"{HOMEWORK}/{key}")


@post("/homework/{homework_id:str}", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def save_sheet(
    *,
    request: Asked,
    data: Form,
    homework_id: FromPath[str],
    show_homework: Shows,
    submit_homework: Submits,
    clock: Tells,
) -> Response[Any]:
    """Keeps all answers of the form; `review` goes on to handing in."""
    details = await show_homework(viewer_of(request), homework_id_of(homework_id))
    draft = _draft_of(details)
    try:
        given = [checked(HomeworkAnswerGiven, _answer(data, each)) for each in details.questions]
        await submit_homework.save_answers(viewer_of(request), draft.id, [each.to_input() for each in given])
    except Refusals as error:
        values = await _values(request, show_homework, details, clock())
        return form_again(request, f"homework/{values['state']}", values, error)
    path = f"{HOMEWORK}/{details.homework.id}"
    return led_to(f"{path}/hand-in" if text_of(data, "do") == "review" else path)


def _answer(data: dict[str, str | list[str]], question: Question) -> dict[str, Any]:
    if question.is_text:
        return {"question_id": question.id, "text": text_of(data, f"text-{question.id}").replace("\r\n", "\n")}
    chosen = [int(each) for each in texts_of(data, f"choice-{question.id}") if each.isascii() and each.isdigit()]
    return {"question_id": question.id, "choice_ids": chosen}


def _draft_of(details: HomeworkDetails) -> SubmissionView:
    """Raises SubmissionClosed where there is none."""
    if details.submission is None or details.submission.status is not SubmissionStatus.DRAFT:
        raise SubmissionClosed
    return details.submission


@get("/homework/{homework_id:str}/hand-in", policy=SIGNED_IN)
async def show_review(request: Asked, homework_id: FromPath[str], show_homework: Shows, clock: Tells) -> Response[Any]:
    """What is answered, before it can not be changed any more."""
    details = await show_homework(viewer_of(request), homework_id_of(homework_id))
    values = await _values(request, show_homework, details, clock())
    if values["state"] != "sheet":
        return led_to(f"{HOMEWORK}/{details.homework.id}")
    return page(request, "homework/review", values)


@post("/homework/{homework_id:str}/hand-in", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def hand_in_here(
    request: Asked, homework_id: FromPath[str], show_homework: Shows, submit_homework: Submits
) -> Response[Any]:
    details = await show_homework(viewer_of(request), homework_id_of(homework_id))
    await submit_homework.submit(viewer_of(request), _draft_of(details).id)
    return led_to(f"{HOMEWORK}/{details.homework.id}")


@post(
    "/submissions/{submission_id:str}/files",
    policy=SIGNED_IN,
    status_code=HTTPStatus.OK,
    request_max_body_size=MAX_FILE_BYTES + MAX_BODY_BYTES,
)
async def add_file_here(
    *, request: Asked, submission_id: FromPath[str], answer_by_files: Answers, show_homework: Shows, clock: Tells
) -> Response[Any]:
    """Without a script."""
    viewer, key = viewer_of(request), submission_id_of(submission_id)
    found = await show_homework.submission(viewer, key)
    of = found.submission.homework_id
    try:
        await take_file(request, answer_by_files, key)
    except Refusals as error:
        details = await show_homework(viewer, of)
        values = await _values(request, show_homework, details, clock())
        return form_again(request, f"homework/{values['state']}", {**values, "back": f"{HOMEWORK}/{of}"}, error)
    return led_to(f"{HOMEWORK}/{of}")


@post("/submissions/{submission_id:str}/files/{file_id:str}/remove", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def remove_file_here(
    request: Asked,
    submission_id: FromPath[str],
    file_id: FromPath[str],
    answer_by_files: Answers,
    show_homework: Shows,
) -> Response[Any]:
    viewer, key = viewer_of(request), submission_id_of(submission_id)
    found = await show_homework.submission(viewer, key)
    await answer_by_files.remove(viewer, key, uuid_or(AnswerFileNotFound, file_id))
    return led_to(f"{HOMEWORK}/{found.submission.homework_id}")


HANDLERS: Sequence[BaseRouteHandler] = (
    begin_here,
    save_sheet,
    show_review,
    hand_in_here,
    add_file_here,
    remove_file_here,
)
