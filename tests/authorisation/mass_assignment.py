"""Mass assignment (Z3): surplus members of a body change nothing."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from litestar import Litestar

from atg_entrypoints.container import create_container
from atg_entrypoints.http.app import create_api
from atg_entrypoints.settings import Settings
from tests.authorisation.fixtures import InTheWorld
from tests.authorisation.row import Route, Row, shape
from tests.authorisation.table import TABLE
from tests.authorisation.world import World
from tests.conftest import SECRET

FORGED = {
    "id": 987_654,
    "uuid": "{person}",
    "username": "root",
    "role": "admin",
    "is_active": False,
    "is_admin": True,
    "is_verified": True,
    "email_verified_at": "2001-01-01T00:00:00Z",
    "password_hash": "x",
    "avatar_url": "x",
    "user_id": "{person}",
    "teacher_id": "{colleague}",
    "student_id": "{person}",
    "graded_by": "{person}",
    "group_id": "{other_group}",
    "station_id": "{other_station}",
    "lesson_id": "{other_planned}",
    "course_id": "{other_course}",
    "status": "graded",
    "grade": "10.00",
    "max_grade": "1.00",
    "attempt": 9,
    "is_late": False,
    "is_correct": True,
    "score": 999,
    "total_score": 999,
    "session_score": 999,
    "score_percent": 100,
    "passed": True,
    "points": 999,
    "progress_percent": 100,
    "hours_studied": "99.00",
    "completed": True,
    "completed_at": "2001-01-01T00:00:00Z",
    "price": 1,
    "amount": 1,
    "total_price": 1,
    "discount_price": 1,
    "discount_percent": 100,
    "discount_amount": 1,
    "max_uses": 99,
    "current_uses": 9,
    "used_at": None,
    "telegram_id": 1,
    "payment_id": "x",
    "is_free": True,
    "created_at": "2001-01-01T00:00:00Z",
    "updated_at": "2001-01-01T00:00:00Z",
    "published_at": None,
    "zoom_start_url": "https://evil.example.com",
    "zoom_join_url": "https://evil.example.com",
    "is_busy": False,
    "courses_count": 99,
    "topics_count": 99,
    "questions_count": 99,
    "revision": 9,
    "recurring_lesson_id": 1,
}
FOR_ADMINISTRATORS = {"teacher_id"}
"""Members that are heard from administrators alone; in the table are those that are refused to others."""
_ROLES = ("user", "student", "teacher", "instructor", "admin", "service", "customer")
_BY_CHANCE = {"password_hash", "token_hash", "digest", "salt", "device_hash", "secret"}
_AS_SENT = {"raw_payload"}
"""The event log keeps what visitors send along, and nothing follows from it."""
_MADE = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")


def members_of(api: Litestar) -> dict[Route, set[str]]:
    """What the body of each route may say, as its documentation has it; of a list, its elements."""
    document = api.openapi_schema.to_schema()
    schemas = document["components"]["schemas"]

    def members(schema: Mapping[str, Any]) -> set[str]:
        if "$ref" in schema:
            return members(schemas[schema["$ref"].rpartition("/")[2]])
        parts = [*schema.get("oneOf", ()), *([schema["items"]] if "items" in schema else ())]
        return set(schema.get("properties", ())).union(*map(members, parts))

    return {
        (method.upper(), shape(path)): members(operation["requestBody"]["content"]["application/json"]["schema"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }


def _has_members(body: Any) -> bool:
    return isinstance(body, dict) or (isinstance(body, list) and all(isinstance(each, dict) for each in body))


def forged(row: Row, declared: set[str], caller: str) -> Row:
    heard = declared if caller == "admin" else declared - FOR_ADMINISTRATORS
    more = {name: value for name, value in FORGED.items() if name not in heard}
    if isinstance(row.json, list):
        return replace(row, json=[{**each, **more} for each in row.json])
    return replace(row, json={**row.json, **more})


class ForgingContract(InTheWorld):
    """The fixtures `client` and `stocked` say over which database; it is one in memory."""

    @pytest.fixture(scope="class")
    @classmethod
    def members(cls) -> dict[Route, set[str]]:
        return members_of(create_api(create_container(Settings(database_url="memory://", secret_key=SECRET))))

    @pytest.mark.parametrize("context", TABLE)
    async def test_what_a_body_may_not_say_changes_nothing(
        self, world: World, context: str, members: dict[Route, set[str]]
    ) -> None:
        wrong = []
        for row in TABLE[context]:
            if row.route not in members or not _has_members(row.json):
                continue
            for caller in ("nobody",) if row.answers["nobody"] < 400 else _ROLES:
                if row.answers[caller] < 400:
                    as_it_is = await self._left(world, row, caller)
                    if (left := await self._left(world, forged(row, members[row.route], caller), caller)) != as_it_is:
                        wrong.append(f"{row} by {caller}: {_difference(as_it_is, left)}")
        assert not wrong, "\n".join(wrong)

    @staticmethod
    async def _left(world: World, row: Row, caller: str) -> dict[str, list[str]]:
        """What the database has after a request."""
        reply = await world.ask(row, caller)
        known = {str(each) for each in world.names.values()}
        tables = world.container.database().tables
        left = {name: sorted(_told(each, known) for each in rows.values()) for name, rows in tables.items()}
        world.put_back()
        return left | {"reply": [str(reply.status_code)]}


def _told(row: Mapping[str, Any], known: set[str]) -> str:
    """A row without what was made by chance."""
    kept = str({name: value for name, value in row.items() if name not in _BY_CHANCE | _AS_SENT})
    return _MADE.sub(lambda match: match[0] if match[0] in known else "new", kept)


def _difference(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> str:
    differ = [name for name in one if one[name] != other.get(name)]
    return "; ".join(f"{name}: {sorted(set(other.get(name, ())) ^ set(one[name]))}" for name in differ)
