"""Ids of deleted records are not given again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.every import metadata
from atg_entrypoints.container import Container

FORMER, AFTER = "0030", "0031"


async def test_every_table_whose_ids_the_database_gives_never_gives_one_again(sqlite_url: str) -> None:
    """A revision that makes such a table on SQLite, or makes it anew, says `sqlite_autoincrement=True`."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    texts = {str(name): str(sql) for name, sql in _run(path, "SELECT name, sql FROM sqlite_master")}
    numbered = {table.name for table in metadata.sorted_tables if table.autoincrement_column is not None}
    assert len(numbered) > 40
    assert {name for name in numbered if "AUTOINCREMENT" not in texts[name]} == set()


@pytest.mark.parametrize("database_url", ["memory", "sqlite", "postgres"], indirect=True)
async def test_the_id_of_the_last_record_is_not_given_again(container: Container) -> None:
    edit = container.edit_stations()
    kept, last = [(await edit.add({"name": name, "short_name": name})).id for name in ("A", "B")]
    await edit.delete(last)
    again = await edit.add({"name": "C", "short_name": "C"})
    assert again.id > last > kept


async def test_the_revision_keeps_the_records_and_what_hangs_on_them(tmp_path: Path) -> None:
    database, path = Database(f"sqlite:///{tmp_path}/atg.db"), tmp_path / "atg.db"
    await schema.migrate(database, FORMER)
    _run(path, "INSERT INTO stations (name, short_name) VALUES ('A', 'A'), ('B', 'B'), ('C', 'C')")
    _run(path, "INSERT INTO station_equipment (station_id, name, quantity) VALUES (2, 'Нагнетатель', 1)")
    former, triggers = _run(path, "SELECT * FROM stations"), _triggers(path)
    open_before = sqlite3.connect(path)
    open_before.execute("SELECT count(*) FROM stations").fetchall()

    await schema.migrate(database, AFTER)
    assert set(_triggers(path)) >= set(triggers)
    await schema.migrate(database)
    assert [row[: len(former[0])] for row in _run(path, "SELECT * FROM stations")] == former
    assert {name for name, _ in _triggers(path)} >= {name for name, _ in triggers}
    _run(path, "DELETE FROM stations WHERE id = 3")
    open_before.execute("INSERT INTO stations (name, short_name) VALUES ('D', 'D')")
    open_before.commit()
    open_before.close()
    assert _run(path, "SELECT id FROM stations ORDER BY id") == [(1,), (2,), (4,)]
    version = _run(path, "SELECT version FROM catalog_version")
    _run(path, "DELETE FROM stations WHERE id = 2")
    assert _run(path, "SELECT count(*) FROM station_equipment") == [(0,)], "it went along"
    assert _run(path, "SELECT version FROM catalog_version") != version, "the triggers are there"

    await schema.downgrade(database, FORMER)
    assert _run(path, "SELECT id FROM stations ORDER BY id") == [(1,), (4,)]
    await schema.migrate(database)
    assert await schema.differences(database) == []
    await database.close()


def _run(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        return connection.execute(statement).fetchall()


def _triggers(path: Path) -> list[tuple[object, ...]]:
    return _run(path, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")


def test_a_new_table_is_written_as_the_revision_wants_it() -> None:
    """What `atg db revision` writes comes from the same tables."""
    text = str(sa.schema.CreateTable(metadata.tables["stations"]).compile(dialect=sqlite.dialect()))
    assert "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT" in text
