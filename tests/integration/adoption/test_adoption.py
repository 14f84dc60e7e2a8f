"""Adopting an existing database, into each of ours."""

import json
from datetime import UTC
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from atg_adapters.sql import schema
from atg_adapters.sql.adoption.layout import TAKEN
from atg_core.identity.model import Device
from atg_core.identity.ports import InvalidCredentials
from atg_core.learning.model import Scope
from atg_entrypoints.container import Container
from tests import existing_schema as existing
from tests.arranging import rows_of
from tests.integration.adoption.conftest import ARGON2, bcrypt_hash
from tests.integration.command import Atg
from tests.integration.test_migrations import SCRIPTS
from tests.statements import counted


def _rows(connection: psycopg.Connection[dict[str, Any]], table: str) -> dict[object, dict[str, Any]]:
    key = "user_id" if table == "user_stats" else "id"
    return {row[key]: row for row in connection.execute(f"SELECT * FROM {table}")}


def _everything(connection: psycopg.Connection[dict[str, Any]]) -> dict[str, Any]:
    return {table: _rows(connection, table) for table in (*TAKEN, "user_sessions")}


def _notes(report: dict[str, Any], table: str) -> dict[str, tuple[int, list[str]]]:
    return {note["what"]: (note["count"], note["names"]) for note in report["notes"] if note["table"] == table}


# What differs on purpose, by table: of all rows, or of the rows named.
_COMPUTED = {
    "users": {"password_hash", "email"},
    "course_programs": {"tests_count", "topics_count"},
    "lessons": {"topics_count"},
    "lesson_tests": {"questions_count"},
    "final_tests": {"questions_count"},
    "user_courses": {"progress_percent"},
    "user_stats": {"active_courses", "completed_courses", "total_hours_studied", "certificates_count", "last_updated"},
}
_CHANGED: dict[str, dict[object, dict[str, Any]]] = {
    "user_profiles": {UUID(existing.ANNA): {"avatar_url": None}, UUID(existing.ADMIN): {"language": "ru"}},
    "stations": {3: {"location": "м" * 255}},
    "station_gas_supply_sources": {2: {"source_name": "Ямал (2)"}, 3: {"source_name": "3"}},
    "topics": {51: {"code": "1.1 (2)"}, 52: {"code": "topic-52"}},
    "topic_files": {63: {"file_type": "additional_document"}, 64: {"file_type": "additional_document"}},
    "courses": {UUID(existing.COURSES[0]): {"icon": "i" * 100}},
}
_LEFT_OUT = {
    "station_gas_supply_sources": {4},
    "lesson_tests": {40},
    "topic_files": {65},
}
_DEFAULTS = {
    "role": "user", "is_active": True, "language": "ru", "status": "active", "quantity": 1, "order_index": 0,
    "format": "Онлайн", "email_notifications": True, "push_notifications": True, "weekly_report": False,
    "achievements": [], "hours_studied": Decimal(0),
}  # fmt: skip


async def test_every_row_is_there_and_what_changed_is_told(
    there: psycopg.Connection[dict[str, Any]], existing_url: str, atg: Atg, container: Container
) -> None:
    before = _everything(there)
    ran = atg("db", "adopt", "--from", existing_url, "--json")
    assert ran.returncode == 0, ran.stderr
    assert _everything(there) == before
    report = json.loads(ran.stdout)
    for secret in (existing.PLAIN, "DROP TABLE", "5f4dcc3b5aa765d61d8327deb882cf99", ARGON2):
        assert secret not in ran.stdout + ran.stderr
    for table in TAKEN:
        await _compare(table, before[table], container)
    _check_report(report)
    assert await schema.differences(container.database()) == []


