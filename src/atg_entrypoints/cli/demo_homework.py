"""What the demo's students have handed in and the teacher has marked, played in the past by the use cases."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from atg_core.clock import Clock
from atg_core.homework.manual_grading import GradeInput
from atg_core.homework.model import DeadlinePassed, Homework, Question, Viewer
from atg_core.homework.submissions import AnswerInput
from atg_entrypoints.container import Container

_MOST = 100
_MINUTES_OF_HOMEWORK = 50
_HOURS_OF_MARKING = 20


class Submitted(msgspec.Struct):
    """Homework with this title of the student's group. `text`: of every text; `wrong`: how many choices are; `photo`:
    the name of one that is sent along; `grade`: of every text, by its teacher, none if it waits; `is_draft`: it was not
    handed in.
    """

    username: str
    homework: str
    hours_ago: float
    text: str
    wrong: int = 0
    photo: str | None = None
    grade: str | None = None
    comment: str | None = None
    is_draft: bool = False


async def play_homework(container: Container, played: Sequence[Submitted]) -> None:
    """What is no longer taken by now is left out."""
    now = container.clock()()
    for each in played:
        account = await container.callers().find_account(each.username)
        if account is None:
            raise LookupError(each.username)
        viewer = Viewer(id=account.user.id)
        homework, _ = await container.show_homework().listed(viewer, None, limit=_MOST, offset=0)
        mine = next((one for one, _ in homework if one.title == each.homework), None)
        if mine is None:
            raise LookupError(each.homework)
        with suppress(DeadlinePassed):
            await _play(container, viewer, mine, each, _at(now, each.hours_ago))


async def _play(container: Container, viewer: Viewer, homework: Homework, each: Submitted, clock: Clock) -> None:
    begun = _at(clock(), _MINUTES_OF_HOMEWORK / 60)
    submission_id, _ = await replace(container.open_draft(), clock=begun)(viewer, homework.id)
    questions = await container.homework_queries().questions(homework.id)
    submit = replace(container.submit_homework(), clock=clock)
    await submit.save_answers(viewer, submission_id, _answers(questions, each))
    for question in questions:
        if each.photo and question.allow_files:
            add = replace(container.answer_by_files(), clock=clock).add
            await add(viewer, submission_id, question.id, each.photo, _drawn(homework.title), length=None)
    if each.is_draft:
        return
    await submit.submit(viewer, submission_id)
    if each.grade is not None:
        grade = replace(container.grade_answers(), clock=_at(clock(), -_HOURS_OF_MARKING))
        texts = [question for question in questions if question.is_text]
        given = [_grade(question, each) for question in texts]
        await grade(Viewer(id=homework.teacher_id), submission_id, given)


def _answers(questions: Sequence[Question], each: Submitted) -> list[AnswerInput]:
    answers, wrong = [], each.wrong
    for question in questions:
        if question.is_text:
            answers.append(AnswerInput(question_id=question.id, text=each.text))
            continue
        others = [choice.id for choice in question.choices if not choice.is_correct]
        is_wrong, wrong = wrong > 0, wrong - 1
        chosen = others[:1] if is_wrong else sorted(question.correct_choice_ids)
        answers.append(AnswerInput(question_id=question.id, choice_ids=chosen))
    return answers


def _grade(question: Question, each: Submitted) -> GradeInput:
    grade = min(Decimal(each.grade or 0), question.points)
    return GradeInput(question_id=question.id, grade=grade, comment=each.comment)


async def _drawn(title: str) -> AsyncIterator[bytes]:
    """Imported here: it draws, and is needed once."""
    from atg_adapters.samples.pictures import flow_diagram  # noqa: PLC0415

    yield flow_diagram(title, 1)


def _at(now: datetime, hours_ago: float) -> Clock:
    moment = now - timedelta(hours=hours_ago)
    return lambda: moment
