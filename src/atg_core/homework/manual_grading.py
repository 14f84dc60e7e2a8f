"""Manual grading of text questions, with a grade history (spec: homework-gradebook, Homework)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import ChangedMeanwhile, Fault, Faults, Invalid, default_message
from atg_core.events import Event, EventKind, EventPublisher
from atg_core.homework.grading import is_graded, total, two_decimals
from atg_core.homework.model import Answer, GradeChange, Homework, Question, Submission, SubmissionStatus, Viewer
from atg_core.homework.ports import NotYourGroup, SubmissionStore
from atg_core.notifier import NewNotice, NoticeKind, Notifier
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeInput:
    """A grade that a teacher enters. `keeps_comment`: the stored comment stays.

    `was`: the grade that it is to replace, None for none, if `is_conditional`.
    """

    question_id: int
    grade: Decimal
    comment: str | None = None
    keeps_comment: bool = False
    reason: str | None = None
    is_conditional: bool = False
    was: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeAnswers:
    """Grades text answers. Once all have a grade, the submission is graded; the student is told of each new total.

    Concurrent calls do not overwrite each other's answers; for the same answer the later grade wins. Raises
    SubmissionNotFound, NotYourGroup, NotSubmitted, Invalid, ChangedMeanwhile.
    """

    open: UnitOfWork[SubmissionStore]
    notifier: Notifier
    events: EventPublisher
    clock: Clock

    async def __call__(self, viewer: Viewer, submission_id: int, grades: Sequence[GradeInput]) -> None:
        now = self.clock()
        async with self.open() as store:
            submission = await store.submission(submission_id, viewer)
            homework = await store.homework(submission.homework_id)
            if not homework.is_taught_by(viewer):
                raise NotYourGroup
            submission.require_submitted()
            questions = await store.questions(submission.homework_id)
            answers = await store.answers(submission_id)
            graded = checked_grades(questions, answers, grades)
            require_unchanged(answers, grades)
            if all(answers.get(each.question_id) == each for each in graded):
                return
            await store.put_grades(submission_id, graded, grade_changes(answers, grades, graded, viewer.id, now))
            answers |= {answer.question_id: answer for answer in graded}
            grade = await self._save(store, submission, questions, answers, now)
            if grade not in {None, submission.grade}:
                await self.notifier.tell(_graded(homework, submission, grade, now))

    async def _save(
        self,
        store: SubmissionStore,
        submission: Submission,
        questions: Sequence[Question],
        answers: Mapping[int, Answer],
        now: datetime,
    ) -> Decimal | None:
        """The grade; None as long as an answer has none."""
        if not is_graded(questions, answers):
            await store.save(replace(submission, updated_at=now))
            return None
        grade = total(answer.grade for answer in answers.values())
        await store.save(replace(submission, status=SubmissionStatus.GRADED, grade=grade, updated_at=now))
        graded = Event(kind=EventKind.HOMEWORK_GRADED, subject_id=submission.homework_id)
        await self.events.publish(graded, user_ids=[submission.student_id])
        return grade


def _graded(homework: Homework, submission: Submission, grade: Decimal, now: datetime) -> NewNotice:
    return NewNotice(
        kind=NoticeKind.HOMEWORK_GRADED,
        subject=f"submission:{submission.id}",
        occasion=now,
        title=homework.title,
        details={"grade": str(grade), "max_grade": str(submission.max_grade)},
        group_id=homework.group_id,
        user_ids=[submission.student_id],
    )


def checked_grades(
    questions: Sequence[Question], answers: Mapping[int, Answer], grades: Sequence[GradeInput]
) -> list[Answer]:
    """The answers with their new grades; unanswered questions get a new answer.

    Raises Invalid for ids that are no text question of the homework, and for grades outside 0 to its points.
    """
    texts = {question.id: question for question in questions if question.is_text}
    graded: dict[int, Answer] = {}
    faults = Faults()
    for index, given in enumerate(grades):
        with faults:
            here = f"grades[{index}]"
            question = texts.get(given.question_id)
            if question is None:
                raise Invalid(
                    "is no text question of this homework", field=f"{here}.question_id", code="unknown_question"
                )
            if question.id in graded:
                raise Invalid("is named twice", field=f"{here}.question_id", code="named_twice")
            grade = two_decimals(given.grade, maximum=question.points, field=f"{here}.grade")
            answer = answers.get(question.id) or Answer(id=0, question_id=question.id)
            comment = answer.comment if given.keeps_comment else given.comment
            graded[question.id] = replace(answer, grade=grade, comment=comment)
    faults.raise_any()
    return list(graded.values())


def require_unchanged(answers: Mapping[int, Answer], grades: Sequence[GradeInput]) -> None:
    """Raises ChangedMeanwhile, which names each grade that is no longer what it was, with the one that is there."""
    faults = []
    for index, given in enumerate(grades):
        answer = answers.get(given.question_id)
        current = answer.grade if answer else None
        if given.is_conditional and given.was != current:
            template = default_message(ChangedMeanwhile)
            here = {"question_id": given.question_id, "current": current}
            faults.append(Fault(f"grades[{index}].was", template, ChangedMeanwhile.code, here))
    if faults:
        raise ChangedMeanwhile(current=[fault.parameters for fault in faults], faults=faults)


def grade_changes(
    before: Mapping[int, Answer], grades: Sequence[GradeInput], graded: Sequence[Answer], actor_id: UUID, now: datetime
) -> list[GradeChange]:
    """The entries of the grade history; the same grade again is no change."""
    changes = []
    for given, answer in zip(grades, graded, strict=True):
        known = before.get(answer.question_id)
        old = known.grade if known else None
        if answer.grade is not None and answer.grade != old:
            changes.append(
                GradeChange(
                    question_id=answer.question_id,
                    actor_id=actor_id,
                    at=now,
                    old_grade=old,
                    new_grade=answer.grade,
                    reason=given.reason,
                )
            )
    return changes
