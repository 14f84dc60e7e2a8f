"""Keyset pagination of the journal, over every database alike (spec: promises, G7)."""

from itertools import pairwise
from typing import Any

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import enrol
from tests.classroom import TEXT
from tests.gradebook_classroom import GradebookClassroom, GradebookContract
from tests.people import add_person

NAMES = ("Ёлкина", "ёлкина", "Анна", "анна", "Anna", "Strauß", "STRAUSS", None)
"""Of students whose usernames are `pupil-0` and so on; None: without a name."""


class HttpJournalPagesContract(GradebookContract):
    @pytest.fixture
    async def classroom(self, client: httpx.AsyncClient, stocked: Container) -> GradebookClassroom:
        """Ten students; a lesson, homework and a control point, at which not everybody has something."""
        classroom = await GradebookClassroom.open(stocked, client)
        for place, name in enumerate(NAMES):
            await self._join(classroom, f"pupil-{place}", name)
        await classroom.mark(await classroom.lesson(3), boris="present", vera="absent")
        await classroom.graded(await classroom.homework(TEXT), "vera", "4.00")
        await classroom.grade(await classroom.point(), boris="8.5", vera="2.25")
        return classroom

    @staticmethod
    async def _join(classroom: GradebookClassroom, username: str, name: str | None) -> None:
        number = await add_person(classroom.container, username, role=Role.STUDENT, full_name=name)
        await enrol(classroom.container, classroom.group, [number])

    @staticmethod
    async def _parts(classroom: GradebookClassroom, size: int, window: str = "") -> list[Any]:
        parts = [await classroom.journal(f"?size={size}{window}")]
        while cursor := parts[-1]["next_cursor"]:
            parts.append(await classroom.journal(f"?size={size}{window}&cursor={cursor}"))
        return parts

    @pytest.mark.parametrize("size", [1, 3, 5, 10, 500])
    async def test_all_parts_together_are_the_whole(self, classroom: GradebookClassroom, size: int) -> None:
        whole = await classroom.journal()
        assert (len(whole["rows"]), whole["next_cursor"]) == (10, None)
        parts = await self._parts(classroom, size)
        assert len(parts) == -(-10 // size)
        assert [row for part in parts for row in part["rows"]] == whole["rows"]
        assert all(part["columns"] == whole["columns"] for part in parts)
        assert {len(part["rows"]) for part in parts[:-1]} <= {size}

    async def test_rows_are_by_name_and_nobody_is_there_twice(self, classroom: GradebookClassroom) -> None:
        rows = [row for part in await self._parts(classroom, 2) for row in part["rows"]]
        keys = [(row["name"].casefold(), row["username"]) for row in rows]
        assert all(before < after for before, after in pairwise(keys))
        assert {row["username"] for row in rows} == {f"pupil-{n}" for n in range(8)} | {"room-boris", "room-vera"}

    async def test_a_window_narrows_the_columns_of_every_part(self, classroom: GradebookClassroom) -> None:
        window = "&start=2026-03-03&end=2026-03-03"
        whole = await classroom.journal(f"?{window}")
        parts = await self._parts(classroom, 4, window)
        assert [[column["kind"] for column in part["columns"]] for part in parts] == [["lesson"]] * 3
        assert [row for part in parts for row in part["rows"]] == whole["rows"]

    async def test_rows_do_not_shift_when_somebody_joins_or_leaves(self, classroom: GradebookClassroom) -> None:
        whole = await classroom.journal()
        first = await classroom.journal("?size=4")
        await self._join(classroom, "newcomer", "Aaron")
        last_shown = first["rows"][-1]["student_id"]
        await classroom.teacher.call("DELETE", f"/groups/{classroom.group}/students/{last_shown}", 204)
        rest = await classroom.journal(f"?cursor={first['next_cursor']}")
        assert first["rows"] + rest["rows"] == whole["rows"]
        assert rest["next_cursor"] is None
        again = [row["username"] for part in await self._parts(classroom, 4) for row in part["rows"]]
        assert again[0] == "newcomer"
        assert len(again) == 10

    async def test_after_the_last_one_there_is_nobody(self, classroom: GradebookClassroom) -> None:
        cursor = (await classroom.journal("?size=9"))["next_cursor"]
        last = (await classroom.journal())["rows"][-1]
        await classroom.teacher.call("DELETE", f"/groups/{classroom.group}/students/{last['student_id']}", 204)
        rest = await classroom.journal(f"?size=9&cursor={cursor}")
        assert (rest["rows"], rest["next_cursor"], len(rest["columns"])) == ([], None, 3)

    async def test_a_name_of_any_length_makes_a_cursor(self, classroom: GradebookClassroom) -> None:
        for username in ("long-1", "long-2"):
            await self._join(classroom, username, "ΐ" * 255)
        assert sum(len(part["rows"]) for part in await self._parts(classroom, 1)) == 12

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("size=0", "size"),
            ("size=501", "size"),
            ("size=all", "size"),
            ("cursor=", "cursor"),
            ("cursor=%00", "cursor"),
            ("cursor=Борис", "cursor"),
            ("cursor=Boris", "cursor"),
            ("cursor=bnVsbA==", "cursor"),  # null
            ("cursor=WyJhIiwxXQ==", "cursor"),  # ["a",1]
            ("cursor=WyJhIiwiYiJd%20", "cursor"),
            (f"cursor={'a' * 3001}", "cursor"),
        ],
    )
    async def test_what_is_no_size_and_no_cursor_is_refused(
        self, classroom: GradebookClassroom, query: str, field: str
    ) -> None:
        assert await classroom.teacher.fault("GET", f"/groups/{classroom.group}/gradebook?{query}", None) == field

    async def test_a_cursor_opens_no_other_group(self, classroom: GradebookClassroom) -> None:
        cursor = (await classroom.journal("?size=1"))["next_cursor"]
        await classroom.colleague.get(f"/groups/{classroom.group}/gradebook?cursor={cursor}", 404)
        await classroom.boris.get(f"/groups/{classroom.group}/gradebook?cursor={cursor}", 403)

    async def test_a_part_that_did_not_change_is_not_sent_again(
        self, classroom: GradebookClassroom, client: httpx.AsyncClient
    ) -> None:
        headers = {"Authorization": f"Bearer {classroom.teacher.token}"}
        path = f"/groups/{classroom.group}/gradebook?size=3"
        first = await client.get(path, headers=headers)
        known = headers | {"If-None-Match": first.headers["etag"]}
        again = await client.get(path, headers=known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        following = await client.get(f"{path}&cursor={first.json()['next_cursor']}", headers=known)
        assert following.status_code == 200
        await self._join(classroom, "newcomer", "Aaron")
        assert (await client.get(path, headers=known)).status_code == 200

    async def test_files_are_whole(self, classroom: GradebookClassroom, client: httpx.AsyncClient) -> None:
        headers = {"Authorization": f"Bearer {classroom.teacher.token}"}
        path = f"/groups/{classroom.group}/gradebook.csv"
        whole, asked = [(await client.get(f"{path}{query}", headers=headers)).text for query in ("", "?size=1")]
        assert whole == asked
