"""The tables and columns of an existing database, and the statements that read them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from atg_adapters.sql.tables.every import metadata
from atg_core.adoption.ports import LaterLayout, LayoutIncomplete, OwnLayout

TAKEN = (
    *("stations", "station_gas_supply_sources", "station_equipment", "station_specifications"),
    *("station_safety_systems", "station_safety_system_features"),
    *("course_programs", "course_program_learning_outcomes", "course_program_requirements"),
    *("course_program_target_audience", "lessons", "lesson_materials", "lesson_tests", "final_tests"),
    *("topics", "topic_files", "courses", "users", "user_profiles", "user_courses", "certificates", "user_stats"),
)
"""The tables that are read, parents before their children."""
NOT_TAKEN = "user_sessions"
_LATER, _EARLIER, _OURS = "course_program_lessons", "lessons", "audit_seals"
_REQUIRED = ("users", "stations")
_ALIASES = {"certificates": {"certificate_number": "number"}}
"""Our names of their columns, where they differ."""
COLUMNS = sa.text(
    "SELECT table_name, column_name FROM information_schema.columns c JOIN information_schema.tables t "
    "USING (table_schema, table_name) WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' "
    "ORDER BY table_name, ordinal_position"
)
_ORDER = {
    "users": ("created_at", "id"),
    "certificates": ("issued_at", "id"),
    "user_courses": ("user_id", "id"),
    "station_gas_supply_sources": ("station_id", "id"),
    "lesson_materials": ("lesson_id", "id"),
    "topics": ("lesson_id", "id"),
    "topic_files": ("topic_id", "id"),
    "lesson_tests": ("lesson_id", "is_active DESC", "id"),
    "final_tests": ("course_program_id", "is_active DESC", "id"),
}


class Layout:
    """`columns`: of each table of the existing database. Raises LaterLayout, OwnLayout, LayoutIncomplete."""

    def __init__(self, columns: Mapping[str, Sequence[str]]) -> None:
        self.columns = columns
        if _OURS in columns:
            raise OwnLayout
        if _LATER in columns and _EARLIER not in columns:
            raise LaterLayout
        self.tables = tuple(name for name in TAKEN if name in columns)
        parents = [parent for name in self.tables for parent in _parents_of(metadata.tables[name])]
        for name in (*_REQUIRED, *parents):
            if name not in columns:
                raise LayoutIncomplete(what=name)
        for name in self.tables:
            for column in _keys_of(metadata.tables[name]):
                if column not in columns[name]:
                    raise LayoutIncomplete(what=f"{name}.{column}")

    def ours(self, table: str) -> dict[str, str]:
        """Our columns, that the table has, and what they are called there."""
        named = {column: column for column in self.columns[table]}
        named |= {ours: theirs for theirs, ours in _ALIASES.get(table, {}).items() if theirs in named}
        return {column.name: named[column.name] for column in metadata.tables[table].c if column.name in named}

    def unknown_tables(self) -> list[str]:
        return [name for name in self.columns if name not in TAKEN and name != NOT_TAKEN]

    def unknown_columns(self, table: str) -> list[str]:
        known = set(self.ours(table).values())
        return [name for name in self.columns[table] if name not in known]

    def count(self, table: str) -> sa.Select[Any]:
        return sa.select(sa.func.count()).select_from(sa.table(table))

    def rows(self, table: str) -> sa.Select[Any]:
        """Those whose parents are taken. An optional reference to a row that is not there is none."""
        there = self._there(table)
        columns: list[sa.ColumnElement[Any]] = []
        for ours, theirs in self.ours(table).items():
            parent = self._parent(table, ours, required=False)
            found = self._found(there, theirs, parent) if parent else there.c[theirs]
            columns.append(found.label(ours))
        if table == "certificates":
            columns += self._names_on_certificate(there)
        return sa.select(*columns).where(*self._with_parents(table, there)).order_by(*self._order(table, there))

    def _there(self, table: str) -> Any:
        return sa.table(table, *(sa.column(name) for name in self.columns[table])).alias()

    def _parent(self, table: str, column: str, *, required: bool) -> str | None:
        """The table that the column of ours refers to."""
        ours = metadata.tables[table].c[column]
        if ours.nullable is required or not ours.foreign_keys:
            return None
        return next(iter(ours.foreign_keys)).column.table.name

    def _with_parents(self, table: str, there: Any) -> Iterator[sa.ColumnElement[bool]]:
        for ours, theirs in self.ours(table).items():
            if parent := self._parent(table, ours, required=True):
                of = self._there(parent)
                same = of.c.id == there.c[theirs]
                yield sa.exists().where(same, *self._with_parents(parent, of))

    def _found(self, there: Any, column: str, parent: str) -> sa.ColumnElement[Any]:
        if parent not in self.columns:
            return sa.null()
        of = self._there(parent)
        return sa.select(of.c.id).where(of.c.id == there.c[column], *self._with_parents(parent, of)).scalar_subquery()

    def _names_on_certificate(self, there: Any) -> list[sa.ColumnElement[Any]]:
        users, courses = self._there("users"), self._there("courses")
        names = [sa.func.nullif(users.c[name], "") for name in ("full_name",) if name in users.c]
        learner = sa.select(sa.func.coalesce(*names, users.c.username)).where(users.c.id == there.c.user_id)
        course = sa.select(courses.c.title).where(courses.c.id == there.c.course_id)
        return [
            learner.scalar_subquery().label("learner_name"),
            sa.func.coalesce(course.scalar_subquery(), "").label("course_title"),
        ]

    def _order(self, table: str, there: Any) -> Iterator[sa.ColumnElement[Any]]:
        key = [column.name for column in metadata.tables[table].primary_key]
        for part in _ORDER.get(table, key):
            name, _, descending = part.partition(" ")
            if name in there.c:
                column = there.c[name].desc() if descending else there.c[name]
                yield column.nulls_last()


def _parents_of(table: sa.Table) -> list[str]:
    """The tables without which its rows have no place."""
    return [key.column.table.name for column in table.c if not column.nullable for key in column.foreign_keys]


def _keys_of(table: sa.Table) -> Collection[str]:
    """Columns without which no row can be taken: its key, and its parents."""
    required = [column for column in table.c if not column.nullable and column.foreign_keys]
    names = {"users": ["username"], "courses": ["title"]}.get(table.name, [])
    return [*(column.name for column in table.primary_key), *(column.name for column in required), *names]
