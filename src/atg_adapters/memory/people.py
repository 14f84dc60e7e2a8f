"""Queries of users and groups that several contexts share, in memory."""

from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase


def display_name(database: MemoryDatabase, user_id: UUID) -> str:
    """The full name, or else the username."""
    user = database.tables["users"][user_id]
    return str(user.get("full_name") or user["username"])


def is_member(database: MemoryDatabase, group_id: int, student_id: UUID) -> bool:
    return any(database.rows("group_students", group_id=group_id, student_id=student_id))
