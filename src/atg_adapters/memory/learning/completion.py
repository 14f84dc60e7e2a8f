"""Completion, in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.learning.totals import totals_of
from atg_adapters.memory.people import display_name
from atg_core.learning.model import Certificate, Enrollment, EnrollmentProgress, EnrollmentStatus, Scope
from atg_core.learning.ports import LearnerNotFound
from atg_core.learning.totals import Streak


class MemoryCompletion:
    """`CompletionStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def lock_learners(self, scope: Scope) -> None:
        if scope.user_id is not None and scope.user_id not in self.tables["users"]:
            raise LearnerNotFound

    async def enrollment_progress(self, scope: Scope) -> list[EnrollmentProgress]:
        found = [
            self._progress_of(row)
            for row in self.database.rows("user_courses", cancelled_at=None)
            if scope.user_id in {None, row["user_id"]}
            and (scope.user_ids is None or row["user_id"] in scope.user_ids)
            and scope.station_id in {None, self._station(row)}
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
            or (each.enrollment.status is EnrollmentStatus.COMPLETED and not each.has_certificate)
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
        if scope.station_id is not None:
            return {row["user_id"] for row in self._rows("user_courses") if self._station(row) == scope.station_id}
        facts = ("user_courses", "user_topic_progress", "user_test_results")
        return {row["user_id"] for table in facts for row in self._rows(table)} | set(self.tables["user_stats"])

    def _rows(self, table: str) -> Iterator[Row]:
        return self.database.rows(table)

    def _station(self, enrollment: Row) -> int | None:
        station: int | None = self.tables["courses"][enrollment["course_id"]]["station_id"]
        return station

    def active_programs(self, station: int | None) -> set[int]:
        if station is None:
            return set()
        return {row["id"] for row in self.database.rows("course_programs", station_id=station, is_active=True)}

    def active_topics(self, station: int | None) -> set[int]:
        programs = self.active_programs(station)
        lessons = {row["id"] for row in self._active("lessons") if row["course_program_id"] in programs}
        return {row["id"] for row in self._active("topics") if row["lesson_id"] in lessons}

    def _active(self, table: str) -> Iterator[Row]:
        return self.database.rows(table, is_active=True)

    def _progress_of(self, row: Row) -> EnrollmentProgress:
        user, station = row["user_id"], self._station(row)
        topics = self.active_topics(station)
        programs = self.active_programs(station)
        finals = {test["id"]: test for test in self._active("final_tests") if test["course_program_id"] in programs}
        required = {test_id for test_id, test in finals.items() if test["questions_count"]}
        completed_topics = [
            progress["completed_at"]
            for progress in self.database.rows("user_topic_progress", user_id=user, completed=True)
            if progress["topic_id"] in topics
        ]
        passed: dict[int, datetime] = {}
        for result in self.database.rows("user_test_results", user_id=user, passed=True):
            if (test := result["final_test_id"]) in finals:
                passed[test] = min(passed.get(test, result["created_at"]), result["created_at"])
        return EnrollmentProgress(
            enrollment=convert(row, Enrollment),
            course_title=self.tables["courses"][row["course_id"]]["title"],
            learner_name=display_name(self.database, user),
            topics=len(topics),
            topics_completed=len(completed_topics),
            final_tests=len(required),
            final_tests_passed=len(required & passed.keys()),
            reached_at=max([*completed_topics, *passed.values()], default=None),
            has_certificate=any(self.database.rows("certificates", user_id=user, course_id=row["course_id"])),
        )
