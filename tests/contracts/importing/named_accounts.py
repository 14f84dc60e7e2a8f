"""Rows that name accounts which somebody opened themselves, over every `ImportStore`."""

from atg_core.importing.accounts import UNPROVEN
from atg_core.importing.records import Counts
from atg_core.schedule.model import Viewer
from atg_entrypoints.container import Container
from tests.arranging import Cells, arrange
from tests.contracts.importing.accounts import NOW, sign_up
from tests.contracts.importing.samples import (
    COURSE,
    GROUP,
    OF_GROUP,
    PEOPLE,
    PROGRAM_OF_ONE,
    SCHEDULED_LESSON,
    exported_rows,
    refused,
)

SQUATTER = "director@example.com"
LESSON_TEST = {"code": "T", "lesson": "L", "program": "", "title": "T"}
POINT = {**OF_GROUP, "title": "P", "kind": "exam", "date": "2026-12-01", "max_grade": "10", "weight": "1"}
OF_LESSON = {**OF_GROUP, "start_time": SCHEDULED_LESSON["start_time"]}

NAMING: list[tuple[str, Cells, str]] = [
    ("groups", {**GROUP, "teacher": SQUATTER}, "teacher"),
    ("groups", {**GROUP, "name": "H", "students": f"s1;{SQUATTER}"}, "students"),
    ("groups", {**GROUP, "students": f"s2;s1;{SQUATTER}"}, "students"),
    ("scheduled_lessons", {**SCHEDULED_LESSON, "taught_by": SQUATTER}, "taught_by"),
    ("enrollments", {"username": SQUATTER, "course": "C"}, "username"),
    ("progress", {"username": SQUATTER, "lesson": "L", "topic": "1"}, "username"),
    ("test_results", {"username": SQUATTER, "test": "T", "attempt": "1", "score_percent": "90"}, "username"),
    ("attendance", {**OF_LESSON, "username": SQUATTER, "status": "present"}, "username"),
    ("control_point_grades", {**OF_GROUP, "control_point": "P", "username": SQUATTER, "grade": "9"}, "username"),
    (
        "control_point_grades",
        {**OF_GROUP, "control_point": "P", "username": "s1", "grade": "9", "graded_by": SQUATTER},
        "graded_by",
    ),
]
"""Kind, row, and the column that names the account."""


async def arrange_all(container: Container) -> None:
    """What the rows name, but for the account."""
    await arrange(
        container,
        **PROGRAM_OF_ONE,
        users=PEOPLE,
        courses=[COURSE],
        tests=[LESSON_TEST],
        groups=[GROUP],
        scheduled_lessons=[SCHEDULED_LESSON],
        control_points=[POINT],
    )


class NamedAccountContract:
    """The fixture `container` gives the adapter."""

    async def test_whose_email_is_not_verified_is_named_by_no_row(self, container: Container) -> None:
        await arrange_all(container)
        await sign_up(container, SQUATTER, email=SQUATTER)
        for kind, row, column in NAMING:
            [error] = await refused(container, **{kind: [row]})
            assert error == f"{kind.replace('_', '-')}.csv:2: {column}: {UNPROVEN}"

    async def test_whose_email_is_verified_is_named_as_anybody_else(self, container: Container) -> None:
        await arrange_all(container)
        await sign_up(container, SQUATTER, email=SQUATTER, email_verified_at=NOW)
        for kind, row, _ in NAMING:
            [counts] = (await arrange(container, **{kind: [row]})).values()
            assert counts.created + counts.updated == 1

    async def test_what_they_have_already_is_exported_and_imported_unchanged(self, container: Container) -> None:
        await arrange(container, users=PEOPLE)
        teacher = await sign_up(container, SQUATTER, email=SQUATTER)
        await container.edit_groups().add(Viewer(id=teacher), "G")
        rows = await exported_rows(container, "groups")
        assert rows[0]["teacher"] == SQUATTER
        assert (await arrange(container, groups=rows))["groups.csv"] == Counts(unchanged=1)
        changed = await arrange(container, groups=[rows[0] | {"students": "s1"}])
        assert changed["groups.csv"] == Counts(updated=1)
