"""Whom standing assignments hold for, and the learning paths that they give, in memory."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_adapters.memory.learning.path_learners import path_of
from atg_core.identity.model import SELF_ASSIGNED_ROLES
from atg_core.learning.assigned_paths import AssignedPath, Obligation
from atg_core.learning.audiences import Audience, Person
from atg_core.learning.model import Enrollment
from atg_core.learning.obligations import earliest
from atg_core.learning.paths import LearningPath


def require_due_by_path(table: str, row: Mapping[str, Any]) -> None:
    """An assignment of a path has no due rule of its own, as the databases check. Raises DuplicateKey."""
    is_of_path = table == "standing_assignments" and row["learning_path_id"] is not None
    if is_of_path and (row.get("due_at") or row.get("due_days")):
        raise DuplicateKey(("due_days",))


def audience_of(database: MemoryDatabase, assignment: Row) -> Audience:
    named = database.rows("standing_assignment_users", assignment_id=assignment["id"])
    return Audience(
        kind=assignment["audience"],
        user_ids=frozenset(row["user_id"] for row in named),
        **{name: assignment[name] for name in ("department", "station_id", "position")},
    )


def holds(database: MemoryDatabase, assignment: Row, user_id: UUID) -> bool:
    user, profile = database.tables["users"][user_id], database.tables["user_profiles"].get(user_id, {})
    person = Person(
        id=user_id,
        is_active=user["is_active"],
        is_employee=user["role"] not in SELF_ASSIGNED_ROLES,
        **{name: profile.get(name) for name in ("department", "station_id", "position")},
    )
    return assignment["ended_at"] is None and audience_of(database, assignment).includes(person)


def live_obligations(database: MemoryDatabase, **values: UUID) -> Iterator[Row]:
    return database.rows("obligations", ended_at=None, **values)


def assigned_paths(database: MemoryDatabase, user_ids: Collection[UUID]) -> list[AssignedPath]:
    paths = {row["id"]: path_of(database, row) for row in database.rows("learning_paths", is_active=True)}
    return [
        _assigned(database, assignment, user_id, paths)
        for user_id in sorted(user_ids)
        for assignment in database.rows("standing_assignments", ended_at=None)
        if assignment["learning_path_id"] in paths and holds(database, assignment, user_id)
    ]


def _assigned(
    database: MemoryDatabase, assignment: Row, user_id: UUID, paths: Mapping[UUID, LearningPath]
) -> AssignedPath:
    live = list(live_obligations(database, user_id=user_id, assignment_id=assignment["id"]))
    enrolled = database.rows("user_courses", user_id=user_id)
    return AssignedPath(
        assignment_id=assignment["id"],
        user_id=user_id,
        path=paths[assignment["learning_path_id"]],
        since=earliest(row["since"] for row in live),
        completed={row["course_id"]: row["completed_at"] for row in enrolled if row["completed_at"]},
        due={row["course_id"]: row["due_at"] for row in live},
    )


def begin(database: MemoryDatabase, obligation: Obligation) -> None:
    """Begins it, or begins it anew."""
    row = asdict(obligation)
    database.delete("obligations", **{name: row[name] for name in ("user_id", "course_id", "assignment_id")})
    database.insert("obligations", {"id": uuid4(), **row, "ended_at": None})


def enroll_obliged(database: MemoryDatabase, user_id: UUID, course_id: UUID, now: datetime) -> None:
    former = next(database.rows("user_courses", user_id=user_id, course_id=course_id), None)
    if former is None:
        new = Enrollment.assigned(uuid4(), user_id, course_id, None, now)
        database.insert("user_courses", {**asdict(new), "by_assignment": True})
    elif former["cancelled_at"]:
        renewed = {"cancelled_at": None, "by_assignment": True, "own_due_at": None}
        database.update("user_courses", former["id"], **renewed)


def due_of(database: MemoryDatabase, enrollment: Row) -> datetime | None:
    """What the due date of an enrollment has to be."""
    if enrollment.get("round", 1) > 1:
        return earliest([enrollment["own_due_at"], enrollment["valid_until"]])
    asked = live_obligations(database, user_id=enrollment["user_id"], course_id=enrollment["course_id"])
    return earliest([enrollment.get("own_due_at"), *(row["due_at"] for row in asked)])
