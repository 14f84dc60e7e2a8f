"""JSON of the teacher summary."""

from datetime import date

from msgspec import Struct

from atg_core.gradebook.teacher_summary import TeacherSummary as Summary
from atg_entrypoints.http.gradebook.journal_wire import Percent
from atg_entrypoints.http.wire import Instant, to_wire


class WaitingHomework(Struct, frozen=True, kw_only=True):
    """`submissions`: how many wait for grading; `since`: when the oldest was submitted."""

    homework_id: int
    title: str
    group_id: int
    group_name: str
    submissions: int
    since: Instant


class UpcomingLessonRow(Struct, frozen=True, kw_only=True):
    """`lesson_id`: null for an occurrence of a recurring lesson that is not a lesson yet."""

    lesson_id: int | None
    recurring_lesson_id: int | None
    occurrence_date: date | None
    group_id: int
    title: str
    start_time: Instant
    end_time: Instant


class TeacherSummary(Struct, frozen=True, kw_only=True):
    """`recorded_share`: the share of lessons held that have a recording. `upcoming`: lessons of the next two weeks."""

    lessons_held: int
    hours: float
    recorded: int
    recorded_share: Percent
    groups: int
    students: int
    submissions_waiting: int
    waiting: list[WaitingHomework]
    upcoming: list[UpcomingLessonRow]

    @classmethod
    def of(cls, summary: Summary) -> "TeacherSummary":
        totals = summary.totals
        return cls(
            lessons_held=totals.lessons_held,
            hours=summary.hours,
            recorded=totals.recorded,
            recorded_share=summary.recorded_share,
            groups=totals.groups,
            students=totals.students,
            submissions_waiting=summary.submissions_ungraded,
            waiting=to_wire(list(summary.ungraded), list[WaitingHomework]),
            upcoming=to_wire(list(summary.upcoming), list[UpcomingLessonRow]),
        )
