"""Laws of learning paths: order and due dates, in whatever order courses are completed and however clocks jump."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from atg_core.learning.paths import (
    CourseState,
    DueFrom,
    EnrolledIn,
    LearnerOnPath,
    LearningPath,
    Opening,
    PathCourse,
    courses_to_open,
)
from tests.examples import examples

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
PERSON = UUID(int=99)
COURSES = [UUID(int=number) for number in range(1, 5)]
DAYS = st.none() | st.integers(0, 30)
MOMENTS = st.integers(-40 * 24, 40 * 24).map(lambda hours: MONDAY + timedelta(hours=hours))
COMPLETED = st.dictionaries(st.sampled_from(COURSES), MOMENTS)


@st.composite
def paths(draw: st.DrawFn) -> LearningPath:
    courses = tuple(
        PathCourse(course_id=course, title=str(course), due_days=draw(DAYS), due_from=draw(st.sampled_from(DueFrom)))
        for course in draw(st.permutations(COURSES))[: draw(st.integers(0, 4))]
    )
    return LearningPath(
        id=UUID(int=50),
        title="Путь",
        description=None,
        code=None,
        is_active=True,
        opening=draw(st.sampled_from(Opening)),
        due_days=draw(DAYS),
        created_at=MONDAY,
        updated_at=MONDAY,
        courses=courses,
    )


@settings(max_examples=examples(500))
@given(paths(), MOMENTS, COMPLETED)
def test_each_course_is_where_the_rule_says(
    path: LearningPath, assigned_at: datetime, completed: dict[UUID, datetime]
) -> None:
    """The same in other words: each course by itself, from the courses before it."""
    plan = path.plan(assigned_at, completed)
    assert [each.course_id for each in plan] == [each.course_id for each in path.courses]
    for place, (course, planned) in enumerate(zip(path.courses, plan, strict=True)):
        before = [each.course_id for each in path.courses[:place]]
        left = [each for each in before if each not in completed]
        ready_at = None if left else max([assigned_at, *(completed[each] for each in before)])
        if course.course_id in completed:
            assert planned.state is CourseState.COMPLETED
        else:
            waits = bool(left) and path.opening is Opening.IN_ORDER
            assert planned.state is (CourseState.WAITING if waits else CourseState.OPEN)
            assert list(planned.waits_for) == (left if waits else [])
        dates = [] if path.due_days is None else [assigned_at + timedelta(days=path.due_days)]
        since = ready_at if course.due_from is DueFrom.PREVIOUS else assigned_at
        if course.due_days is not None and since:
            dates.append(since + timedelta(days=course.due_days))
        assert planned.due_at == min(dates, default=None)
        assert (planned.opens_at is None) == (planned.state is CourseState.WAITING)


@settings(max_examples=examples(200))
@given(paths(), MOMENTS, st.permutations(COURSES), st.lists(MOMENTS, min_size=4, max_size=4))
def test_completing_more_never_shuts_a_course_and_the_order_does_not_matter(
    path: LearningPath, assigned_at: datetime, order: list[UUID], moments: list[datetime]
) -> None:
    completed: dict[UUID, datetime] = {}
    open_before: set[UUID] = set()
    for course, moment in zip(order, moments, strict=True):
        completed[course] = moment
        plan = path.plan(assigned_at, completed)
        reached = {each.course_id for each in plan if each.state is not CourseState.WAITING}
        assert open_before <= reached
        open_before = reached
    assert all(each.state is CourseState.COMPLETED for each in path.plan(assigned_at, completed))
    assert path.plan(assigned_at, dict(sorted(completed.items()))) == path.plan(assigned_at, completed)


@settings(max_examples=examples(300))
@given(st.lists(paths(), max_size=2), MOMENTS, COMPLETED, st.dictionaries(st.sampled_from(COURSES), MOMENTS))
def test_opening_once_is_enough_and_no_due_date_gets_later(
    several: list[LearningPath], assigned_at: datetime, completed: dict[UUID, datetime], due: dict[UUID, datetime]
) -> None:
    enrolled = {
        course: EnrolledIn(completed_at=completed.get(course), due_at=due.get(course), is_cancelled=False)
        for course in {*completed, *due}
    }

    def learners() -> list[LearnerOnPath]:
        return [
            LearnerOnPath(path=path, user_id=PERSON, assigned_at=assigned_at, enrolled=dict(enrolled))
            for path in several
        ]

    for (user, course), due_at in courses_to_open(learners()).items():
        assert user == PERSON
        former = enrolled[course].due_at if course in enrolled else None
        assert former is None or (due_at is not None and due_at < former)
        enrolled[course] = EnrolledIn(completed_at=None, due_at=due_at, is_cancelled=False)
    assert courses_to_open(learners()) == {}
    for learner in learners():
        for planned in learner.plan:
            if planned.state is CourseState.OPEN:
                due_at = enrolled[planned.course_id].due_at
                assert planned.due_at is None or (due_at is not None and due_at <= planned.due_at)


def test_who_has_left_a_course_is_enrolled_again_only_with_a_path_assigned_anew() -> None:
    path = LearningPath(
        id=UUID(int=50),
        title="Путь",
        description=None,
        code=None,
        is_active=True,
        opening=Opening.AT_ONCE,
        due_days=None,
        created_at=MONDAY,
        updated_at=MONDAY,
        courses=(PathCourse(course_id=COURSES[0], title="1"),),
    )
    left = {COURSES[0]: EnrolledIn(completed_at=None, due_at=None, is_cancelled=True)}
    learner = LearnerOnPath(path=path, user_id=PERSON, assigned_at=MONDAY, enrolled=left)
    assert courses_to_open([learner]) == {}
    assert courses_to_open([learner], path.id) == {(PERSON, COURSES[0]): None}
