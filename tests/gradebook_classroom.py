"""A classroom whose attendance and grades are recorded, as callers of the HTTP API."""

from typing import Any

import httpx
import pytest

from atg_entrypoints.container import Container
from tests.classroom import Classroom

EXAM = {"title": "Зачёт", "kind": "exam", "date": "2026-03-10", "max_grade": "10.00"}


def of(person: Any, **fields: Any) -> dict[str, Any]:
    return {"student_id": str(person.id), **fields}


def at(day: int, hour: int = 9) -> str:
    return f"2026-03-{day:02}T{hour:02}:00:00.000Z"


class GradebookClassroom(Classroom):
    """A classroom with helpers to plan lessons, mark attendance and grade control points."""

    async def lesson(self, day: int, title: str = "Насосы", *, hour: int = 9) -> int:
        times = {"start_time": at(day, hour), "end_time": at(day, hour + 1)}
        body = {"group_id": self.group, "title": title, **times}
        number: int = (await self.teacher.post("/schedule/lessons", body=body))["id"]
        return number

    async def mark(self, lesson: int, **statuses: str | None) -> Any:
        marks = [of(self.people[name], status=status) for name, status in statuses.items()]
        return await self.teacher.put(f"/schedule/lessons/{lesson}/attendance", marks)

    async def point(self, *, group: int = 0, by: str = "teacher", **fields: Any) -> int:
        path = f"/groups/{group or self.group}/control-points"
        number: int = (await self.people[by].post(path, body=EXAM | fields))["id"]
        return number

    async def grade(self, point: int, *, by: str = "teacher", **grades: Any) -> Any:
        given = [of(self.people[name], grade=grade) for name, grade in grades.items()]
        return await self.people[by].put(f"/control-points/{point}/grades", given)

    async def journal(self, query: str = "", *, by: str = "teacher") -> Any:
        return await self.people[by].get(f"/groups/{self.group}/gradebook{query}")

    async def changes(self) -> list[Any]:
        items: list[Any] = (await self.teacher.get(f"/groups/{self.group}/grade-changes?size=100"))["items"]
        return items


class GradebookContract:
    """Tests over a classroom with a gradebook; the fixtures `client` and `stocked` choose the database."""

    @pytest.fixture
    async def classroom(self, client: httpx.AsyncClient, stocked: Container) -> GradebookClassroom:
        return await GradebookClassroom.open(stocked, client)
