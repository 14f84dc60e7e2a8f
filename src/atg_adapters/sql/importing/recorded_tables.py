"""The tables whose changes an import records, so that it can be undone, and the triggers that record them.

On PostgreSQL the triggers are there for good, and do nothing unless the setting `atg.import` names an import: to make
them in the transaction of an import would lock every table. On SQLite, where nobody else writes meanwhile, they are
temporary and made for each import.
"""

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.tables.every import metadata
from atg_core.importing.undoing import UNRECORDED

RECORDED = [table for table in metadata.sorted_tables if table.name not in UNRECORDED]
_TRIGGER, _FUNCTION = "recorded_for_imports", "record_import_change"
# The name of the trigger comes after those of foreign keys ("RI_…"): children that go with a row are recorded first.
_WITHOUT_TRIGGER = sa.text(
    "SELECT class.relname, array_agg(attribute.attname ORDER BY array_position(key.indkey::int2[], attribute.attnum))"
    " FROM pg_class AS class"
    " JOIN pg_index AS key ON key.indrelid = class.oid AND key.indisprimary"
    " JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum = ANY (key.indkey)"
    " WHERE class.relkind = 'r' AND class.relnamespace = 'public'::regnamespace"
    " AND NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = class.oid AND tgname = :trigger_)"
    " GROUP BY class.relname"
)
_HAS_FUNCTION = sa.text("SELECT 1 FROM pg_proc WHERE proname = :function_")


def have_triggers(connection: sa.Connection) -> None:
    """Gives every recorded table its trigger on PostgreSQL: also those of later revisions."""
    if connection.dialect.name != "postgresql":
        return
    if not connection.execute(_HAS_FUNCTION, {"function_": _FUNCTION}).first():
        return
    quote = connection.dialect.identifier_preparer.quote
    for name, key in connection.execute(_WITHOUT_TRIGGER, {"trigger_": _TRIGGER}).all():
        if name in UNRECORDED or name.startswith("procrastinate_"):
            continue
        columns = ", ".join(f"'{column}'" for column in key)
        connection.exec_driver_sql(
            f"CREATE TRIGGER {_TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON {quote(name)} FOR EACH ROW"
            f" WHEN (current_setting('atg.import', true) <> '') EXECUTE FUNCTION {_FUNCTION}({columns})"
        )


def temporary_triggers(import_id: UUID) -> Iterator[str]:
    """The statements that make those of SQLite."""
    for table in RECORDED:
        for event, before, after in (("INSERT", False, True), ("UPDATE", True, True), ("DELETE", True, False)):
            old = row_of(table, "OLD") if before else "NULL"
            new = row_of(table, "NEW") if after else "NULL"
            different = f" WHERE {old} <> {new}" if before and after else ""
            key = key_of(table, "NEW" if after else "OLD")
            yield (
                f"CREATE TEMP TRIGGER {_sqlite_name(table, event)} AFTER {event} ON main.{table.name} FOR EACH ROW"
                ' BEGIN INSERT INTO import_changes (import_id, table_name, "key", before, after)'
                f" SELECT '{import_id.hex}', '{table.name}', {key}, {old}, {new}{different}; END"
            )


def without_temporary_triggers() -> Iterator[str]:
    for table in RECORDED:
        for event in ("INSERT", "UPDATE", "DELETE"):
            yield f"DROP TRIGGER temp.{_sqlite_name(table, event)}"


def _sqlite_name(table: sa.Table, event: str) -> str:
    return f"{_TRIGGER}_{table.name}_{event.lower()}"


def row_of(table: sa.Table, name: str) -> str:
    """A row of SQLite as JSON; bytes are hexadecimal."""
    return f"json_object({', '.join(f"'{column.name}', {_told(column, name)}" for column in table.c)})"


def key_of(table: sa.Table, name: str) -> str:
    """The primary key of a row of SQLite as text."""
    return " || ',' || ".join(_told(column, name) for column in table.primary_key)


def _told(column: sa.Column[object], name: str) -> str:
    told = f'{name}."{column.name}"'
    is_bytes = isinstance(column.type, sa.LargeBinary)
    return f"CASE WHEN {told} IS NULL THEN NULL ELSE hex({told}) END" if is_bytes else told
