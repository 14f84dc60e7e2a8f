"""Completion, in memory."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.learning.assigned_paths import assigned_paths, begin, due_of, enroll_obliged
from atg_adapters.memory.learning.path_learners import learner_on, path_of
from atg_adapters.memory.learning.prerequisites import MemoryPrerequisiteQueries
from atg_adapters.memory.learning.totals import totals_of
from atg_adapters.memory.people import display_name
from atg_adapters.memory.shown_programs import shows
from atg_core.learning.assigned_paths import AssignedPath, Obligation
from atg_core.learning.model import Certificate, Enrollment, EnrollmentProgress, EnrollmentStatus, Held, Scope
from atg_core.learning.obligations import earliest
from atg_core.learning.paths import LearnerOnPath
from atg_core.learning.ports import LearnerNotFound
from atg_core.learning.prerequisites import CourseAccess
from atg_core.learning.totals import Streak


class MemoryCompletion:
    """`CompletionStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def learners_on_paths(self, user_ids: Collection[UUID] | None) -> list[LearnerOnPath]:
        paths = {row["id"]: row for row in self.database.rows("learning_paths", is_active=True)}
        assignments = sorted(
            self.database.rows("user_learning_paths", cancelled_at=None),
            key=lambda row: (row["user_id"], row["learning_path_id"]),
        )
        return [
            learner_on(self.database, path_of(self.database, paths[row["learning_path_id"]]), row)
            for row in assignments
            if row["learning_path_id"] in paths and (user_ids is None or row["user_id"] in user_ids)
        ]

    async def open_courses(self, enrollments: Sequence[Enrollment]) -> None:
        for new in enrollments:
            key = {"user_id": new.user_id, "course_id": new.course_id}
            former = next(self.database.rows("user_courses", **key), None)
            if former is None:
                self.database.insert("user_courses", asdict(new))
                continue
            is_left = former["cancelled_at"] is not None
            due = {
                name: earliest([new.due_at, None if is_left else former.get(name)]) for name in ("due_at", "own_due_at")
            }
            self.database.update("user_courses", former["id"], **due, by_assignment=False, cancelled_at=None)

    async def assigned_paths(self, user_ids: Collection[UUID]) -> list[AssignedPath]:
        return assigned_paths(self.database, user_ids)

    async def oblige(self, obligations: Sequence[Obligation], now: datetime) -> None:
        for each in obligations:
            begin(self.database, each)
            enroll_obliged(self.database, each.user_id, each.course_id, now)
            [row] = self.database.rows("user_courses", user_id=each.user_id, course_id=each.course_id)
            self.database.update("user_courses", row["id"], due_at=due_of(self.database, row))

    async def access(self, user_id: UUID, course_ids: Collection[UUID]) -> list[CourseAccess]:
        return list((await MemoryPrerequisiteQueries(self.database).of_courses(user_id, course_ids)).values())

    async def access_to_program(self, user_id: UUID, program_id: int) -> list[CourseAccess]:
        return await MemoryPrerequisiteQueries(self.database).of_program(user_id, program_id)

    async def lock_learners(self, scope: Scope) -> None:
        if scope.user_id is not None and scope.user_id not in self.tables["users"]:
            raise LearnerNotFound

    async def enrollment_progress(self, scope: Scope) -> list[EnrollmentProgress]:
        found = [
            self._progress_of(row)
            for row in self.database.rows("user_courses", cancelled_at=None)
            if scope.user_id in {None, row["user_id"]}
            and (scope.user_ids is None or row["user_id"] in scope.user_ids)
            and self._is_in(scope, row)
        ]
        begun = sorted(
            (each for each in found if each.enrollment.started_at),
            key=lambda each: (each.enrollment.started_at, each.enrollment.id),
        )
        return [*begun, *(each for each in found if not each.enrollment.started_at)]

    async def outdated(self, scope: Scope) -> list[EnrollmentProgress]:
        return [
            each
            for each in await self.enrollment_progress(scope)
            if each.updated_enrollment() != each.enrollment
            or (each.enrollment.status is EnrollmentStatus.COMPLETED and each.lacks_certificate)
        ]

    async def save(self, enrollments: Sequence[Enrollment]) -> None:
        for enrollment in enrollments:
            self.database.update("user_courses", enrollment.id, **asdict(enrollment))

    async def next_numbers(self, year: int, count: int) -> int:
        last: int = self.tables["certificate_numbers"].get(year, {"last": 0})["last"]
        self.tables["certificate_numbers"][year] = {"id": year, "last": last + count}
        return last + 1

    async def issue(self, certificates: Sequence[Certificate]) -> None:
        for certificate in certificates:
            self.database.insert("certificates", asdict(certificate))

    async def refresh_totals(self, scope: Scope, now: datetime) -> None:
        for user_id in self._learners(scope):
            totals = asdict(totals_of(self.database, user_id))
            kept = self.tables["user_stats"].get(user_id, {})
            if any(kept.get(name) != value for name, value in totals.items()):
                self.tables["user_stats"][user_id] = {**kept, "id": user_id, **totals, "last_updated": now}

    async def refresh_streaks(self, scope: Scope, timezone: tzinfo) -> None:
        for user_id in self._learners(scope) & set(self.tables["user_stats"]):
            moments = [row["completed_at"] for row in self.database.rows("user_topic_progress", user_id=user_id)]
            streak = Streak.of({moment.astimezone(timezone).date() for moment in moments if moment})
            kept = self.tables["user_stats"][user_id]
            if kept.get("streak") != streak:
                self.tables["user_stats"][user_id] = {**kept, "streak": streak}

    def _learners(self, scope: Scope) -> set[UUID]:
        if scope.user_id is not None:
            return {scope.user_id}
        if scope.user_ids is not None:
            return set(scope.user_ids)
        if scope.is_of_courses:
            return {row["user_id"] for row in self._rows("user_courses") if self._is_in(scope, row)}
        facts = ("user_courses", "user_topic_progress", "user_test_results")
        return {row["user_id"] for table in facts for row in self._rows(table)} | set(self.tables["user_stats"])

    def _rows(self, table: str) -> Iterator[Row]:
        return self.database.rows(table)

    def _is_in(self, scope: Scope, enrollment: Row) -> bool:
        """Whether it is in one of the courses of the scope."""
        course = self.tables["courses"][enrollment["course_id"]]
        return scope.course_id in {None, course["id"]} and scope.station_id in {None, course["station_id"]}

    def active_programs(self, course_id: UUID) -> set[int]:
        course = self.tables["courses"][course_id]
        return {row["id"] for row in self.database.rows("course_programs", is_active=True) if shows(course, row)}

    def active_topics(self, course_id: UUID) -> set[int]:
        programs = self.active_programs(course_id)
        lessons = {row["id"] for row in self._active("lessons") if row["course_program_id"] in programs}
        return {row["id"] for row in self._active("topics") if row["lesson_id"] in lessons}

    def _active(self, table: str) -> Iterator[Row]:
        return self.database.rows(table, is_active=True)

    def _progress_of(self, row: Row) -> EnrollmentProgress:
        user, course = row["user_id"], row["course_id"]
        topics = self.active_topics(course)
        programs = self.active_programs(course)
        finals = {test["id"]: test for test in self._active("final_tests") if test["course_program_id"] in programs}
        required = {test_id for test_id, test in finals.items() if test["questions_count"]}
        enrollment, its_course = convert(row, Enrollment), self.tables["courses"][course]
        completed_topics = [
            moment
            for progress in self.database.rows("user_topic_progress", user_id=user, completed=True)
            if progress["topic_id"] in topics
            and enrollment.counts_topic(moment := progress.get("renewed_at") or progress["completed_at"])
        ]
        passed: dict[int, datetime] = {}
        for result in self.database.rows("user_test_results", user_id=user, passed=True):
            counts = enrollment.tests_since is None or result["created_at"] > enrollment.tests_since
            if counts and (test := result["final_test_id"]) in finals:
                passed[test] = min(passed.get(test, result["created_at"]), result["created_at"])
        return EnrollmentProgress(
            enrollment=enrollment,
            course_title=its_course["title"],
            learner_name=display_name(self.database, user),
            topics=len(topics),
            topics_completed=len(completed_topics),
            final_tests=len(required),
            final_tests_passed=len(required & passed.keys()),
            reached_at=max([*completed_topics, *passed.values()], default=None),
            has_certificate=any(
                self.database.rows("certificates", user_id=user, course_id=course, round=enrollment.round)
            ),
            valid_months=its_course["valid_months"],
            renew_days=its_course["renew_days"],
            renew_topics=its_course["renew_topics"],
            held=self._held(user, course),
        )

    def _held(self, user_id: UUID, course_id: UUID) -> Held | None:
        """The certificate of elsewhere that is valid for longest."""
        rows = list(self.database.rows("external_certificates", user_id=user_id, course_id=course_id))
        endless = [row for row in rows if row["valid_until"] is None]
        last = max((row["valid_until"] for row in rows if row["valid_until"]), default=None)
        longest = endless or [row for row in rows if row["valid_until"] == last]
        return convert(min(longest, key=lambda row: (row["issued_at"], row["id"]), default=None), Held | None)
