"""Laws of prerequisites: no course requires, by any way, what nobody could ever pass."""

from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from atg_core.catalog.prerequisites import PrerequisiteCycle, Required, Requirements
from tests.examples import examples

COURSES = [UUID(int=number) for number in range(1, 6)]
TESTS = range(1, 5)
REQUIRED = st.builds(
    Required,
    courses=st.frozensets(st.sampled_from(COURSES), max_size=2),
    final_tests=st.frozensets(st.sampled_from(TESTS), max_size=2),
)
REQUIREMENTS = st.builds(
    Requirements,
    of=st.dictionaries(st.sampled_from(COURSES), REQUIRED),
    shown_by=st.dictionaries(st.sampled_from(TESTS), st.frozensets(st.sampled_from(COURSES), max_size=2)),
)


def passed_by_a_learner(requirements: Requirements) -> set[UUID]:
    """The courses that somebody completes who begins whatever they can, and passes every test of it."""
    completed: set[UUID] = set()
    tests = {test for test in TESTS if not requirements.shown_by.get(test)}
    for _ in COURSES:
        for course in COURSES:
            required = requirements.of.get(course, Required())
            if required.courses <= completed and required.final_tests <= tests:
                completed.add(course)
                tests |= {test for test in TESTS if course in requirements.shown_by.get(test, ())}
    return completed


@settings(max_examples=examples(500))
@given(REQUIREMENTS)
def test_a_cycle_is_found_where_a_learner_would_be_stuck_and_nowhere_else(requirements: Requirements) -> None:
    reached = passed_by_a_learner(requirements)
    for course in COURSES:
        cycle = requirements.cycle_at(course)
        assert (cycle is None) == (course in reached)
        if cycle is None:
            continue
        assert cycle[0] == cycle[-1]
        assert len(set(cycle)) == len(cycle) - 1
        assert not set(cycle) & reached
        for one, next_one in pairwise(cycle):
            required = requirements.of[one]
            shown = {each for test in required.final_tests for each in requirements.shown_by.get(test, ())}
            assert next_one in required.courses | shown


@settings(max_examples=examples(200))
@given(REQUIREMENTS, st.sampled_from(COURSES), REQUIRED)
def test_a_change_that_is_allowed_shuts_no_other_course(before: Requirements, course: UUID, required: Required) -> None:
    """So that only the changed course has to be looked at."""
    after = before.with_course(course, required)
    if after.cycle_at(course) is None:
        assert passed_by_a_learner(after) >= passed_by_a_learner(before)


def test_a_course_does_not_require_its_own_test() -> None:
    own = Requirements(of={COURSES[0]: Required(final_tests=frozenset({1}))}, shown_by={1: COURSES[:1]})
    assert own.cycle_at(COURSES[0]) == [COURSES[0], COURSES[0]]
    elsewhere = Requirements(of=own.of, shown_by={1: COURSES[:2]})
    assert elsewhere.cycle_at(COURSES[0]) is None


def test_the_chain_is_told() -> None:
    error = PrerequisiteCycle([(COURSES[0], "А"), (COURSES[1], "Б"), (COURSES[0], "А")])
    assert "А → Б → А" in str(error)
    assert error.code == "prerequisite_cycle"