async def _compare(table: str, before: dict[object, dict[str, Any]], container: Container) -> None:
    here = {row.get("id", row.get("user_id")): row for row in await rows_of(container, table)}
    for key, row in before.items():
        orphan = table == "user_courses" and row["user_id"] is None
        if key in _LEFT_OUT.get(table, ()) or orphan or (table == "certificates" and row["title"] == "ещё раз"):
            assert key not in here
            continue
        expected = _CHANGED.get(table, {}).get(key, {})
        for name, value in row.items():
            if name in _COMPUTED.get(table, ()):
                continue
            if name in expected:
                assert here[key][name] == expected[name], (table, key, name)
            elif value is not None:
                assert here[key][name] == value, (table, key, name)
            elif table == "user_courses" and name == "status":
                assert here[key][name] == "not_started"
            elif name in _DEFAULTS:
                assert here[key][name] == _DEFAULTS[name], (table, key, name)
            else:
                assert here[key][name] in {None, ""} or name in {"created_at", "updated_at", "title", "issued_at"}


def _check_report(report: dict[str, Any]) -> None:
    assert report["dry"] is False
    assert report["tables"]["users"] == {"there": 6, "here": 6}
    users = _notes(report, "users")
    assert users["lost their email, which an older account has"] == (1, ["Olga"])
    assert users["passwords in plain text were hashed"] == (2, [])
    assert users["administrators had their passwords in plain text: change them"] == (1, ["admin"])
    assert users["have a hash of an unknown kind, and need a new password"] == (1, ["foreign"])
    assert users["have no password"] == (1, ["nothing"])
    [twins] = [names for what, (_, names) in users.items() if "username of an older account" in what]
    assert twins == ["olga"]
    assert _notes(report, "user_profiles")["made for accounts that had none"][0] == 4
    assert _notes(report, "certificates")["were given a number"][0] == 2
    assert _notes(report, "user_sessions") == {"sessions are not taken: everybody signs in again": (1, [])}


@pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
async def test_conclusions_hold_and_numbers_go_on(
    there: psycopg.Connection[dict[str, Any]], existing_url: str, atg: Atg, container: Container
) -> None:
    assert atg("db", "adopt", "--from", existing_url).returncode == 0
    tables = ("user_courses", "certificates", "user_stats", "stations", "course_programs", "lessons", "lesson_tests")
    here = {table: await rows_of(container, table) for table in tables}
    await container.update_completion()(Scope())
    assert {table: await rows_of(container, table) for table in tables} == here
    percents = {(str(row["user_id"]), str(row["course_id"])): row["progress_percent"] for row in here["user_courses"]}
    assert percents[existing.ANNA, existing.COURSES[0]] == 100
    assert percents[existing.OLGA, existing.COURSES[0]] == 50
    stats = {str(row["user_id"]): row for row in here["user_stats"]}
    assert (stats[existing.ANNA]["completed_courses"], stats[existing.ANNA]["certificates_count"]) == (1, 1)
    assert stats[existing.ANNA]["achievements"] == [{"id": "first", "at": "2024-06-01", "🏆": None}]
    assert min(row["number"] for row in here["certificates"]) == "ATG-2024-000001"
    counts = {
        row["id"]: (row["topics_count"], row["lessons_count"], row["tests_count"]) for row in here["course_programs"]
    }
    assert counts[20] == (4, 1, 2)
    async with container.database().transaction() as connection:
        await connection.execute_text("INSERT INTO stations (name, short_name) VALUES ('new', 'new')")
    assert max(row["id"] for row in await rows_of(container, "stations")) == 8
    [version] = await rows_of(container, "catalog_version")
    async with container.database().transaction() as connection:
        await connection.execute_text("UPDATE stations SET name = 'other' WHERE id = 3")
    assert await rows_of(container, "catalog_version") != [version]
    folded = {
        row["username"]: (row["username_folded"], row["username_twin"]) for row in await rows_of(container, "users")
    }
    assert (folded["Olga"], folded["olga"]) == (("olga", 0), ("olga", 1))


