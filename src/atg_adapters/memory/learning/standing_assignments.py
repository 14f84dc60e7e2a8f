"""Standing assignments, in memory."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.learning.assigned_paths import audience_of
from atg_adapters.memory.learning.paths import MemoryLearningPaths
from atg_adapters.memory.learning.training_reports import name_of
from atg_adapters.memory.people import is_managed_by
from atg_core.learning.audiences import Assigned, Audience, AudienceKind, DueRule
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.standing_assignments import (
    Assignment,
    AssignmentNotFound,
    AssignmentQuery,
    AssignmentSummary,
    ObligedPerson,
    UnknownAudienceStation,
)

_NARROWED = ("department", "station_id", "position")


def manages(database: MemoryDatabase, manager: UUID, audience: Audience) -> bool:
    if audience.kind is AudienceKind.GROUP:
        return is_managed_by(database, {"department": audience.department, "station_id": audience.station_id}, manager)
    profiles = [database.tables["user_profiles"].get(user_id, {}) for user_id in audience.user_ids]
    is_users = audience.kind is AudienceKind.USERS
    return is_users and all(is_managed_by(database, profile, manager) for profile in profiles)


class MemoryStandingAssignments(MemoryLearningPaths):
    """`StandingAssignmentStore` within a transaction."""

    async def add_assignment(self, assignment: Assignment) -> None:
        audience, rule = assignment.audience, assignment.rule
        if audience.station_id is not None and audience.station_id not in self.tables["stations"]:
            raise UnknownAudienceStation
        row = {
            "id": assignment.id,
            "code": str(assignment.id),
            **asdict(assignment.what),
            "audience": audience.kind,
            **{name: getattr(audience, name) for name in _NARROWED},
            "due_at": rule.due_at,
            "due_days": rule.due_days,
            "created_at": assignment.created_at,
            "created_by": assignment.created_by,
            "ended_at": None,
        }
        self.database.insert("standing_assignments", row)
        for user_id in sorted(audience.user_ids):
            named = {"id": uuid4(), "assignment_id": assignment.id, "user_id": user_id, "order_index": 0}
            self.database.insert("standing_assignment_users", named)

    async def assignment(self, assignment_id: UUID) -> Assignment:
        row = self.tables["standing_assignments"].get(assignment_id)
        if row is None or row["ended_at"] is not None:
            raise AssignmentNotFound
        return Assignment(
            what=Assigned(course_id=row["course_id"], learning_path_id=row["learning_path_id"]),
            audience=audience_of(self.database, row),
            rule=DueRule(due_at=row["due_at"], due_days=row["due_days"]),
            **{name: row[name] for name in ("id", "created_at", "created_by", "ended_at")},
        )

    async def manages(self, manager: UUID, audience: Audience) -> bool:
        return manages(self.database, manager, audience)

    async def save_assignment(self, assignment: Assignment) -> None:
        rule = assignment.rule
        values = {"due_at": rule.due_at, "due_days": rule.due_days, "ended_at": assignment.ended_at}
        self.database.update("standing_assignments", assignment.id, **values)

    async def obliged_courses(self, assignment_id: UUID) -> list[UUID]:
        return list({row["course_id"] for row in self._live(assignment_id=assignment_id)})

    async def beginnings(self, assignment_id: UUID) -> list[datetime]:
        return list({row["since"] for row in self._live(assignment_id=assignment_id)})

    async def postpone(self, assignment_id: UUID, since: datetime, due_at: datetime | None) -> None:
        for row in list(self._live(assignment_id=assignment_id)):
            if row["since"] == since:
                self.database.update("obligations", row["id"], due_at=due_at)


class MemoryStandingAssignmentQueries:
    """`StandingAssignmentQueries`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def assignments(
        self, query: AssignmentQuery, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[AssignmentSummary], int]:
        asked = {name: getattr(query, name) for name in ("course_id", "learning_path_id", "department", "station_id")}
        given = {name: value for name, value in asked.items() if value is not None}
        rows = self.database.rows("standing_assignments", **given)
        found = [
            row
            for row in rows
            if (row["ended_at"] is not None) is query.ended
            and (query.managed_by is None or self._is_of(row, query.managed_by))
        ]
        found.sort(key=lambda row: row["id"])
        found.sort(key=lambda row: row["created_at"], reverse=True)
        return [self._summary(row, now) for row in found[offset : offset + limit]], len(found)

    async def find_assignment(
        self, assignment_id: UUID, now: datetime, *, managed_by: UUID | None = None
    ) -> AssignmentSummary:
        found = self._existing(assignment_id)
        if managed_by is not None and not self._is_of(found, managed_by):
            raise AssignmentNotFound
        return self._summary(found, now)

    def _is_of(self, row: Row, manager: UUID) -> bool:
        audience = audience_of(self.database, row)
        is_own = row["created_by"] == manager
        return (is_own or audience.kind is AudienceKind.GROUP) and manages(self.database, manager, audience)

    def _existing(self, assignment_id: UUID) -> Row:
        try:
            return self.tables["standing_assignments"][assignment_id]
        except KeyError:
            raise AssignmentNotFound from None

    def _summary(self, row: Row, now: datetime) -> AssignmentSummary:
        people = [(each, self._enrollment(each)) for each in self._obliged(row["id"])]
        late = [
            each["user_id"]
            for each, enrollment in people
            if enrollment["status"] != EnrollmentStatus.COMPLETED and each["due_at"] and each["due_at"] < now
        ]
        shown = {
            **row,
            "course": self.tables["courses"].get(row["course_id"], {}).get("title"),
            "learning_path": self.tables["learning_paths"].get(row["learning_path_id"], {}).get("title"),
            "station": self.tables["stations"].get(row["station_id"], {}).get("name"),
            "people": len({each["user_id"] for each, _ in people}),
            "late": len(set(late)),
        }
        return convert(shown, AssignmentSummary)

    def _obliged(self, assignment_id: UUID) -> list[Row]:
        return list(self.database.rows("obligations", assignment_id=assignment_id, ended_at=None))

    def _enrollment(self, obligation: Row) -> Row:
        key = {name: obligation[name] for name in ("user_id", "course_id")}
        return next(self.database.rows("user_courses", **key))

    async def obliged_people(self, assignment_id: UUID, *, limit: int, offset: int) -> tuple[list[ObligedPerson], int]:
        self._existing(assignment_id)
        people = [self._obliged_person(row) for row in self._obliged(assignment_id)]
        people.sort(key=lambda each: (name_of(each), each["user_id"], each["course"], each["course_id"]))
        return convert(people[offset : offset + limit], list[ObligedPerson]), len(people)

    def _obliged_person(self, obligation: Row) -> dict[str, Any]:
        user = self.tables["users"][obligation["user_id"]]
        profile = self.tables["user_profiles"].get(user["id"], {})
        return {
            **self._enrollment(obligation),
            **{name: user[name] for name in ("username", "full_name")},
            **{name: profile.get(name) for name in ("employee_id", "department")},
            "station": self.tables["stations"].get(profile.get("station_id"), {}).get("name"),
            "course": self.tables["courses"][obligation["course_id"]]["title"],
            **{name: obligation[name] for name in ("user_id", "course_id", "since", "due_at")},
        }
