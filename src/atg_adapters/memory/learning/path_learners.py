"""Learners on learning paths, with their enrollments in the courses, in memory."""

from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.learning.paths import EnrolledIn, LearnerOnPath, LearningPath


def path_of(database: MemoryDatabase, row: Row) -> LearningPath:
    """With its active courses in order."""
    items = sorted(
        database.rows("learning_path_courses", learning_path_id=row["id"]),
        key=lambda item: (item["order_index"], item["id"]),
    )
    courses = database.tables["courses"]
    named = [{**item, "title": courses[item["course_id"]]["title"]} for item in items]
    active = [item for item in named if courses[item["course_id"]]["is_active"]]
    return convert({**row, "courses": active}, LearningPath)


def given_since(database: MemoryDatabase, user_id: UUID, path_id: UUID) -> list[datetime]:
    """Since when standing assignments give the path to the user; empty if none does."""
    giving = {row["id"] for row in database.rows("standing_assignments", learning_path_id=path_id)}
    live = database.rows("obligations", user_id=user_id, ended_at=None)
    return [row["since"] for row in live if row["assignment_id"] in giving]


def learner_on(database: MemoryDatabase, path: LearningPath, assignment: Row) -> LearnerOnPath:
    user_id = assignment["user_id"]
    of_courses = {row["course_id"]: row for row in database.rows("user_courses", user_id=user_id)}
    return LearnerOnPath(
        path=path,
        user_id=user_id,
        assigned_at=assignment["assigned_at"],
        enrolled={
            course: EnrolledIn(
                completed_at=row["completed_at"],
                due_at=row.get("own_due_at"),
                is_cancelled=row["cancelled_at"] is not None,
            )
            for course, row in of_courses.items()
        },
    )
