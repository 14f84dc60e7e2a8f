"""Which records hinder an import: those that have a unique value, and lessons that overlap."""

from collections.abc import Collection, Sequence
from itertools import batched
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.every import metadata
from atg_adapters.sql.tables.schedule import scheduled_lessons
from atg_core.importing.export import cell_text
from atg_core.importing.model import Kind, Unique
from atg_core.importing.ports import Holder, Refusal
from atg_core.importing.records import Key, Record
from atg_core.schedule.model import LessonStatus

MAX_KEYS = 5_000
"""In one query: databases limit the number of parameters."""
_lesson = scheduled_lessons.c
_TIMES = ("start_time", "end_time", "teacher_id", "group_id")
_start, _end, _teacher, _group = (sa.bindparam(name, type_=_lesson[name].type) for name in _TIMES)
_OVERLAPPING = (
    sa.select(_lesson.title, _lesson.start_time)
    .where(
        ~_lesson.allow_overlap & (_lesson.status != LessonStatus.CANCELLED),
        (_lesson.teacher_id == _teacher) | (_lesson.group_id == _group),
        (_lesson.start_time < _end) & (_lesson.end_time > _start),
        # A lesson is known by its group and start.
        (_lesson.group_id != _group) | (_lesson.start_time != _start),
    )
    .order_by(_lesson.start_time, _lesson.id)
    .limit(1)
)


async def holders_of(connection: Connection, kind: Kind, unique: Unique, values: Collection[Key]) -> dict[Key, Holder]:
    """`ImportStore.holders`."""
    main = metadata.tables[kind.table]
    table = main if unique.fields[0] in kind.main_fields else metadata.tables[str(kind.profile_table)]
    columns = [table.c[f"{name}_folded" if unique.ignores_case else name] for name in unique.fields]
    labelled = [column.label(f"value{number}") for number, column in enumerate(columns)]
    only = [table.c[name] == value for name, value in unique.where.items()]
    select = sa.select(main.c.id, main.c[kind.key[-1]], *labelled).where(*only)
    if table is not main:
        select = select.join_from(main, table, table.c.id == main.c.id)
    return {
        tuple(value): Holder(id=record_id, name=str(name))
        for some in batched(values, MAX_KEYS)
        for record_id, name, *value in await connection.execute(select.where(is_one_of(columns, some)))
    }


async def refusal_of(connection: Connection, kind: Kind, record: Record, error: IntegrityError) -> Refusal:
    """The refusal of a record by a constraint, with its field; of a lesson also with the one that it overlaps."""
    violated = _violated(error)
    fields = sorted(kind.main_fields | kind.profile_fields, key=lambda name: (-len(name), name))
    field = next((field for field in fields if field in violated), None)
    reason = "conflicts with another record, or breaks a rule of the table"
    if kind.table == scheduled_lessons.name and record.fields.keys() >= set(_TIMES):
        times = {name: record.fields[name] for name in _TIMES}
        if other := (await connection.execute(_OVERLAPPING, times)).first():
            reason = f"conflicts with {other.title} at {cell_text(other.start_time)}"
    return Refusal(record=record, field=field, reason=reason)


def is_one_of(columns: Sequence[sa.Column[Any]], keys: Sequence[Key]) -> sa.ColumnElement[bool]:
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return sa.tuple_(*columns).in_(keys)


def _violated(error: IntegrityError) -> str:
    """The columns or the constraint that the database names, without the values in its message."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is None:  # SQLite
        return str(error.orig)
    columns, told, _ = (diagnosis.message_detail or "").partition(")=(")
    return columns if told else diagnosis.constraint_name or ""
