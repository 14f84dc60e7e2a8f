"""Rows, and what tests of imports do with them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from atg_core.importing.import_files import BadRows
from atg_core.importing.kinds import KINDS
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of

STATION = {"short_name": "S", "name": "Станция"}
PROGRAM = {"code": "P", "station": "S", "title": "Программа"}
LESSON = {"code": "L", "program": "P", "title": "Урок"}
TOPIC = {"lesson": "L", "code": "1", "title": "Тема"}
COURSE = {"code": "C", "station": "S", "title": "Курс", "is_active": "true"}
PROGRAM_OF_ONE = {"stations": [STATION], "programs": [PROGRAM], "lessons": [LESSON], "topics": [TOPIC]}
SHOP = {"shop_lessons": [{"title": title, "price": "10"} for title in ("A", "B", "C")]}
BUNDLE = {"title": "All", "total_price": "25", "lessons": "C;A"}
BCRYPT = "$2b$04$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
CONFLICT = "conflicts with another record, or breaks a rule of the table"

PEOPLE = [
    {"username": name, "role": role}
    for name, role in (("t1", "teacher"), ("t2", "teacher"), ("s1", "student"), ("s2", "student"), ("s3", "student"))
]
GROUP = {"teacher": "t1", "name": "G", "students": "s2;s1"}
OF_GROUP = {"teacher": "t1", "group": "G"}
SCHEDULED_LESSON = {
    **OF_GROUP,
    "title": "Зачёт",
    "start_time": "2026-12-01T09:00:00+03:00",
    "end_time": "2026-12-01T10:00+03:00",
}


async def only_row(container: Container, table: str) -> dict[str, object]:
    [row] = await rows_of(container, table)
    return row


async def refused(container: Container, **kinds: list[dict[str, str]]) -> list[str]:
    """The errors of an import."""
    with pytest.raises(BadRows) as bad:
        await arrange(container, **kinds)
    return [str(error) for error in bad.value.errors]


async def exported_rows(container: Container, kind: str) -> list[dict[str, str]]:
    [headers, *rows] = [line async for batch in container.export_kind()(KINDS[kind]) for line in batch]
    return [dict(zip(headers, row, strict=True)) for row in rows]


async def ids(container: Container) -> dict[str, Any]:
    """Ids of users by name."""
    return {row["username"]: row["id"] for row in await rows_of(container, "users")}
