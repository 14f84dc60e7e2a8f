"""Import of study groups, over every `ImportStore`."""

from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.importing.samples import GROUP, PEOPLE, ids, only_row, refused
from tests.contracts.importing.samples import SCHEDULED_LESSON as LESSON


async def arrange_group(container: Container, **kinds: list[dict[str, str]]) -> dict[str, Counts]:
    return await arrange(container, users=PEOPLE, groups=[GROUP], **kinds)


class GroupImportingContract:
    """The fixture `container` gives the adapter."""

    async def test_a_group_has_a_teacher_and_the_students_of_its_list(self, container: Container) -> None:
        async def students() -> list[object]:
            links = sorted(await rows_of(container, "group_students"), key=lambda link: link["order_index"])
            names = {user: name for name, user in (await ids(container)).items()}
            return [names[link["student_id"]] for link in links]

        assert (await arrange_group(container))["groups.csv"] == Counts(created=1)
        group = await only_row(container, "study_groups")
        assert (group["name"], group["teacher_id"]) == ("G", (await ids(container))["t1"])
        assert await students() == ["s2", "s1"]
        assert (await arrange(container, groups=[GROUP]))["groups.csv"] == Counts(unchanged=1)
        changed = [GROUP | {"students": "s1; s3"}]
        assert (await arrange(container, groups=changed))["groups.csv"] == Counts(updated=1)
        assert await students() == ["s1", "s3"]
        without = [{"teacher": "t1", "name": "G"}]
        assert (await arrange(container, groups=without))["groups.csv"] == Counts(unchanged=1)
        assert await students() == ["s1", "s3"]

    async def test_who_is_not_there_neither_teaches_nor_learns(self, container: Container) -> None:
        rows = [GROUP | {"teacher": "t9"}, GROUP | {"students": "s1;s9"}, GROUP | {"students": "s1;s1"}]
        rows += [GROUP | {"name": ""}, GROUP | {"teacher": ""}]
        assert await refused(container, users=PEOPLE, groups=rows) == [
            "groups.csv:2: teacher: names nothing that is there: t9",
            "groups.csv:3: students: names nothing that is there: s9",
            "groups.csv:4: students: names twice: s1",
            "groups.csv:5: name: is missing",
            "groups.csv:6: teacher: is missing",
        ]

    async def test_groups_of_a_name_are_told_from_each_other_by_their_teachers(self, container: Container) -> None:
        twins = [GROUP, GROUP | {"teacher": "t2", "students": ""}]
        lessons = [LESSON, LESSON | {"teacher": "t2"}]
        await arrange(container, users=PEOPLE, groups=twins, scheduled_lessons=lessons)
        groups = {row["id"]: row["teacher_id"] for row in await rows_of(container, "study_groups")}
        assert len(groups) == 2
        made = await rows_of(container, "scheduled_lessons")
        assert {row["group_id"] for row in made} == set(groups)
        assert all(row["teacher_id"] == groups[row["group_id"]] for row in made)
        assert await refused(container, groups=[GROUP, GROUP]) == ["groups.csv:3: repeats line 2"]
        [error] = await refused(container, scheduled_lessons=[LESSON | {"group": "H"}])
        assert error == "scheduled-lessons.csv:2: group: names nothing that is there: t1, H"
