"""Queries of users and groups that several contexts share, in memory."""

from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase, Row


def display_name(database: MemoryDatabase, user_id: UUID) -> str:
    """The full name, or else the username."""
    user = database.tables["users"][user_id]
    return str(user.get("full_name") or user["username"])


def is_member(database: MemoryDatabase, group_id: int, student_id: UUID) -> bool:
    return any(database.rows("group_students", group_id=group_id, student_id=student_id))


def is_managed_by(database: MemoryDatabase, person: Row, manager: UUID) -> bool:
    """Whether the person is in a department or at a station that this user leads."""
    return any(
        (row["department"] is not None and row["department"] == person.get("department"))
        or (row["station_id"] is not None and row["station_id"] == person.get("station_id"))
        for row in database.rows("managers", user_id=manager)
    )


def managers_of(database: MemoryDatabase, user_id: UUID) -> list[UUID]:
    """The active users who lead the department or the station of a person, but not themselves."""
    profile = database.tables["user_profiles"].get(user_id, {})
    leading = sorted({row["user_id"] for row in database.rows("managers")} - {user_id})
    return [
        each
        for each in leading
        if database.tables["users"][each]["is_active"] and is_managed_by(database, profile, each)
    ]
