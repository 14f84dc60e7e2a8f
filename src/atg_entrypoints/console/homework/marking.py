"""One submission: its teacher gives points and comments, and goes on to the next one; its student reads them."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation
from msgspec import convert

from atg_core.decimals import with_point
from atg_core.errors import ChangedMeanwhile, Fault, Invalid
from atg_core.homework.manual_grading import GradeAnswers, GradeInput
from atg_core.homework.model import Question, SubmissionStatus
from atg_core.homework.ports import SubmissionFilter
from atg_core.homework.queries import HomeworkDetails, SubmissionDetails
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, form_again, line_of, text_of
from atg_entrypoints.console.homework.asked import HOMEWORK, MARKING, Asked, Shows, Tells, filter_of, in_zone, query_of
from atg_entrypoints.console.homework.sheet import answers_by_question, earlier_attempt
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.homework.manual_grading_wire import GradeGiven
from atg_entrypoints.http.homework.submissions import submission_id_of
from atg_entrypoints.http.homework.viewer import viewer_of
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.value_faults import faults_of

_MOST_CHANGES = 100
_DONE = {"saved": phrase("Saved"), "marked": phrase("Saved. The one before is marked.")}


@get("/submissions/{submission_id:str}", policy=SIGNED_IN)
async def show_one_submission(
    request: Asked, submission_id: FromPath[str], show_homework: Shows, clock: Tells
) -> Response[Any]:
    """To its student their latest one is shown where it is written."""
    viewer = viewer_of(request)
    whole = await show_homework.submission(viewer, submission_id_of(submission_id))
    details = await show_homework(viewer, whole.submission.homework_id)
    if not whole.submission.is_taught_by(viewer):
        if details.submission is None or details.submission.id == whole.submission.id:
            return led_to(f"{HOMEWORK}/{details.homework.id}")
        return await earlier_attempt(request, show_homework, details, whole, clock())
    done = _DONE.get(request.query_params.get("done", ""))
    return page(
        request, "homework/marking", {**await _values(request, show_homework, whole, details), **CLEAN, "done": done}
    )


async def _values(request: Asked, show: Shows, whole: SubmissionDetails, details: HomeworkDetails) -> dict[str, Any]:
    viewer, wanted, submission = viewer_of(request), filter_of(request.query_params), whole.submission
    sorted_answers = answers_by_question(details.questions, whole)
    waiting = replace(wanted, status=None)
    changes, _ = (
        await show.grade_changes(viewer, submission.id, limit=_MOST_CHANGES, offset=0)
        if submission.status is SubmissionStatus.GRADED
        else ([], 0)
    )
    return {
        "homework": details.homework,
        "questions": details.questions,
        "submission": submission,
        **sorted_answers,
        "given": _stored(details.questions, sorted_answers["answers"]),
        "changes": changes,
        "next_id": await show.next_to_mark(viewer, waiting, submission),
        "query": query_of(waiting),
        "reason": "",
        "done": None,
        **in_zone(request),
    }


def _stored(questions: Sequence[Question], answers: dict[int, Any]) -> dict[int, dict[str, str]]:
    """What the fields of each text show; `was`: the grade that a new one replaces."""
    shown = {}
    for question in questions:
        answer = answers.get(question.id)
        grade = "" if answer is None or answer.grade is None else f"{answer.grade.normalize():f}"
        shown[question.id] = {"grade": grade, "comment": (answer and answer.comment) or "", "was": grade}
    return shown


@post("/submissions/{submission_id:str}", policy=TEACHER, status_code=HTTPStatus.OK)
async def mark_here(
    *,
    request: Asked,
    data: Form,
    submission_id: FromPath[str],
    show_homework: Shows,
    grade_answers: NamedDependency[SkipValidation[GradeAnswers]],
) -> Response[Any]:
    """`next`: goes on to the one that waits behind it."""
    viewer, key = viewer_of(request), submission_id_of(submission_id)
    whole = await show_homework.submission(viewer, key)
    details = await show_homework(viewer, whole.submission.homework_id)
    texts = [question for question in details.questions if question.is_text]
    given = {question.id: _given(data, question.id) for question in texts}
    try:
        await grade_answers(viewer, key, _grades(data, given))
    except Refusals as error:
        values = await _values(request, show_homework, whole, details)
        if isinstance(error, ChangedMeanwhile):
            given = {of: {**each, "was": values["given"][of]["was"]} for of, each in given.items()}
        told = _by_question(error.faults, [of for of, each in given.items() if _is_given(each)])
        error.faults = told
        again = {**values, "given": values["given"] | given, "reason": text_of(data, "reason")}
        return form_again(request, "homework/marking", again, error)
    wanted = filter_of(request.query_params)
    if text_of(data, "do") != "next":
        return led_to(_address(key, wanted, "saved"))
    following = await show_homework.next_to_mark(viewer, wanted, whole.submission)
    return led_to(_address(following, wanted, "marked") if following else f"{MARKING}?done=marked")


def _address(submission_id: int, wanted: SubmissionFilter, done: str) -> str:
    kept = query_of(replace(wanted, status=None))
    return f"/app/submissions/{submission_id}?{kept}{'&' if kept else ''}done={done}"


def _given(data: dict[str, str | list[str]], question_id: int) -> dict[str, str]:
    return {
        "grade": text_of(data, f"grade-{question_id}").strip(),
        "comment": line_of(data, f"comment-{question_id}") or "",
        "was": text_of(data, f"was-{question_id}"),
    }


def _is_given(each: dict[str, str]) -> bool:
    return bool(each["grade"] or each["comment"])


def _grades(data: dict[str, str | list[str]], given: dict[int, dict[str, str]]) -> list[GradeInput]:
    """Of the texts that have a grade or a comment. Raises Invalid with every fault."""
    body = [
        {
            "question_id": question_id,
            "grade": with_point(each["grade"]),
            "comment": each["comment"] or None,
            "reason": line_of(data, "reason"),
            "was": each["was"] or None,
        }
        for question_id, each in given.items()
        if _is_given(each)
    ]
    if faults := list(faults_of(body, list[GradeGiven], "grades")):
        raise Invalid(faults=faults)
    return [grade.to_input() for grade in convert(body, list[GradeGiven])]


def _by_question(faults: Sequence[Fault], asked: Sequence[int]) -> list[Fault]:
    """Faults of `grades[…]`, named by the field of the form that they are about."""
    told = []
    for fault in faults:
        inside, _, member = fault.field.removeprefix("grades[").partition("].")
        known = fault.field.startswith("grades[") and inside.isdigit() and int(inside) < len(asked)
        name = {"was": "grade"}.get(member, member)
        field = f"{name}-{asked[int(inside)]}" if known else fault.field
        told.append(Fault(field, fault.template, fault.code, fault.parameters))
    return told


HANDLERS: Sequence[BaseRouteHandler] = (show_one_submission, mark_here)
