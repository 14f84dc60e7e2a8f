"""What every `CompletionStore` promises about enrollments whose stored progress is outdated."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from atg_core.clock import utc_now
from atg_core.learning.model import Enrollment, EnrollmentProgress, EnrollmentStatus, Scope
from atg_entrypoints.container import Container
from tests.arranging import insert
from tests.people import add_person
from tests.school import School, company_course, school

IN_PROGRESS, COMPLETED = EnrollmentStatus.IN_PROGRESS, EnrollmentStatus.COMPLETED


@dataclass(frozen=True, kw_only=True)
class Learner:
    """Facts: how many of two topics are completed, and whether the final test is passed; the rest is stored.

    `counted`: how many topics the stored percent counts, by default those that are completed.
    """

    topics: int = 0
    counted: int | None = None
    passed: bool = False
    percent: int = 0
    status: EnrollmentStatus = IN_PROGRESS
    certified: bool = False


CURRENT = {
    "nothing yet": Learner(),
    "half of it": Learner(topics=1, percent=50),
    "all but the final test": Learner(topics=2, percent=100),
    "the final test alone": Learner(passed=True),
    "completed": Learner(topics=2, passed=True, percent=100, status=COMPLETED, certified=True),
    "completed before there was more": Learner(topics=1, percent=50, status=COMPLETED, certified=True),
}
OUTDATED = {
    "more than is stored": Learner(topics=1),
    "less than is stored": Learner(topics=1, percent=100),
    "another number of topics": Learner(topics=1, counted=2, percent=50),
    "right already but not yet completed": Learner(topics=2, passed=True, percent=100),
    "completed without a certificate": Learner(topics=2, passed=True, percent=100, status=COMPLETED),
}


class CompletionContract:
    """Run by every adapter: the fixture `container` says which."""

    async def test_outdated_is_what_differs_from_the_facts_and_nothing_else(self, container: Container) -> None:
        at, other = await school(container), await school(container, name="T")
        ids = {name: await learner(container, at, each) for name, each in (CURRENT | OUTDATED).items()}
        everybody = tuple(ids.values())
        async with container.open_enrollments()() as store:
            for scope in (Scope(), Scope(station_id=at.station), Scope(user_ids=everybody)):
                assert names(ids, await store.outdated(scope)) == set(OUTDATED)
            for name, user_id in ids.items():
                for station in (None, at.station):
                    found = await store.outdated(Scope(user_id=user_id, station_id=station))
                    assert names(ids, found) == {name} & set(OUTDATED)
            assert await store.outdated(Scope(station_id=other.station)) == []

    async def test_a_course_without_a_station_is_counted_by_its_own_programs(self, container: Container) -> None:
        at = await school(container)
        one, other = await company_course(container), await company_course(container, name="V")
        person = await add_person(container)
        now = utc_now()
        async with container.open_enrollments()() as store:
            for course in (at.course, one.id, other.id):
                await store.add_once(Enrollment.begin(uuid4(), person, course, now))
        await insert(container, "user_topic_progress", **_completed(person, one.topics[0], now))
        async with container.open_enrollments()() as store:
            scopes = (Scope(course_id=one.id), Scope(user_id=person, course_id=one.id), Scope(user_ids=(person,)))
            for scope in scopes:
                [found] = await store.outdated(scope)
                assert (found.enrollment.course_id, found.topics, found.topics_completed) == (one.id, 2, 1)
            assert await store.outdated(Scope(course_id=other.id)) == []
            assert await store.outdated(Scope(station_id=at.station)) == []

    async def test_after_an_update_everything_is_as_the_facts_say(self, container: Container) -> None:
        at = await school(container)
        ids = {name: await learner(container, at, each) for name, each in (CURRENT | OUTDATED).items()}
        await container.update_completion()(Scope())
        async with container.open_enrollments()() as store:
            assert await store.outdated(Scope()) == []
            after = {each.enrollment.user_id: each for each in await store.enrollment_progress(Scope())}
        completed = {name for name, user_id in ids.items() if after[user_id].enrollment.status is COMPLETED}
        assert completed == {name for name in ids if "completed" in name}
        assert all(after[ids[name]].has_certificate for name in completed)


def names(ids: dict[str, UUID], found: list[EnrollmentProgress]) -> set[str]:
    users = {each.enrollment.user_id for each in found}
    return {name for name, user_id in ids.items() if user_id in users}


async def learner(container: Container, at: School, facts: Learner) -> UUID:
    """Stored as it is, without what would follow from it."""
    user_id, now = await add_person(container, f"learner-{uuid4()}"), utc_now()
    begun = Enrollment.begin(uuid4(), user_id, at.course, now)
    completed_at = now if facts.status is COMPLETED else None
    counted = facts.topics if facts.counted is None else facts.counted
    begun = replace(begun, topics_completed=counted)
    async with container.open_enrollments()() as store:
        await store.add_once(
            replace(begun, progress_percent=facts.percent, status=facts.status, completed_at=completed_at)
        )
    for topic_id in at.topics[: facts.topics]:
        await insert(container, "user_topic_progress", **_completed(user_id, topic_id, now))
    if facts.passed:
        await insert(container, "user_test_results", **_passed(user_id, at.final_test, now))
    if facts.certified:
        await insert(container, "certificates", **_certificate(user_id, at.course, now))
    return user_id


def _completed(user_id: UUID, topic_id: int, now: datetime) -> dict[str, Any]:
    times = dict.fromkeys(("completed_at", "last_activity", "created_at", "updated_at"), now)
    return {"id": uuid4(), "user_id": user_id, "topic_id": topic_id, "completed": True, "position_seconds": 0, **times}


def _passed(user_id: UUID, final_test_id: int, now: datetime) -> dict[str, Any]:
    tests = {"lesson_test_id": None, "final_test_id": final_test_id}
    result = {"score_percent": 90, "passed": True, "attempt": 1, "created_at": now, "updated_at": now}
    return {"id": uuid4(), "user_id": user_id, **tests, **result}


def _certificate(user_id: UUID, course_id: UUID, now: datetime) -> dict[str, Any]:
    number = {"number": f"OLD-{user_id.hex[:12]}", "verification_code": user_id.hex[:22]}
    named = {"full_name": "Имя", "title": "Курс"}
    return {"id": uuid4(), "user_id": user_id, "course_id": course_id, "issued_at": now, "round": 1, **named, **number}
