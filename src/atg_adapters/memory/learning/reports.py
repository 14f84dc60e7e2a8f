"""Learner and compliance reports, in memory: plain reads."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.shown_programs import shows
from atg_core.learning.model import Enrollment, EnrollmentStatus
from atg_core.learning.obligations import days_late
from atg_core.learning.ports import CourseNotFound, NotEnrolled
from atg_core.learning.reports import (
    Compliance,
    ComplianceRow,
    CourseLearner,
    CourseReport,
    Headcount,
    LearnerQuery,
    LearnerState,
    TopicReport,
)
from atg_core.text import holds


class MemoryReports:
    """`Reports` on tables in memory."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def learners(
        self, course_id: UUID, query: LearnerQuery, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[CourseLearner], int]:
        self._course(course_id)
        people = [self._person(row) for row in self._enrolled(course_id) if _is_in(row, query.status, now)]
        if query.status is LearnerState.LATE:
            people = [person for person in people if person["is_active"]]
        names = ("username", "full_name", "employee_id")
        found = [person for person in people if holds(query.q, *(person[name] for name in names))]
        found.sort(key=lambda person: (person["full_name"] or person["username"], person["user_id"]))
        return convert(found[offset : offset + limit], list[CourseLearner]), len(found)

    def _enrolled(self, course_id: UUID) -> Iterable[Row]:
        return self.database.rows("user_courses", course_id=course_id, cancelled_at=None)

    def _course(self, course_id: UUID) -> Row:
        try:
            return self.tables["courses"][course_id]
        except KeyError:
            raise CourseNotFound from None

    def _person(self, enrollment: Row) -> Row:
        user = self.tables["users"][enrollment["user_id"]]
        profile = self.tables["user_profiles"].get(user["id"], {})
        station = self.tables["stations"].get(profile.get("station_id"), {})
        return {
            **enrollment,
            "username": user["username"],
            "full_name": user["full_name"],
            "is_active": user["is_active"],
            "employee_id": profile.get("employee_id"),
            "department": profile.get("department"),
            "station_id": station.get("id"),
            "station": station.get("name"),
        }

    async def compliance(self, course_id: UUID, now: datetime) -> Compliance:
        course = self._course(course_id)
        groups: dict[tuple[Any, Any, Any], Headcount] = {}
        for row in self._enrolled(course_id):
            person = self._person(row)
            if person["is_active"]:
                key = (person["department"], person["station_id"], person["station"])
                groups[key] = groups.get(key, Headcount()) + _counted(row, now)
        ordered = sorted(groups.items(), key=lambda group: [(part is None, part or 0) for part in group[0][:2]])
        return Compliance(
            course_id=course_id,
            title=course["title"],
            rows=[
                ComplianceRow(department=department, station_id=station_id, station=station, people=people)
                for (department, station_id, station), people in ordered
            ],
        )

    async def course(self, user_id: UUID, course_id: UUID) -> CourseReport:
        course = self._course(course_id)
        enrollment = next((row for row in self._enrolled(course_id) if row["user_id"] == user_id), None)
        if enrollment is None:
            raise NotEnrolled
        programs = [row for row in self._ordered("course_programs") if shows(course, row)]
        return convert(
            {
                "course_id": course_id,
                "title": course["title"],
                "status": enrollment["status"],
                "progress_percent": enrollment["progress_percent"],
                "programs": [self._program(convert(enrollment, Enrollment), row) for row in programs],
            },
            CourseReport,
        )

    def _program(self, enrollment: Enrollment, row: Row) -> Row:
        lessons = [
            {
                **lesson,
                "test": self._test(enrollment, "lesson_tests", "lesson_test_id", lesson_id=lesson["id"]),
                "topics": [
                    self._topic_of_round(enrollment, topic) for topic in self._ordered("topics", lesson_id=lesson["id"])
                ],
            }
            for lesson in self._ordered("lessons", course_program_id=row["id"])
        ]
        final = self._test(enrollment, "final_tests", "final_test_id", course_program_id=row["id"])
        return {**row, "final_test": final, "lessons": lessons}

    def _ordered(self, table: str, **values: Any) -> list[Row]:
        rows = self.database.rows(table, **values, is_active=True)
        return sorted(rows, key=lambda row: (row["order_index"], row["id"]))

    def _topic(self, user_id: UUID, topic: Row) -> Row:
        nothing = {"completed": False, "completed_at": None, "position_seconds": 0, "last_activity": None}
        mine = next(self.database.rows("user_topic_progress", user_id=user_id, topic_id=topic["id"]), nothing)
        return {**topic, **{name: mine[name] for name in nothing}}

    def _topic_of_round(self, enrollment: Enrollment, topic: Row) -> Row:
        mine = self._topic(enrollment.user_id, topic)
        of_user = {"user_id": enrollment.user_id, "topic_id": topic["id"]}
        renewed_at = next((row.get("renewed_at") for row in self.database.rows("user_topic_progress", **of_user)), None)
        last = renewed_at or mine["completed_at"]
        if not enrollment.counts_topic(last):
            return {**mine, "completed": False, "completed_at": None}
        return {**mine, "completed_at": last}

    def _test(self, enrollment: Enrollment, table: str, column: str, **parent: int) -> Row | None:
        test = next(self.database.rows(table, **parent, is_active=True), None)
        if test is None:
            return None
        results = [
            row
            for row in self.database.rows("user_test_results", user_id=enrollment.user_id, **{column: test["id"]})
            if enrollment.tests_since is None or row["created_at"] > enrollment.tests_since
        ]
        best = max((result["score_percent"] for result in results), default=None)
        return {**test, "best_score": best, "passed": any(result["passed"] for result in results)}

    async def topic(self, user_id: UUID, topic_id: int) -> TopicReport | None:
        if not any(self.database.rows("user_topic_progress", user_id=user_id, topic_id=topic_id)):
            return None
        return convert(self._topic(user_id, self.tables["topics"][topic_id]), TopicReport)


def _is_in(row: Row, state: LearnerState | None, now: datetime) -> bool:
    if state is LearnerState.LATE:
        return bool(days_late(row["due_at"], now, completed=row["status"] == EnrollmentStatus.COMPLETED))
    return state in {None, row["status"]}


def _counted(row: Row, now: datetime) -> Headcount:
    status, due, until = row["status"], row["due_at"], row["valid_until"]
    complies = status == EnrollmentStatus.COMPLETED or (until is not None and until > now)
    return Headcount(
        assigned=1,
        completed=complies,
        in_progress=not complies and status == EnrollmentStatus.IN_PROGRESS,
        not_started=not complies and status == EnrollmentStatus.NOT_STARTED,
        late=not complies and due is not None and due < now,
    )
