"""What adopting a database refuses, and what it then leaves."""

import json
from typing import Any

import psycopg

from atg_adapters.sql.backup import SqlContents
from atg_entrypoints.container import Container
from tests import existing_schema as existing
from tests.arranging import rows_of
from tests.integration.command import Atg


async def test_a_second_run_changes_nothing(
    there: psycopg.Connection[dict[str, Any]], existing_url: str, atg: Atg, container: Container
) -> None:
    assert atg("db", "adopt", "--from", existing_url).returncode == 0
    before = await rows_of(container, "users")
    ran = atg("db", "adopt", "--from", existing_url)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "into an empty one" in ran.stderr
    assert "users" in ran.stderr
    assert await rows_of(container, "users") == before


async def test_a_dry_run_reports_and_stores_nothing(
    there: psycopg.Connection[dict[str, Any]], existing_url: str, atg: Atg, container: Container
) -> None:
    ran = atg("db", "adopt", "--from", existing_url, "--dry-run", "--json")
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert (report["dry"], report["tables"]["users"]["here"]) == (True, 6)
    assert await SqlContents(container.database()).occupied() == []


async def test_a_failure_in_the_middle_leaves_it_empty(
    there: psycopg.Connection[dict[str, Any]], existing_url: str, atg: Atg, container: Container
) -> None:
    """A moment of the last table that is read is one that no program can hold."""
    there.execute("DROP TABLE user_stats; CREATE TABLE user_stats (user_id uuid PRIMARY KEY, last_updated timestamptz)")
    there.execute(f"INSERT INTO user_stats VALUES ('{existing.ANNA}', 'infinity')")
    ran = atg("db", "adopt", "--from", existing_url)
    assert ran.returncode == 2, ran
    assert "can not be read" in ran.stderr
    assert await SqlContents(container.database()).occupied() == []
    there.execute("DELETE FROM user_stats")
    assert atg("db", "adopt", "--from", existing_url).returncode == 0


async def test_rows_that_the_database_refuses_are_told_without_their_values(
    there: psycopg.Connection[dict[str, Any]], existing_url: str, atg: Atg, container: Container
) -> None:
    async with container.database().transaction() as connection:
        await connection.execute_text("CREATE UNIQUE INDEX one_of_each ON user_profiles (push_notifications)")
    ran = atg("db", "adopt", "--from", existing_url)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("atg: Rows of user_profiles can not be stored: ")
    assert len(ran.stderr.splitlines()) == 1
    assert await SqlContents(container.database()).occupied() == []


def test_what_can_not_be_adopted_is_refused_and_nothing_is_made(existing_url: str, tmp_path, postgres_url: str) -> None:
    atg = Atg(f"sqlite:///{tmp_path / 'new.db'}", tmp_path)

    def refused(words: str, url: str = existing_url) -> None:
        ran = atg("db", "adopt", "--from", url)
        assert (ran.returncode, ran.stdout, words in ran.stderr) == (2, "", True), ran

    refused("has no users")
    with psycopg.connect(existing_url, autocommit=True) as connection:
        connection.execute(existing.LATER)
    refused("course_program_lessons")
    with psycopg.connect(existing_url, autocommit=True) as connection:
        connection.execute("DROP TABLE course_program_lessons; CREATE TABLE lessons (id int)")
    refused("has no course_programs")
    with psycopg.connect(existing_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE course_programs (id int, station_id int)")
    refused("has no lessons.course_program_id")
    refused("database of this service", postgres_url)
    refused("can not be read", existing_url + "_absent")
    refused("one of PostgreSQL", "sqlite:///old.db")
    occupied = Atg(existing_url, tmp_path)
    ran = occupied("db", "adopt", "--from", existing_url)
    assert (ran.returncode, "has no lessons." in ran.stderr) == (2, True)
    assert not (tmp_path / "new.db").exists()


def test_a_bare_place_gets_the_schema_and_a_dry_run_leaves_it_bare(
    there: psycopg.Connection[dict[str, Any]], existing_url: str, tmp_path
) -> None:
    atg = Atg(f"sqlite:///{tmp_path / 'new.db'}", tmp_path)
    ran = atg("db", "adopt", "--from", existing_url, "--dry-run")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.endswith("A dry run: nothing was stored.\n")
    assert atg("db", "check").returncode != 0
    assert atg("db", "adopt", "--from", existing_url).returncode == 0
    assert atg("db", "check").returncode == 0
    into_itself = Atg(existing_url, tmp_path)("db", "adopt", "--from", existing_url)
    assert (into_itself.returncode, "into an empty one" in into_itself.stderr) == (2, True)
