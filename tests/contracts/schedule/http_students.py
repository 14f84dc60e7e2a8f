"""A search over own students and groups over HTTP, on every database (spec: schedule, Groups and lessons)."""

from typing import Any

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import enrol
from tests.contracts.schedule.rooms import InARoom
from tests.teaching import Person, Room, person


async def _names(who: Person, query: str = "") -> list[str]:
    return [row["username"] for row in (await who.get(f"/students{query}"))["items"]]


class HttpStudentsContract(InARoom):
    """`mentor` teaches 10А with `anna` and `boris`, and 10Б with `anna`; `other-mentor` 10В with `oleg` and `boris`."""

    @pytest.fixture
    async def groups(self, room: Room, client: httpx.AsyncClient, stocked: Container) -> dict[str, int]:
        people = {
            name: await person(client, stocked, name, Role.STUDENT, full_name=full_name, email=f"{name}@example.com")
            for name, full_name in (("anna", "Анна Ёлкина"), ("boris", None), ("oleg", "Олег 50%_Я"))
        }
        for student in room.students:
            await room.teacher.delete(f"/groups/{room.group}/students/{student.id}")
        made = {"10А": room.group}
        for name, teacher in (("10Б", room.teacher), ("10В", room.stranger)):
            made[name] = (await teacher.post("/groups", name=name))["id"]
        for name, names in (("10А", ("anna", "boris")), ("10Б", ("anna",)), ("10В", ("oleg", "boris"))):
            await enrol(stocked, made[name], [people[each].id for each in names])
        return made

    async def test_a_teacher_finds_own_students_with_own_groups_and_nobody_else(
        self, room: Room, groups: dict[str, int]
    ) -> None:
        found = await room.teacher.get("/students")
        assert {name: found[name] for name in ("total", "page", "size", "pages")} == {
            "total": 2,
            "page": 1,
            "size": 20,
            "pages": 1,
        }
        by_name: dict[str, Any] = {row["username"]: row for row in found["items"]}
        assert by_name.keys() == {"anna", "boris"}
        both = [{"id": groups["10А"], "name": "10А"}, {"id": groups["10Б"], "name": "10Б"}]
        assert by_name["anna"] == {
            "id": by_name["anna"]["id"],
            "username": "anna",
            "full_name": "Анна Ёлкина",
            "email": "anna@example.com",
            "groups": both,
        }
        assert by_name["boris"]["groups"] == both[:1], "not the group of another teacher"
        assert sorted(await _names(room.stranger)) == ["boris", "oleg"]
        assert sorted(await _names(room.admin)) == ["anna", "boris", "oleg"]
        [boris] = (await room.admin.get("/students?q=boris"))["items"]
        assert [each["name"] for each in boris["groups"]] == ["10А", "10В"]
        await room.students[0].get("/students", 403)

    async def test_words_are_a_part_of_name_username_or_email_in_any_case(
        self, room: Room, groups: dict[str, int]
    ) -> None:
        for words in ("ёлк", "ЁЛК", " анна ", "ANNA@", "nn"):
            assert await _names(room.teacher, f"?q={words}") == ["anna"], words
        for words in ("олег", "oleg@example.com", "елк", "%25", "_"):
            assert await _names(room.teacher, f"?q={words}") == [], words
        assert await _names(room.stranger, "?q=50%25_я") == ["oleg"]
        assert (await room.teacher.get(f"/students?q={'x' * 201}", 400))["errors"][0]["field"] == "q"

    async def test_students_are_found_in_pages_by_name(self, room: Room, groups: dict[str, int]) -> None:
        first, second = [await room.admin.get(f"/students?size=2&page={page}") for page in (1, 2)]
        assert (first["total"], first["pages"], len(first["items"]), len(second["items"])) == (3, 2, 2, 1)
        names = [row["username"] for row in (*first["items"], *second["items"])]
        assert names == ["boris", "anna", "oleg"], "who has no name stands under the username"

    async def test_those_of_a_group_can_be_left_out_and_nothing_is_told_of_another_s_group(
        self, room: Room, groups: dict[str, int]
    ) -> None:
        assert await _names(room.teacher, f"?not_in={groups['10Б']}") == ["boris"]
        assert await _names(room.teacher, f"?not_in={groups['10А']}") == []
        assert sorted(await _names(room.teacher, f"?not_in={groups['10В']}")) == ["anna", "boris"]
        assert await _names(room.admin, f"?not_in={groups['10В']}") == ["anna"]
        for wrong in ("0", "x", "9" * 12):
            await room.teacher.get(f"/students?not_in={wrong}", 400)

    async def test_who_leaves_or_is_deactivated_is_not_found(self, room: Room, groups: dict[str, int]) -> None:
        by_name = {row["username"]: row["id"] for row in (await room.teacher.get("/students"))["items"]}
        await room.admin.put(f"/admin/users/{by_name['boris']}", is_active=False)
        assert await _names(room.teacher) == ["anna"]
        for group in ("10А", "10Б"):
            await room.teacher.delete(f"/groups/{groups[group]}/students/{by_name['anna']}")
        assert await _names(room.teacher) == []

    async def test_groups_are_found_by_a_part_of_the_name_in_any_case(self, room: Room, groups: dict[str, int]) -> None:
        async def found(who: Person, words: str) -> list[str]:
            return [row["name"] for row in (await who.get(f"/groups?q={words}"))["items"]]

        assert await found(room.teacher, "10") == ["10А", "10Б"]
        assert await found(room.teacher, "10б") == ["10Б"]
        assert await found(room.teacher, "10в") == []
        assert await found(room.admin, "в") == ["10В"]
        await room.teacher.put(f"/groups/{groups['10Б']}", name="11Ё")
        assert await found(room.teacher, "ё") == ["11Ё"]
        assert await found(room.teacher, "10Б") == []
        shown = await room.teacher.get(f"/groups/{groups['10А']}")
        assert shown["teacher_name"] == "Анна Ким"
