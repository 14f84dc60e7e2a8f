"""Homework and submissions as teachers and students see them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from atg_core.clock import Clock
from atg_core.homework.model import Answer, AnswerFile, Homework, Question, Submission, SubmissionStatus, Viewer
from atg_core.homework.ports import (
    AnswerFileNotFound,
    GradeChangeView,
    HomeworkQueries,
    HomeworkTally,
    HomeworkView,
    MissingStudent,
    NotYourGroup,
    QueuedSubmission,
    SubmissionFilter,
    SubmissionView,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeworkDetails:
    """Homework for a viewer: with their latest submission, and with the correct choices where `shows_correct`."""

    homework: HomeworkView
    submission: SubmissionView | None
    questions: Sequence[Question]
    shows_correct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionDetails:
    """A submission for a viewer, with the grades and comments that they may see."""

    submission: SubmissionView
    answers: Sequence[Answer]
    files: Sequence[AnswerFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHomework:
    """Teachers see homework and submissions of their groups, students published homework and their own submissions."""

    homework_queries: HomeworkQueries
    clock: Clock

    async def listed(
        self, viewer: Viewer, group_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[tuple[HomeworkView, SubmissionView | None]], int]:
        found, total = await self.homework_queries.listed(viewer, group_id, limit=limit, offset=offset)
        theirs = [homework.id for homework in found if not homework.is_taught_by(viewer)]
        own = await self.homework_queries.own_submissions(viewer.id, theirs) if theirs else []
        latest = {submission.homework_id: submission for submission in own}
        return [(homework, latest.get(homework.id)) for homework in found], total

    async def __call__(self, viewer: Viewer, homework_id: int) -> HomeworkDetails:
        """Raises HomeworkNotFound."""
        homework = await self.homework_queries.homework(viewer, homework_id)
        questions = await self.homework_queries.questions(homework_id)
        if homework.is_taught_by(viewer):
            return HomeworkDetails(homework=homework, submission=None, questions=questions, shows_correct=True)
        own = await self.homework_queries.own_submissions(viewer.id, [homework_id])
        return HomeworkDetails(
            homework=homework,
            submission=own[-1] if own else None,
            questions=questions,
            shows_correct=is_final(homework, own, self.clock()),
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
    ) -> tuple[list[SubmissionView], int]:
        """Raises HomeworkNotFound."""
        homework = await self.homework_queries.homework(viewer, homework_id)
        whose = student_id if homework.is_taught_by(viewer) else viewer.id
        return await self.homework_queries.submissions(
            homework_id, status=status, student_id=whose, limit=limit, offset=offset
        )

    async def submission(self, viewer: Viewer, submission_id: int) -> SubmissionDetails:
        """Raises SubmissionNotFound."""
        submission = await self.homework_queries.submission(viewer, submission_id)
        answers = await self.homework_queries.answers(submission_id)
        files = await self.homework_queries.files(submission_id)
        if submission.status is not SubmissionStatus.GRADED and not submission.is_taught_by(viewer):
            answers = [replace(answer, grade=None, comment=None) for answer in answers]
        return SubmissionDetails(submission=submission, answers=answers, files=files)

    async def file(self, viewer: Viewer, submission_id: int, file_id: UUID) -> AnswerFile:
        """For the student and who teaches the group. Raises SubmissionNotFound, AnswerFileNotFound."""
        await self.homework_queries.submission(viewer, submission_id)
        files = await self.homework_queries.files(submission_id)
        found = next((file for file in files if file.id == file_id), None)
        if found is None:
            raise AnswerFileNotFound
        return found

    async def queue(
        self, viewer: Viewer, wanted: SubmissionFilter, *, limit: int, offset: int
    ) -> tuple[list[QueuedSubmission], int]:
        """Submissions of all homework that the viewer teaches, in the order in which they are marked."""
        return await self.homework_queries.queue(viewer, wanted, limit=limit, offset=offset)

    async def next_to_mark(self, viewer: Viewer, wanted: SubmissionFilter, after: Submission) -> int | None:
        """Behind this one in the queue, else from its beginning; None if no other one waits."""
        waiting = replace(wanted, status=SubmissionStatus.SUBMITTED)
        return await self.homework_queries.next_in_queue(viewer, waiting, after)

    async def tallies(self, homework: Sequence[Homework], viewer: Viewer) -> dict[int, HomeworkTally]:
        """By homework, of those that the viewer teaches."""
        taught = [each.id for each in homework if each.is_taught_by(viewer)]
        found = await self.homework_queries.tallies(taught) if taught else []
        return {tally.homework_id: tally for tally in found}

    async def missing(
        self, viewer: Viewer, homework_id: int, *, limit: int, offset: int
    ) -> tuple[list[MissingStudent], int]:
        """Who has not handed in. Raises HomeworkNotFound, NotYourGroup."""
        homework = await self.homework_queries.homework(viewer, homework_id)
        if not homework.is_taught_by(viewer):
            raise NotYourGroup
        return await self.homework_queries.missing(homework_id, limit=limit, offset=offset)

    async def grade_changes(
        self, viewer: Viewer, submission_id: int, *, limit: int, offset: int
    ) -> tuple[list[GradeChangeView], int]:
        """Raises SubmissionNotFound, NotYourGroup."""
        submission = await self.homework_queries.submission(viewer, submission_id)
        if not submission.is_taught_by(viewer):
            raise NotYourGroup
        return await self.homework_queries.grade_changes(submission_id, limit=limit, offset=offset)


def is_final(homework: Homework, own: Sequence[Submission], now: datetime) -> bool:
    """Whether a student's grade is final: all submissions are graded and no attempt is left.

    Correct choices are hidden until then, so that they are not known before the next attempt.
    """
    submitted = [each for each in own if each.status is not SubmissionStatus.DRAFT]
    if not submitted or any(each.status is not SubmissionStatus.GRADED for each in submitted):
        return False
    is_last = len(submitted) == len(own) and homework.is_exhausted(own[-1].attempt)
    return is_last or homework.is_closed(now)
