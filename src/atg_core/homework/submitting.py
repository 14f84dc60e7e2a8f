"""Students hand in what they have made of homework."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.homework.grading import graded_choices, is_graded, total
from atg_core.homework.model import Answer, Question, Submission, SubmissionStatus, Viewer
from atg_core.homework.ports import About, HomeworkNotFound, NotYourHomework, NotYourSubmission, SubmissionStore
from atg_core.homework.telling import SEND_HOMEWORK_MAIL
from atg_core.jobs.ports import Jobs
from atg_core.opening import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """As a student sends it."""

    question_id: int
    text: str | None = None
    choice_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDraft:
    """The student's draft, a new attempt where there is none; and whether it is new.

    Raises HomeworkNotFound, NotYourHomework, DeadlinePassed, AttemptsExhausted.
    """

    open: Open[SubmissionStore]
    clock: Clock

    async def __call__(self, viewer: Viewer, homework_id: int) -> tuple[int, bool]:
        now = self.clock()
        async with self.open() as store:
            is_student = await store.hold_student(homework_id, viewer.id)
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
class HandIn:
    """Raises SubmissionNotFound, NotYourSubmission, DeadlinePassed."""

    open: Open[SubmissionStore]
    jobs: Jobs
    clock: Clock

    async def save(self, viewer: Viewer, submission_id: int, given: Sequence[GivenAnswer]) -> None:
        """Answers in place of those that the draft has to the same questions. Raises SubmissionClosed, Invalid."""
        now = self.clock()
        async with self.open() as store:
            submission = await self._own(store, viewer, submission_id)
            submission.require_draft()
            (await store.homework(submission.homework_id)).require_open(now)
            answers = checked_answers(await store.questions(submission.homework_id), given)
            await store.put_answers(submission_id, answers)
            await store.save(replace(submission, updated_at=now))

    async def submit(self, viewer: Viewer, submission_id: int) -> None:
        """Grades the choice questions; the texts, if there are any, wait for the teacher, who is told.

        What was handed in stays as it is, so that this may be sent twice.
        """
        now = self.clock()
        async with self.open() as store:
            submission = await self._own(store, viewer, submission_id)
            if submission.status is not SubmissionStatus.DRAFT:
                return
            (await store.homework(submission.homework_id)).require_open(now)
            questions = await store.questions(submission.homework_id)
            answers = await store.answers(submission_id)
            graded = graded_choices(questions, answers)
            await store.put_answers(submission_id, graded)
            answers |= {answer.question_id: answer for answer in graded}
            done = is_graded(questions, answers)
            if not done:
                about = {"about": About.WAITING, "key": submission_id}
                await self.jobs.enqueue(SEND_HOMEWORK_MAIL, about)
            submitted = replace(
                submission,
                status=SubmissionStatus.GRADED if done else SubmissionStatus.SUBMITTED,
                submitted_at=now,
                grade=total(answer.grade for answer in answers.values()) if done else None,
                updated_at=now,
            )
            await store.save(submitted)

    @staticmethod
    async def _own(store: SubmissionStore, viewer: Viewer, submission_id: int) -> Submission:
        submission = await store.submission(submission_id, viewer)
        if submission.student_id != viewer.id:
            raise NotYourSubmission
        return submission


def checked_answers(questions: Sequence[Question], given: Sequence[GivenAnswer]) -> list[Answer]:
    """Raises Invalid for questions and choices of elsewhere, what is answered twice, and the wrong kind of answer."""
    by_id = {question.id: question for question in questions}
    answers: dict[int, Answer] = {}
    for index, each in enumerate(given):
        here = f"answers[{index}]"
        question = by_id.get(each.question_id)
        if question is None:
            raise Invalid("is no question of this homework", field=f"{here}.question_id")
        if question.id in answers:
            raise Invalid("is answered twice", field=f"{here}.question_id")
        if each.text and not question.is_text:
            raise Invalid("this question is answered by choices", field=f"{here}.text")
        chosen = frozenset(each.choice_ids)
        if not chosen <= {choice.id for choice in question.choices}:
            raise Invalid("these are no choices of this question", field=f"{here}.choice_ids")
        answers[question.id] = Answer(
            id=0, question_id=question.id, text=each.text or None, choice_ids=tuple(sorted(chosen))
        )
    return list(answers.values())
