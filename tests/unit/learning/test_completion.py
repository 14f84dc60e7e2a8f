"""Completion and course progress as pure rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from atg_core.learning.completion import certificate_number
from atg_core.learning.model import Enrollment, EnrollmentProgress, EnrollmentStatus
from atg_core.learning.reports import CourseReport, LessonReport, ProgramReport, TopicReport

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BEGUN = Enrollment.begin(uuid4(), uuid4(), uuid4(), NOW)


def progress(**changes: object) -> EnrollmentProgress:
    fields = {
        "enrollment": BEGUN,
        "course_title": "",
        "learner_name": "",
        "topics": 2,
        "topics_completed": 2,
        "final_tests": 0,
        "final_tests_passed": 0,
        "reached_at": NOW + timedelta(hours=1),
        "has_certificate": False,
        **changes,
    }
    return EnrollmentProgress(**fields)  # type: ignore[arg-type]


@given(st.integers(0, 500), st.integers(0, 500))
def test_progress_is_rounded_down_and_whole_only_when_all_is_done(topics: int, completed: int) -> None:
    percent = progress(topics=topics, topics_completed=min(completed, topics)).percent
    assert 0 <= percent <= 100
    assert (percent == 100) == (0 < topics <= completed)
    if topics:
        assert percent * topics <= min(completed, topics) * 100 < (percent + 1) * topics


def test_a_course_is_completed_by_its_last_fact_and_stays_so() -> None:
    updated = progress().updated_enrollment()
    assert (updated.status, updated.completed_at) == (EnrollmentStatus.COMPLETED, NOW + timedelta(hours=1))
    lowered = progress(enrollment=updated, topics=3, reached_at=NOW + timedelta(days=1)).updated_enrollment()
    assert lowered == replace(updated, progress_percent=66)
    again = progress(
        enrollment=lowered, topics=3, topics_completed=3, reached_at=NOW + timedelta(days=2)
    ).updated_enrollment()
    assert again == replace(updated, progress_percent=100, topics_completed=3)


def test_neither_an_empty_course_nor_one_with_a_test_left_is_complete() -> None:
    for changes in ({"topics": 0, "topics_completed": 0}, {"final_tests": 2, "final_tests_passed": 1}):
        assert progress(**changes).updated_enrollment().status is EnrollmentStatus.IN_PROGRESS
    assert progress(final_tests=2, final_tests_passed=2).updated_enrollment().status is EnrollmentStatus.COMPLETED


def test_what_was_completed_before_enrolling_completes_then() -> None:
    updated = progress(reached_at=NOW - timedelta(days=1)).updated_enrollment()
    assert updated.completed_at == NOW
    assigned = Enrollment.assigned(uuid4(), uuid4(), uuid4(), None, NOW)
    assert progress(enrollment=assigned).updated_enrollment().completed_at == NOW + timedelta(hours=1)


@given(st.lists(st.integers(0, 4_000), max_size=30))
def test_no_second_of_study_is_lost_or_counted_twice(seconds: list[int]) -> None:
    enrollment = BEGUN
    for some in seconds:
        enrollment = enrollment.studied(some, NOW)
    assert enrollment.hours_studied * 3600 + enrollment.seconds_over == sum(seconds)
    assert 0 <= enrollment.seconds_over < 36
    assert enrollment.hours_studied == enrollment.hours_studied.quantize(Decimal("0.01"))


def test_an_assigned_course_begins_with_the_first_activity() -> None:
    assigned = Enrollment.assigned(uuid4(), uuid4(), uuid4(), NOW, NOW)
    begun = assigned.studied(0, NOW)
    assert (begun.status, begun.started_at, begun.due_at) == (EnrollmentStatus.IN_PROGRESS, NOW, NOW)


def topic(number: int, *, completed: bool = False, left: int | None = None) -> TopicReport:
    last = None if left is None else NOW + timedelta(minutes=left)
    return TopicReport(
        id=number, title="", code="", completed=completed, completed_at=None, position_seconds=0, last_activity=last
    )


def resume(*topics: TopicReport) -> int | None:
    lesson = LessonReport(id=1, title="", test=None, topics=topics)
    program = ProgramReport(id=1, title="", final_test=None, lessons=(lesson,))
    course = CourseReport(
        course_id=uuid4(), title="", status=EnrollmentStatus.IN_PROGRESS, progress_percent=0, programs=(program,)
    )
    return course.resume_at.id if course.resume_at else None


def test_one_goes_on_where_one_left_last() -> None:
    assert resume(topic(1, completed=True, left=9), topic(2), topic(3)) == 2
    assert resume(topic(1), topic(2, left=1), topic(3, left=2), topic(4, completed=True, left=3)) == 3
    assert resume(topic(1, completed=True)) is None
    assert resume() is None


def test_numbers_of_certificates_have_six_digits_or_more() -> None:
    assert certificate_number(2026, 1) == "ATG-2026-000001"
    assert certificate_number(2026, 1_234_567) == "ATG-2026-1234567"
