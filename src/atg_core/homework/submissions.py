"""Submissions: drafts, answers, submitting (spec: homework-gradebook, Homework)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from atg_core.clock import Clock
from atg_core.errors import Faults, Invalid
from atg_core.events import Event, EventKind, EventPublisher
from atg_core.homework.grading import graded_choices, is_graded, total
from atg_core.homework.model import Answer, Homework, Question, Submission, SubmissionStatus, Viewer
from atg_core.homework.ports import (
    HomeworkNotFound,
    NotYourHomework,
    NotYourSubmission,
    SubmissionStore,
)
from atg_core.notifier import NewNotice, NoticeKind, Notifier
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInput:
    """An answer as a student sends it."""

    question_id: int
    text: str | None = None
    choice_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDraft:
    """Returns the id of the student's draft, and whether it is new. Without a draft it starts the next attempt.

    Raises HomeworkNotFound, NotYourHomework, DeadlinePassed, AttemptsExhausted.
    """

    open: UnitOfWork[SubmissionStore]
    clock: Clock

    async def __call__(self, viewer: Viewer, homework_id: int) -> tuple[int, bool]:
        now = self.clock()
        async with self.open() as store:
            is_student = await store.lock_student(homework_id, viewer.id)
            homework = await store.homework(homework_id)
            if not is_student:
                raise NotYourHomework if homework.is_taught_by(viewer) else HomeworkNotFound
            if homework.published_at is None:
                raise HomeworkNotFound
            before = await store.submissions_of(homework_id, viewer.id)
            if before and before[-1].status is SubmissionStatus.DRAFT:
                homework.require_open(now)
                return before[-1].id, False
            draft = Submission(
                id=0,
                homework_id=homework_id,
                student_id=viewer.id,
                attempt=homework.next_attempt(before[-1].attempt if before else 0, now),
                status=SubmissionStatus.DRAFT,
                submitted_at=None,
                grade=None,
                max_grade=total(question.points for question in await store.questions(homework_id)),
                created_at=now,
                updated_at=now,
            )
            return await store.add(draft), True


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitHomework:
    """Saves the answers of a draft and submits it. Raises SubmissionNotFound, NotYourSubmission, DeadlinePassed."""

    open: UnitOfWork[SubmissionStore]
    notifier: Notifier
    events: EventPublisher
    clock: Clock

    async def save_answers(self, viewer: Viewer, submission_id: int, given: Sequence[AnswerInput]) -> None:
        """Replaces the answers to the same questions. Raises SubmissionClosed, Invalid."""
        now = self.clock()
        async with self.open() as store:
            submission = await self._own(store, viewer, submission_id)
            submission.require_draft()
            (await store.homework(submission.homework_id)).require_open(now)
            answers = checked_answers(await store.questions(submission.homework_id), given)
            await store.put_answers(submission_id, answers)
            await store.save(replace(submission, updated_at=now))

    async def submit(self, viewer: Viewer, submission_id: int) -> None:
        """Grades the choice questions; if there are text questions, notifies the teacher. Idempotent."""
        now = self.clock()
        async with self.open() as store:
            submission = await self._own(store, viewer, submission_id)
            if submission.status is not SubmissionStatus.DRAFT:
                return
            homework = await store.homework(submission.homework_id)
            homework.require_open(now)
            questions = await store.questions(submission.homework_id)
            answers = await store.answers(submission_id)
            graded = graded_choices(questions, answers)
            await store.put_answers(submission_id, graded)
            answers |= {answer.question_id: answer for answer in graded}
            is_done = is_graded(questions, answers)
            if not is_done:
                await self.notifier.tell(_waiting(homework, submission, now))
            submitted = replace(
                submission,
                status=SubmissionStatus.GRADED if is_done else SubmissionStatus.SUBMITTED,
                submitted_at=now,
                grade=total(answer.grade for answer in answers.values()) if is_done else None,
                updated_at=now,
            )
            await store.save(submitted)
            handed_in = Event(kind=EventKind.HOMEWORK_SUBMITTED, subject_id=homework.id)
            await self.events.publish(handed_in, user_ids=[homework.teacher_id])

    @staticmethod
    async def _own(store: SubmissionStore, viewer: Viewer, submission_id: int) -> Submission:
        submission = await store.submission(submission_id, viewer)
        if submission.student_id != viewer.id:
            raise NotYourSubmission
        return submission


def _waiting(homework: Homework, submission: Submission, now: datetime) -> NewNotice:
    """The teacher is told that there is something to grade."""
    return NewNotice(
        kind=NoticeKind.HOMEWORK_WAITING,
        subject=f"submission:{submission.id}",
        occasion=now,
        title=homework.title,
        group_id=homework.group_id,
        about_id=submission.student_id,
        user_ids=[homework.teacher_id],
    )


def checked_answers(questions: Sequence[Question], given: Sequence[AnswerInput]) -> list[Answer]:
    """Raises Invalid for foreign questions and choices, a repeated question, and the wrong kind of answer."""
    by_id = {question.id: question for question in questions}
    answers: dict[int, Answer] = {}
    faults = Faults()
    for index, each in enumerate(given):
        with faults:
            here = f"answers[{index}]"
            question = by_id.get(each.question_id)
            if question is None:
                raise Invalid("is no question of this homework", field=f"{here}.question_id", code="unknown_question")
            if question.id in answers:
                raise Invalid("is named twice", field=f"{here}.question_id", code="named_twice")
            if each.text and not question.is_text:
                raise Invalid("this question is answered by choices", field=f"{here}.text", code="wrong_answer_type")
            chosen = frozenset(each.choice_ids)
            if not chosen <= {choice.id for choice in question.choices}:
                raise Invalid(
                    "these are no choices of this question", field=f"{here}.choice_ids", code="unknown_choice"
                )
            answers[question.id] = Answer(
                id=0, question_id=question.id, text=each.text or None, choice_ids=tuple(sorted(chosen))
            )
    faults.raise_any()
    return list(answers.values())
