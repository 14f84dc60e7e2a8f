"""Teachers grade texts; each change of a grade is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.homework.grading import is_graded, total, two_places
from atg_core.homework.model import Answer, GradeChange, Question, Submission, SubmissionStatus, Viewer
from atg_core.homework.ports import About, NotYourGroup, SubmissionStore
from atg_core.homework.telling import SEND_HOMEWORK_MAIL
from atg_core.jobs.ports import Jobs
from atg_core.opening import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A grade as a teacher sends it. `keeps_comment`: whether the answer keeps the comment that it has."""

    question_id: int
    grade: Decimal
    comment: str | None = None
    keeps_comment: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeAnswers:
    """Once every text has its grade the submission is graded, and its student told; grades may change after that.

    Of two teachers at once each keeps what the other has graded; of the same answer the later grade counts. Raises
    SubmissionNotFound, NotYourGroup, NotSubmitted, Invalid.
    """

    open: Open[SubmissionStore]
    jobs: Jobs
    clock: Clock

    async def __call__(self, viewer: Viewer, submission_id: int, marks: Sequence[Mark]) -> None:
        now = self.clock()
        async with self.open() as store:
            submission = await store.submission(submission_id, viewer)
            if not (await store.homework(submission.homework_id)).is_taught_by(viewer):
                raise NotYourGroup
            submission.require_submitted()
            questions = await store.questions(submission.homework_id)
            answers = await store.answers(submission_id)
            graded = checked_marks(questions, answers, marks)
            if all(answers.get(each.question_id) == each for each in graded):
                return
            await store.put_grades(submission_id, graded, grade_changes(answers, marks, graded, viewer.id, now))
            answers |= {answer.question_id: answer for answer in graded}
            await self._save(store, submission, questions, answers, now)

    async def _save(
        self,
        store: SubmissionStore,
        submission: Submission,
        questions: Sequence[Question],
        answers: Mapping[int, Answer],
        now: datetime,
    ) -> None:
        if not is_graded(questions, answers):
            await store.save(replace(submission, updated_at=now))
            return
        if submission.status is not SubmissionStatus.GRADED:
            await self.jobs.enqueue(SEND_HOMEWORK_MAIL, {"about": About.GRADED, "key": submission.id})
        grade = total(answer.grade for answer in answers.values())
        await store.save(replace(submission, status=SubmissionStatus.GRADED, grade=grade, updated_at=now))


def checked_marks(questions: Sequence[Question], answers: Mapping[int, Answer], marks: Sequence[Mark]) -> list[Answer]:
    """The answers with their new grades, new ones where a question was not answered.

    Raises Invalid for what is no text question of the homework, and for grades that are not from 0 to its points.
    """
    texts = {question.id: question for question in questions if question.is_text}
    graded: dict[int, Answer] = {}
    for index, mark in enumerate(marks):
        here = f"grades[{index}]"
        question = texts.get(mark.question_id)
        if question is None:
            raise Invalid("is no text question of this homework", field=f"{here}.question_id")
        if question.id in graded:
            raise Invalid("is graded twice", field=f"{here}.question_id")
        grade = two_places(mark.grade, most=question.points, field=f"{here}.grade")
        answer = answers.get(question.id) or Answer(id=0, question_id=question.id)
        comment = answer.comment if mark.keeps_comment else mark.comment
        graded[question.id] = replace(answer, grade=grade, comment=comment)
    return list(graded.values())


def grade_changes(
    before: Mapping[int, Answer], marks: Sequence[Mark], graded: Sequence[Answer], actor_id: UUID, now: datetime
) -> list[GradeChange]:
    """What `marks` change; the same grade again is no change."""
    changes = []
    for mark, answer in zip(marks, graded, strict=True):
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
                    reason=mark.reason,
                )
            )
    return changes