@pytest.mark.parametrize("prefix", ["2a", "2b", "2y"])
async def test_old_hashes_and_passwords_that_were_plain_sign_in(
    there: psycopg.Connection[dict[str, Any]], existing_url: str, atg: Atg, container: Container, prefix: str
) -> None:
    there.execute("UPDATE users SET password_hash = %s WHERE username = 'anna'", [bcrypt_hash(prefix)])
    assert atg("db", "adopt", "--from", existing_url).returncode == 0
    for login, password, works in (
        ("anna", existing.BCRYPT_PASSWORD, True),
        ("ANNA@example.com", existing.BCRYPT_PASSWORD, True),
        ("admin", existing.PLAIN, True),
        ("foreign", "password", False),
        ("foreign", "5f4dcc3b5aa765d61d8327deb882cf99", False),
        ("nothing", "", False),
    ):
        assert await _signs_in(container, login, password) is works, login


async def _signs_in(container: Container, login: str, password: str) -> bool:
    try:
        await container.sign_in()(login, password, Device(ip_address=None, user_agent=None))
    except InvalidCredentials:
        return False
    return True


async def test_the_report_is_told_as_lines(
    there: psycopg.Connection[dict[str, Any]], existing_url: str, atg: Atg
) -> None:
    there.execute("ALTER TABLE courses ADD COLUMN price int; CREATE TABLE news (id int); INSERT INTO news VALUES (1)")
    ran = atg("db", "adopt", "--from", existing_url)
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    for line in (
        "users: 6 rows, 6 there",
        "users: lost their email, which an older account has: 1 (Olga)",
        "courses: columns without a place here are not taken: 1 (price)",
        "news: has no place here, rows are not taken: 1",
        "Adopted.",
    ):
        assert line in lines, ran.stdout


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_missing_there_has_its_default(
    there: psycopg.Connection[dict[str, Any]], existing_url: str, atg: Atg, container: Container
) -> None:
    """Some installations lack what was added late: whole tables, and columns of others."""
    there.execute(
        "DROP TABLE station_specifications, station_safety_system_features, station_safety_systems, user_sessions;"
        "ALTER TABLE users DROP COLUMN email; ALTER TABLE stations DROP COLUMN tech_map_image;"
        "ALTER TABLE topics DROP COLUMN updated_at;"
        "ALTER TABLE user_courses DROP COLUMN created_at, DROP COLUMN hours_studied;"
        "ALTER TABLE certificates ADD COLUMN certificate_number text;"
        "UPDATE certificates SET certificate_number = 'ATG-2024-000007' WHERE title IS NULL;"
        "ALTER TABLE courses DROP CONSTRAINT courses_station_id_fkey, DROP COLUMN icon;"
        "ALTER TABLE lessons DROP CONSTRAINT lessons_course_program_id_fkey;"
        "INSERT INTO lessons (id, course_program_id, title) VALUES (99, 999, 'orphan');"
        "INSERT INTO topics (id, lesson_id, code, title) VALUES (99, 99, '1', 'its topic');"
        f"UPDATE courses SET station_id = 999 WHERE id = '{existing.COURSES[2]}'"
    )
    ran = atg("db", "adopt", "--from", existing_url, "--json")
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    orphans = "left out: what they belong to is not there"
    assert (_notes(report, "lessons")[orphans][0], _notes(report, "topics")[orphans][0]) == (1, 1)
    courses = {str(row["id"]): row for row in await rows_of(container, "courses")}
    assert courses[existing.COURSES[2]]["station_id"] is None
    numbers = {row["number"] for row in await rows_of(container, "certificates")}
    assert numbers >= {"ATG-2024-000007"}
    assert len(numbers) == 2
    [counter] = [row["last"] for row in await rows_of(container, "certificate_numbers") if row["year"] == 2024]
    assert counter == 7
    assert not await rows_of(container, "station_specifications")


@pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
async def test_values_of_other_types_are_fitted_or_told(
    there: psycopg.Connection[dict[str, Any]], existing_url: str, atg: Atg, container: Container
) -> None:
    there.execute(
        "ALTER TABLE station_equipment ALTER quantity DROP DEFAULT, ALTER quantity TYPE text;"
        "UPDATE station_equipment SET quantity = 'много' WHERE id = 6;"
        "ALTER TABLE courses ALTER created_at TYPE timestamp USING created_at AT TIME ZONE 'UTC';"
        "ALTER TABLE user_stats ALTER achievements DROP DEFAULT, ALTER achievements TYPE text;"
        "ALTER TABLE users DROP CONSTRAINT users_role_check; UPDATE users SET role = 'root' WHERE username = 'anna';"
        "ALTER TABLE users ALTER full_name TYPE text;"
        "UPDATE users SET full_name = repeat('🦊', 300) WHERE role = 'root';"
        "ALTER TABLE stations ALTER commission_date TYPE date USING NULL; UPDATE stations SET commission_date = now();"
    )
    ran = atg("db", "adopt", "--from", existing_url, "--json")
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    told = _notes(report, "station_equipment")
    assert told["had a quantity that is not known here, and has its default"] == (1, ["6"])
    [anna] = [row for row in await rows_of(container, "users") if row["username"] == "anna"]
    assert (anna["role"], anna["full_name"]) == ("user", "🦊" * 255)
    stats = {str(row["user_id"]): row["achievements"] for row in await rows_of(container, "user_stats")}
    assert stats[existing.ANNA][0]["id"] == "first"
    [course, *_] = there.execute("SELECT id, created_at FROM courses").fetchall()
    [here] = [row for row in await rows_of(container, "courses") if row["id"] == course["id"]]
    assert here["created_at"] == course["created_at"].replace(tzinfo=UTC)


async def test_rows_that_were_there_get_the_moments_that_are_known(stocked: Container) -> None:
    """The revision that adds the columns, up and down over the examples."""
    database = stocked.database()
    if stocked.settings().in_memory:
        return
    script = SCRIPTS.get_revision("0042")
    await schema.downgrade(database, str(script.down_revision))
    await schema.migrate(database)
    stations = {row["id"]: row["created_at"] for row in await rows_of(stocked, "stations")}
    for row in await rows_of(stocked, "station_equipment"):
        assert row["created_at"] == stations[row["station_id"]]
    for row in await rows_of(stocked, "certificates"):
        assert row["created_at"] == row["issued_at"]
    assert {row["order_index"] for row in await rows_of(stocked, "lesson_materials")} <= {0}
    assert await schema.differences(database) == []


_MANY = """
INSERT INTO users (id, username, password_hash, email, created_at) SELECT gen_random_uuid(), 'user' || n,
    '{bcrypt}', 'user' || n || '@example.com', now() FROM generate_series(1, 10000) n;
INSERT INTO user_profiles (id) SELECT id FROM users WHERE username LIKE 'user%' ON CONFLICT DO NOTHING;
INSERT INTO user_courses (user_id, course_id, progress_percent, status, last_activity)
    SELECT id, '{course}', 50, 'in_progress', now() FROM users WHERE username LIKE 'user%';
"""


@pytest.mark.alone
async def test_ten_thousand_accounts_come_in_batches(
    there: psycopg.Connection[dict[str, Any]], existing_url: str, atg: Atg, container: Container
) -> None:
    there.execute(_MANY.format(bcrypt=bcrypt_hash(), course=existing.COURSES[0]))
    with counted(container) as statements:
        ran = atg("db", "adopt", "--from", existing_url, "--json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["tables"]["users"] == {"there": 10_006, "here": 10_006}
    assert len(statements) < 1_000
    ids = {row["id"] for row in there.execute("SELECT id FROM users")}
    assert {row["id"] for row in await rows_of(container, "users")} == ids
    enrolled = [row for row in await rows_of(container, "user_courses") if row["progress_percent"] == 50]
    assert len(enrolled) == 10_001
    assert await _signs_in(container, "user9999", existing.BCRYPT_PASSWORD)
