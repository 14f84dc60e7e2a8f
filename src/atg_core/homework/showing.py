"""What teachers and students see of homework, and of what was handed in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from atg_core.clock import Clock
from atg_core.homework.model import Answer, Homework, Question, Submission, SubmissionStatus, Viewer
from atg_core.homework.ports import Homeworks, NotYourGroup, ShownChange, ShownHomework, ShownSubmission


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenHomework:
    """Homework as somebody sees it: with their latest submission, and perhaps with the right choices."""

    homework: ShownHomework
    submission: ShownSubmission | None
    questions: Sequence[Question]
    shows_right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHomework:
    """Teachers see all of theirs, students what was published for them; of submissions a student sees their own."""

    homeworks: Homeworks
    clock: Clock

    async def listed(
        self, viewer: Viewer, group_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[tuple[ShownHomework, ShownSubmission | None]], int]:
        found, total = await self.homeworks.listed(viewer, group_id, limit=limit, offset=offset)
        theirs = [homework.id for homework in found if not homework.is_taught_by(viewer)]
        own = await self.homeworks.own_submissions(viewer.id, theirs) if theirs else []
        latest = {submission.homework_id: submission for submission in own}
        return [(homework, latest.get(homework.id)) for homework in found], total

    async def __call__(self, viewer: Viewer, homework_id: int) -> SeenHomework:
        """Raises HomeworkNotFound."""
        homework = await self.homeworks.homework(viewer, homework_id)
        questions = await self.homeworks.questions(homework_id)
        if homework.is_taught_by(viewer):
            return SeenHomework(homework=homework, submission=None, questions=questions, shows_right=True)
        own = await self.homeworks.own_submissions(viewer.id, [homework_id])
        return SeenHomework(
            homework=homework,
            submission=own[-1] if own else None,
            questions=questions,
            shows_right=is_final(homework, own, self.clock()),
        )

    async def submissions(
        self,
        viewer: Viewer,
        homework_id: int,
        *,
        status: SubmissionStatus | None,
        student_id: UUID | None,
        limit: int,
        offset: int,
    ) -> tuple[list[ShownSubmission], int]:
        """Raises HomeworkNotFound."""
        homework = await self.homeworks.homework(viewer, homework_id)
        whose = student_id if homework.is_taught_by(viewer) else viewer.id
        return await self.homeworks.submissions(
            homework_id, status=status, student_id=whose, limit=limit, offset=offset
        )

    async def submission(self, viewer: Viewer, submission_id: int) -> tuple[ShownSubmission, list[Answer]]:
        """Raises SubmissionNotFound."""
        submission = await self.homeworks.submission(viewer, submission_id)
        answers = await self.homeworks.answers(submission_id)
        if submission.status is SubmissionStatus.GRADED or submission.is_taught_by(viewer):
            return submission, answers
        return submission, [replace(answer, grade=None, comment=None) for answer in answers]

    async def grade_changes(
        self, viewer: Viewer, submission_id: int, *, limit: int, offset: int
    ) -> tuple[list[ShownChange], int]:
        """Raises SubmissionNotFound, NotYourGroup."""
        submission = await self.homeworks.submission(viewer, submission_id)
        if not submission.is_taught_by(viewer):
            raise NotYourGroup
        return await self.homeworks.grade_changes(submission_id, limit=limit, offset=offset)


def is_final(homework: Homework, own: Sequence[Submission], now: datetime) -> bool:
    """Whether a student's grade is final: all that they handed in is graded, and they can not try again.

    Else the right choices would be known before the next attempt.
    """
    handed_in = [each for each in own if each.status is not SubmissionStatus.DRAFT]
    if not handed_in or any(each.status is not SubmissionStatus.GRADED for each in handed_in):
        return False
    is_last = len(handed_in) == len(own) and homework.is_exhausted(own[-1].attempt)
    return is_last or homework.is_closed(now)
