"""Undoing imports on SQLite and PostgreSQL."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from atg_adapters.sql.database import Database
from atg_adapters.sql.importing import undo_statements
from atg_adapters.sql.importing.recorded_tables import RECORDED
from atg_adapters.sql.tables.catalog import stations
from atg_adapters.sql.tables.every import metadata
from atg_adapters.sql.tables.importing import import_changes, imports
from atg_core.importing.imports import JOB_PERIOD, ImportState
from atg_core.importing.ordering import APPLY_IMPORT, CHECK_IMPORT, UNDO_IMPORT
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.arranging import arrange, rows_of
from tests.conftest import SECRET
from tests.contracts.importing.import_jobs import ImportJobsContract
from tests.contracts.importing.ordered import an_admin, applied, as_csv, undone
from tests.contracts.importing.samples import STATION
from tests.contracts.importing.undo import UndoContract


class TestSqlUndo(UndoContract):
    pass


class TestSqlImportJobs(ImportJobsContract):
    pass


async def test_every_recorded_table_has_its_trigger(postgres_url: str) -> None:
    database = Database(postgres_url)
    rows = await database.rows(
        sa.text("SELECT CAST(CAST(tgrelid AS regclass) AS text) FROM pg_trigger WHERE tgname LIKE 'recorded_%'")
    )
    assert {name for (name,) in rows} == {table.name for table in RECORDED}
    await database.close()


async def test_whoever_is_changing_a_row_meanwhile_is_waited_for(postgres_url: str, tmp_path: Path) -> None:
    container = create_container(Settings(database_url=postgres_url, secret_key=SECRET, home=str(tmp_path)))
    admin = await an_admin(container)
    await arrange(container, users=[{"username": "a", "full_name": "Anna"}])
    order = await applied(container, admin, "users", as_csv([{"username": "a", "full_name": "Anna Kim"}]))
    async with container.database().transaction() as connection:
        await connection.execute(sa.text("UPDATE user_profiles SET full_name = 'Anna Li' WHERE full_name = 'Anna Kim'"))
        undoing = asyncio.create_task(undone(container, admin, order))
        done, _ = await asyncio.wait([undoing], timeout=1)
        assert not done
    refused = await undoing
    assert (refused.state, [each.what for each in refused.hindrances]) == (ImportState.APPLIED, ["changed"])
    assert "Anna Li" in {row["full_name"] for row in await rows_of(container, "user_profiles")}
    await close(container)


async def test_a_row_that_was_deleted_and_inserted_again_is_compared_as_a_whole(container: Container) -> None:
    admin, database = await an_admin(container), container.database()
    await arrange(container, stations=[STATION])
    order = await applied(container, admin, "users", as_csv([{"username": "a"}]))
    [row] = await rows_of(container, "stations")
    async with (
        container.transaction()(),
        container.open_change_recorder()() as recorder,
        recorder.recording(order.id),
    ):
        await recorder.connection.execute(sa.delete(stations))
        await recorder.connection.execute(sa.insert(stations), {**row, "short_name": "T"})
    async with database.transaction() as connection:
        await connection.execute(sa.update(stations).values(name="Other"))
    refused = await undone(container, admin, order)
    assert [(each.name, each.what) for each in refused.hindrances] == [("Other", "changed")]
    assert [row["name"] for row in await rows_of(container, "stations")] == ["Other"]


def test_rows_are_found_by_their_keys() -> None:
    """Else each row would be compared with each change."""
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine, tables=[*RECORDED, imports, import_changes])
    values = {"import_id": uuid4(), "table_name": "x", "first": 1, "last": 2}
    scanned = []
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.create_function(undo_statements.BYTES, 1, bytes.fromhex)
        for table in RECORDED:
            updated = tuple(column.name for column in table.c if column.computed is None)
            for statement in (
                undo_statements.comparison(table, is_sqlite=True),
                undo_statements.deletion(table, is_sqlite=True),
                undo_statements.restoration(table, updated, is_sqlite=True),
            ):
                explained = sa.text(f"EXPLAIN QUERY PLAN {str(statement).replace('::', '')}")
                plan = connection.execute(explained.bindparams(sa.bindparam("import_id", type_=sa.Uuid)), values).all()
                scanned += [table.name for row in plan if row.detail.startswith("SCAN t")]
    engine.dispose()
    assert scanned == []


async def test_a_job_is_not_taken_for_dead_while_it_may_be_tried(container: Container) -> None:
    jobs = {kind.name: kind for kind in container.work().every}
    for name in (CHECK_IMPORT, APPLY_IMPORT, UNDO_IMPORT):
        assert jobs[name].max_tries == 3
        assert jobs[name].max_tries * timedelta(seconds=jobs[name].max_seconds or 0) < JOB_PERIOD
