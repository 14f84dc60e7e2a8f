"""A search over the students that one teaches, in memory."""

from collections import defaultdict
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.people import display_name
from atg_core.schedule.model import Viewer
from atg_core.schedule.students import StudentGroup, TaughtStudent
from atg_core.text import holds


class MemoryStudentQueries:
    """`StudentQueries`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def students(
        self, viewer: Viewer, words: str | None = None, not_in: int | None = None, *, limit: int, offset: int
    ) -> tuple[list[TaughtStudent], int]:
        groups = self._groups(viewer)
        users = [self.database.tables["users"][key] for key in groups]
        found = [
            user
            for user in users
            if user["is_active"]
            and holds(words, user["full_name"], user["username"], user["email"])
            and not any(group.id == not_in for group in groups[user["id"]])
        ]
        ordered = sorted(found, key=lambda user: (display_name(self.database, user["id"]), user["username"]))
        page = ordered[offset : offset + limit]
        return [convert({**user, "groups": tuple(groups[user["id"]])}, TaughtStudent) for user in page], len(found)

    def _groups(self, viewer: Viewer) -> dict[UUID, list[StudentGroup]]:
        """Of each student, those that the viewer teaches."""
        found: defaultdict[UUID, list[StudentGroup]] = defaultdict(list)
        for row in sorted(self.database.rows("study_groups"), key=lambda row: row["id"]):
            if viewer.owner in {None, row["teacher_id"]}:
                for each in self.database.rows("group_students", group_id=row["id"]):
                    found[each["student_id"]].append(StudentGroup(id=row["id"], name=row["name"]))
        return dict(found)
