"""How far a learner is in a file and in a program."""

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.learning.materials import MaterialType, Viewing
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.programs import ProgramStanding

SECONDS = st.floats(min_value=0, max_value=1e9)


@pytest.mark.parametrize(
    ("position", "duration", "percent", "shown", "completed"),
    [
        (0, None, None, 0, False),
        (30, None, None, 0, False),
        (30, 0, None, 0, False),
        (30.9, 60.2, None, 51, False),
        (30, 60, 100, 50, False),
        (0, None, 94.9, 95, False),
        (0, None, 95, 95, True),
        (57, 60, None, 95, True),
        (61, 60, None, 100, True),
    ],
)
def test_the_percent_of_a_file_is_that_of_its_duration_else_the_one_that_is_told(
    position: float, duration: float | None, percent: float | None, shown: int, *, completed: bool
) -> None:
    viewing = Viewing.at(MaterialType.VIDEO, position, duration, percent, is_completed=False)
    assert (viewing.progress_percent, viewing.is_completed) == (shown, completed)
    assert viewing.position_seconds == int(position)


@given(SECONDS, st.none() | SECONDS, st.none() | st.floats(min_value=0, max_value=100), st.booleans())
def test_whatever_a_player_tells_a_percent_is_one(
    position: float, duration: float | None, percent: float | None, told: bool
) -> None:
    viewing = Viewing.at(MaterialType.VIDEO, position, duration, percent, is_completed=told)
    assert 0 <= viewing.progress_percent <= 100
    assert viewing.is_completed or not told


STANDING = ProgramStanding(
    program_id=1,
    station_id=1,
    title="",
    description=None,
    duration=None,
    lessons_count=1,
    topics_count=2,
    tests_count=1,
    course_id=uuid4(),
    enrollment_status=EnrollmentStatus.IN_PROGRESS,
    started_at=None,
    course_completed_at=None,
    last_activity=None,
    files=2,
    bare_topics=1,
    tests=0,
    files_completed=0,
    bare_topics_completed=0,
    tests_passed=0,
)


def test_a_program_is_completed_with_its_last_unit_and_stays_so_with_its_course() -> None:
    nearly = replace(STANDING, files_completed=2)
    assert (nearly.progress_percent, nearly.status) == (66, EnrollmentStatus.IN_PROGRESS)
    done = replace(nearly, bare_topics_completed=1)
    assert (done.progress_percent, done.status) == (100, EnrollmentStatus.COMPLETED)
    more = replace(done, files=9, enrollment_status=EnrollmentStatus.COMPLETED)
    assert (more.progress_percent, more.status) == (30, EnrollmentStatus.COMPLETED)


def test_a_program_of_nothing_is_never_completed() -> None:
    nothing = replace(STANDING, files=0, bare_topics=0)
    assert (nothing.progress_percent, nothing.status) == (0, EnrollmentStatus.IN_PROGRESS)
