"""A PostgreSQL database that tests use one after another, and that is put back after each."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import psycopg
from psycopg import sql

from tests.servers import with_database

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_SEQUENCES = "SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL FROM pg_sequences"
_SCHEMA = """
SELECT md5(string_agg(concat(relname, attname, atttypid, attnotnull), ',' ORDER BY relname, attnum)),
    (SELECT md5(string_agg(concat(tgrelid, tgname, tgenabled), ',' ORDER BY oid)) FROM pg_trigger),
    (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace
"""
_LOCK_SECONDS = 10


def administer(server: str, statement: str, *names: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


class KeptPostgres:
    """Made once from a template; `restore` undoes what a test has written, table by table, and sequences.

    `is_intact` says whether the schema is still that of the template.

    A table was written if it has another number of rows or a row of a later transaction (`xmin`). Its rows are replaced
    by those of the template while triggers and references are off. Raises psycopg.Error where a test holds a lock.
    """

    def __init__(self, server: str, name: str, template: str) -> None:
        self.server, self.name = server, name
        administer(server, f"CREATE DATABASE {{}} TEMPLATE {{}} {strategy(server)}", name, template)
        self.url = with_database(server, name)
        self.connection = psycopg.connect(self.url, autocommit=True)
        self.connection.execute(f"SET session_replication_role = replica; SET lock_timeout = '{_LOCK_SECONDS}s'")
        self.rows = {table: self._copied(table) for table in self.tables}
        self.sequences = self._sequences()
        self.schema = self._schema()
        self.versions = self._versions(self.tables)

    @cached_property
    def tables(self) -> list[str]:
        return [table for (table,) in self.connection.execute(_TABLES)]

    def is_intact(self) -> bool:
        return self._schema() == self.schema

    def restore(self) -> None:
        versions = self._versions(self.tables)
        changed = [table for table in self.tables if versions[table] != self.versions[table]]
        with self.connection.transaction():
            for table in changed:
                self.connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                self._fill(table)
            for name, value in self._sequences().items():
                if value != self.sequences[name]:
                    self.connection.execute("SELECT setval(%s::regclass, %s, %s)", [f'"{name}"', *self.sequences[name]])
        if changed:
            self.versions |= self._versions(changed)

    def drop(self) -> None:
        self.connection.close()
        administer(self.server, "DROP DATABASE {} WITH (FORCE)", self.name)

    def _versions(self, tables: Sequence[str]) -> Mapping[str, Any]:
        """By table: how many rows, and the latest transaction that wrote one."""
        each = sql.SQL("SELECT {name}, count(*), max(xmin::text::bigint) FROM {table}")
        parts = [each.format(name=sql.Literal(table), table=sql.Identifier(table)) for table in tables]
        rows = self.connection.execute(sql.SQL(" UNION ALL ").join(parts))
        return {name: version for name, *version in rows}

    def _schema(self) -> Any:
        return self.connection.execute(_SCHEMA).fetchone()

    def _sequences(self) -> dict[str, tuple[int, bool]]:
        return {name: (value, called) for name, value, called in self.connection.execute(_SEQUENCES)}

    def _copied(self, table: str) -> bytes:
        with self.connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
            return b"".join(bytes(row) for row in rows)

    def _fill(self, table: str) -> None:
        if self.rows[table]:
            with self.connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                copy.write(self.rows[table])


def strategy(server: str) -> str:
    """Copying files takes a third of the time of logging pages, where the checkpoints that it needs cost nothing."""
    with psycopg.connect(server) as connection:
        [fsync] = connection.execute("SHOW fsync").fetchone() or ("on",)
        return "STRATEGY FILE_COPY" if connection.info.server_version >= 150000 and fsync == "off" else ""
