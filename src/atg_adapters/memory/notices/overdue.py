"""What is overdue of the people whom managers lead, in memory."""

from datetime import datetime
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.people import managers_of
from atg_core.learning.model import EnrollmentStatus


def overdue_of_teams(database: MemoryDatabase, now: datetime) -> list[tuple[UUID, str, Row]]:
    """Each manager with the subject of the notice and the enrollment."""
    overdue = [
        row
        for row in database.rows("user_courses", cancelled_at=None)
        if row["status"] != EnrollmentStatus.COMPLETED and row["due_at"] is not None and row["due_at"] <= now
    ]
    return [
        (manager, f"learner:{row['course_id'].hex}:{row['user_id'].hex}", row)
        for row in overdue
        if database.tables["users"][row["user_id"]]["is_active"]
        for manager in managers_of(database, row["user_id"])
    ]
