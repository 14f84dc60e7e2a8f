"""What every `EnrollmentStore` promises, with its `LearnerQueries`."""

import asyncio
from contextvars import Context
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from atg_core.clock import utc_now
from atg_core.learning.model import Enrollment, EnrollmentStatus, Scope
from atg_core.learning.ports import CourseNotFound
from atg_core.learning.totals import Totals
from atg_entrypoints.container import Container
from tests.arranging import arrange, insert, rows_of
from tests.people import add_person


async def courses(container: Container, *codes: str, active: str = "true") -> list[UUID]:
    await arrange(container, courses=[{"code": code, "title": code, "is_active": active} for code in codes])
    ids = {row["code"]: row["id"] for row in await rows_of(container, "courses")}
    return [ids[code] for code in codes]


class EnrollmentsContract:
    """Run by every adapter: the fixture `container` says which."""

    async def test_only_an_active_course_is_open(self, container: Container) -> None:
        [active], [inactive] = await courses(container, "A"), await courses(container, "B", active="false")
        user = await add_person(container)
        async with container.open_enrollments()() as store:
            await store.lock_course_and_learner(user, active)
        for course in (inactive, uuid4()):
            with pytest.raises(CourseNotFound):
                async with container.open_enrollments()() as store:
                    await store.lock_course_and_learner(user, course)

    async def test_an_enrollment_is_found_in_an_active_course(self, container: Container) -> None:
        [course], [inactive] = await courses(container, "A"), await courses(container, "B", active="false")
        user, other = await add_person(container), await add_person(container, "boris")
        queries = container.learner_queries()
        assert await queries.find_enrollment(user, course) == (None, False)
        enrollment = await container.enroll()(user, course)
        assert await queries.find_enrollment(user, course) == (enrollment, False)
        assert await queries.find_enrollment(other, course) == (None, False)
        await container.leave()(user, course)
        left, _ = await queries.find_enrollment(user, course)
        assert left
        assert left.cancelled_at
        for absent in (inactive, uuid4()):
            with pytest.raises(CourseNotFound):
                await queries.find_enrollment(user, absent)

    async def test_a_begun_course_is_counted_when_the_learner_is_locked(self, container: Container) -> None:
        user, now = await add_person(container), utc_now()
        for number, [course] in enumerate([await courses(container, "A"), await courses(container, "B")], start=1):
            async with container.open_enrollments()() as store:
                await store.count_begun(user, course, now)
            assert (await container.learner_queries().stats(user)).totals == Totals(active_courses=number)
        with pytest.raises(CourseNotFound):
            async with container.open_enrollments()() as store:
                await store.count_begun(user, uuid4(), now)

    async def test_the_first_enrollment_stays(self, container: Container) -> None:
        user, [course], now = await add_person(container), await courses(container, "A"), utc_now()
        first = Enrollment.begin(uuid4(), user, course, now)
        async with container.open_enrollments()() as store:
            assert await store.add_once(first) == first
        async with container.open_enrollments()() as store:
            later = Enrollment.begin(uuid4(), user, course, now + timedelta(hours=1))
            assert await store.add_once(later) == first

    async def test_a_course_stays_open_until_the_end_of_the_transaction(self, container: Container) -> None:
        [course], user = await courses(container, "A"), await add_person(container)
        async with container.open_enrollments()() as store:
            await store.lock_course_and_learner(user, course)
            closing = asyncio.create_task(courses(container, "A", active="false"), context=Context())
            done, _ = await asyncio.wait([closing], timeout=0.2)
            assert not done
        await closing
        with pytest.raises(CourseNotFound):
            async with container.open_enrollments()() as store:
                await store.lock_course_and_learner(user, course)

    async def test_an_error_undoes_an_enrollment(self, container: Container) -> None:
        user, [course] = await add_person(container), await courses(container, "A")

        async def fail_after_enrolling() -> None:
            async with container.open_enrollments()() as store:
                await store.add_once(Enrollment.begin(uuid4(), user, course, utc_now()))
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await fail_after_enrolling()
        assert await container.learner_queries().enrolled_courses(user) == []

    async def test_two_transactions_at_once_store_the_first_enrollment_alone(self, container: Container) -> None:
        user, [course], now = await add_person(container), await courses(container, "A"), utc_now()

        async def add(enrollment: Enrollment) -> Enrollment:
            async with container.open_enrollments()() as store:
                await store.lock_course_and_learner(user, course)
                return await store.add_once(enrollment)

        offered = [Enrollment.begin(uuid4(), user, course, now + timedelta(hours=n)) for n in range(2)]
        one, other = await asyncio.gather(*map(add, offered))
        assert one == other
        assert one in offered
        assert [row["id"] for row in await rows_of(container, "user_courses")] == [one.id]

    async def test_a_saved_enrollment_is_stored_whole_and_no_other(self, container: Container) -> None:
        anna, boris = await add_person(container), await add_person(container, "boris")
        [course], now = await courses(container, "A"), utc_now()
        async with container.open_enrollments()() as store:
            hers = await store.add_once(Enrollment.begin(uuid4(), anna, course, now))
            his = await store.add_once(Enrollment.begin(uuid4(), boris, course, now))
            changed = replace(
                hers,
                progress_percent=100,
                status=EnrollmentStatus.COMPLETED,
                completed_at=now + timedelta(days=1),
                hours_studied=Decimal("12345678.90"),
                last_activity=now + timedelta(days=1),
                due_at=now + timedelta(days=2),
            )
            await store.save([changed])
        async with container.open_enrollments()() as store:
            assert await store.add_once(replace(hers, id=uuid4())) == changed
            assert await store.add_once(replace(his, id=uuid4())) == his

    async def test_many_at_once_make_one_enrollment(self, container: Container) -> None:
        user, [course] = await add_person(container), await courses(container, "A")
        enrollments = await asyncio.gather(*(container.enroll()(user, course) for _ in range(20)))
        assert len({enrollment.id for enrollment in enrollments}) == 1
        assert len(await rows_of(container, "user_courses")) == 1

    async def test_enrolling_again_brings_a_cancelled_enrollment_back_as_it_was(self, container: Container) -> None:
        user, [course], now = await add_person(container), await courses(container, "A"), utc_now()
        enrollment = await container.enroll()(user, course)
        far = replace(enrollment, progress_percent=40, hours_studied=Decimal("1.50"), cancelled_at=now)
        async with container.open_enrollments()() as store:
            await store.save([far])
        assert await container.learner_queries().enrolled_courses(user) == []
        resumed = await container.enroll()(user, course)
        assert resumed == replace(far, cancelled_at=None, progress_percent=0)
        [shown] = await container.learner_queries().enrolled_courses(user)
        assert (shown.course_id, shown.progress_percent, shown.title) == (course, 0, "A")

    async def test_an_assigned_course_begins_when_its_user_enrolls(self, container: Container) -> None:
        user, [course] = await add_person(container), await courses(container, "A")
        assigned = replace(
            Enrollment.begin(uuid4(), user, course, utc_now()), status=EnrollmentStatus.NOT_STARTED, started_at=None
        )
        async with container.open_enrollments()() as store:
            await store.add_once(assigned)
        begun = await container.enroll()(user, course)
        assert begun.status is EnrollmentStatus.IN_PROGRESS
        assert begun.started_at is not None

    async def test_enrollments_come_newest_first(self, container: Container) -> None:
        user, ids, now = await add_person(container), await courses(container, "A", "B", "C"), utc_now()
        async with container.open_enrollments()() as store:
            for hours, course in zip((1, 3, 2), ids, strict=True):
                await store.add_once(Enrollment.begin(uuid4(), user, course, now + timedelta(hours=hours)))
        assert [shown.title for shown in await container.learner_queries().enrolled_courses(user)] == ["B", "C", "A"]
        [assigned] = await courses(container, "D")
        unbegun = Enrollment.begin(uuid4(), user, assigned, now)
        async with container.open_enrollments()() as store:
            await store.add_once(replace(unbegun, status=EnrollmentStatus.NOT_STARTED, started_at=None))
        assert [shown.title for shown in await container.learner_queries().enrolled_courses(user)] == [
            "D",
            "B",
            "C",
            "A",
        ]
        assert await container.learner_queries().enrolled_courses(uuid4()) == []

    async def test_facts_are_the_learners_own(self, container: Container) -> None:
        user, other = await add_person(container), await add_person(container, "boris")
        [course], now = await courses(container, "A"), utc_now()
        await arrange(
            container,
            stations=[{"short_name": "S", "name": "S"}],
            programs=[{"code": "P", "station": "S", "title": "P"}],
            lessons=[{"code": "L", "program": "P", "title": "L"}],
            topics=[{"lesson": "L", "code": code, "title": code} for code in ("1", "2")],
            tests=[
                {"code": "T", "lesson": "L", "program": "", "title": "T"},
                {"code": "F", "lesson": "", "program": "P", "title": "F"},
            ],
        )
        [lesson_test], [final_test] = await rows_of(container, "lesson_tests"), await rows_of(container, "final_tests")
        topics = await rows_of(container, "topics")
        for person in (user, other):
            enrollment = await container.enroll()(person, course)
            async with container.open_enrollments()() as store:
                await store.save([replace(enrollment, progress_percent=60, hours_studied=Decimal("2.25"))])
        times = {"created_at": now, "updated_at": now}
        for topic, completed in zip(topics, (True, False), strict=True):
            await insert(
                container,
                "user_topic_progress",
                id=uuid4(),
                user_id=user,
                topic_id=topic["id"],
                completed=completed,
                completed_at=now if completed else None,
                last_activity=now,
                position_seconds=0,
                **times,
            )
        for attempt, (lesson, final, score, passed) in enumerate(
            (
                (lesson_test["id"], None, 60, False),
                (lesson_test["id"], None, 90, True),
                (None, final_test["id"], 50, False),
            )
        ):
            await insert(
                container,
                "user_test_results",
                id=uuid4(),
                user_id=user,
                lesson_test_id=lesson,
                final_test_id=final,
                score_percent=score,
                passed=passed,
                attempt=attempt,
                **times,
            )
        async with container.open_enrollments()() as store:
            for _ in range(2):
                await store.refresh_totals(Scope(), now)
                await store.refresh_streaks(Scope(), UTC)
        totals, streak_days, certificates = await container.show_stats()(user)
        assert totals == Totals(
            active_courses=1,
            total_progress=60,
            total_hours_studied=Decimal("2.25"),
            topics_completed=1,
            tests_taken=2,
            tests_passed=1,
            best_scores=140,
        )
        assert (totals.average_score, streak_days, certificates) == (70.0, 1, [])
        assert (await container.learner_queries().stats(other)).totals.topics_completed == 0

    async def test_certificates_come_newest_first(self, container: Container) -> None:
        user, ids, now = await add_person(container), await courses(container, "A", "B"), utc_now()
        for number, course in enumerate(ids, start=1):
            await insert(
                container,
                "certificates",
                id=uuid4(),
                user_id=user,
                course_id=course,
                full_name="Анна Ким",
                title=f"Курс {number}",
                issued_at=now + timedelta(days=number),
                number=f"ATG-2026-{number:06}",
                verification_code=f"code-{number}",
            )
        certificates = (await container.learner_queries().stats(user)).certificates
        assert [certificate.number for certificate in certificates] == ["ATG-2026-000002", "ATG-2026-000001"]
        assert certificates[0].issued_at == now + timedelta(days=2)
