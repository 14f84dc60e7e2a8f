"""What a message about a topic finds, and what it leaves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from atg_core.learning.model import Enrollment, EnrollmentStatus, TopicProgress
from atg_core.learning.totals import Streak, Totals

_MOST_STUDIED = 4 * 3600  # seconds, by one message


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicStanding:
    """A learner's progress in a topic, and what changes with it.

    It belongs to a station or to one course. `enrollments`: in the courses that show it, oldest first; `topics`: how
    many active ones each of these courses shows; `heard_at`: the latest moment of a message about any topic.
    `may_be_locked`: courses that are not begun and require something; `locked`: those that can not be begun yet.
    What is completed counts in them, too, but does not begin them.
    """

    station_id: int | None
    course_id: UUID | None
    topics: Sequence[int]
    progress: TopicProgress
    enrollments: Sequence[Enrollment]
    totals: Totals
    streak: Streak | None
    heard_at: datetime | None
    may_be_locked: Collection[UUID] = ()
    locked: Collection[UUID] = ()

    def after(
        self, now: datetime, today: date, *, completed: bool, position_seconds: int | None, seconds_studied: int
    ) -> "TopicStanding":
        """After a message. Study time counts for the oldest enrollment; `today`: the learner's calendar day."""
        progress = self.progress.after(now, completed=completed, position_seconds=position_seconds)
        unlocked = [each for each in self.enrollments if each.course_id not in self.locked]
        seconds = believable_seconds(seconds_studied, self.heard_at or unlocked[0].started_at, now)
        studied = {each.id: each.studied(0 if number else seconds, now) for number, each in enumerate(unlocked)}
        enrollments = [studied.get(each.id, each) for each in self.enrollments]
        streak, newly_completed = self.streak, progress.completed and not self.progress.completed
        if completed:
            before, advances = self.progress.last_completed_at, [each.counts_topic(now) for each in enrollments]
            advances = [
                advances_it and not each.counts_topic(before)
                for each, advances_it in zip(enrollments, advances, strict=True)
            ]
            if self.progress.completed and any(advances):
                progress = replace(progress, renewed_at=now)
            enrollments = [
                each.advanced(topics) if advances_it else each
                for each, topics, advances_it in zip(enrollments, self.topics, advances, strict=True)
            ]
        if newly_completed:
            streak = streak.with_day(today) if streak else Streak(first_day=today, last_day=today)
        return TopicStanding(
            station_id=self.station_id,
            course_id=self.course_id,
            topics=self.topics,
            progress=progress,
            enrollments=enrollments,
            totals=self.totals.changed(self.enrollments, enrollments, topics=int(newly_completed)),
            streak=streak,
            heard_at=max(self.heard_at or now, now),
            locked=self.locked,
        )

    @property
    def may_complete_a_course(self) -> bool:
        """All topics are completed, and a course is not."""
        return any(
            each.progress_percent == 100 and each.status is not EnrollmentStatus.COMPLETED for each in self.enrollments
        )


def believable_seconds(claimed: int, since: datetime | None, now: datetime) -> int:
    """The seconds of study to believe of a message: at most those that passed since the one before it, or enrolling.

    Counted by the clock's seconds: fractions neither add up over many messages nor get lost.
    """
    passed = now.replace(microsecond=0) - since.replace(microsecond=0) if since else timedelta()
    return max(0, min(claimed, int(passed.total_seconds()), _MOST_STUDIED))
