"""The statement that merges staged rows into the tables of a kind, made from the description of the kind."""

from typing import Any

import sqlalchemy as sa

from atg_adapters.sql.tables import metadata
from atg_adapters.sql.types import UtcDateTime
from atg_core.importing.kinds import STORED_KINDS
from atg_core.importing.model import Column, Kind, Reference

ROW_NUMBER = "number of the row"
"""The column by which new records get their numbers in the order of the file."""
_now = sa.bindparam("now", type_=UtcDateTime)


def merge_of(kind: Kind, staging: sa.Table) -> sa.Select[Any]:
    """Finds what the rows refer to and what is stored of them, changes what differs, adds what is new, counts."""
    path, given, unresolved = _given(kind, staging)
    table = metadata.tables[kind.table]
    same_key = sa.and_(*(_same(kind, table.c[field], given[field]) for field in kind.key))
    main = _Part(kind, table, given, same_key, profile=False)
    path = path.outerjoin(main.stored, sa.true())
    columns = [given[field].label(field) for field in given]
    columns += [
        staging.c[ROW_NUMBER],
        unresolved.label("unresolved"),
        main.stored.c.id.label("stored_id"),
        main.differs().label("differs"),
    ]
    profile = None
    if kind.profile_table:
        companion = metadata.tables[kind.profile_table]
        profile = _Part(kind, companion, given, companion.c.id == main.stored.c.id, profile=True)
        path = path.outerjoin(profile.stored, sa.true())
        columns.append(profile.differs().label("profile_differs"))
    resolved = sa.select(*columns).select_from(path).cte("resolved")
    new = resolved.c.stored_id.is_(None)
    inserted = main.insert(resolved, new).returning(table).cte("inserted")
    changed: list[Any] = [main.update(resolved, resolved.c.differs).cte("updated")]
    ctes = [inserted, *changed]
    if profile is not None:
        same = sa.and_(*(inserted.c[field] == resolved.c[field] for field in kind.key))
        ctes.append(profile.insert(resolved, same, id_=inserted.c.id).returning(profile.table.c.id).cte("profiles"))
        changed.append(profile.update(resolved, resolved.c.profile_differs).cte("updated_profiles"))
        ctes.append(changed[-1])
    updated = sa.union(*(sa.select(cte.c.id) for cte in changed)).subquery()
    counts: Any = sa.select(
        _count(resolved, resolved.c.unresolved).label("unresolved"),
        _count(updated).label("updated"),
        _count(inserted).label("inserted"),
    )
    merge: sa.Select[Any] = counts.add_cte(*ctes)
    return merge


def _count(rows: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(rows).where(*conditions).scalar_subquery()


def _same(kind: Kind, stored: sa.ColumnElement[Any], given: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """A field of a key may be empty where it is one of several that a reference can mean."""
    optional = any(stored.key in each.targets.values() and len(each.targets) > 1 for each in kind.references)
    return stored.is_not_distinct_from(given) if optional else stored == given


def _given(kind: Kind, staging: sa.Table) -> tuple[sa.FromClause, dict[str, Any], sa.ColumnElement[bool]]:
    """The staged rows joined with what they refer to, what they say by field, and which of them refer to nothing."""
    path: sa.FromClause = staging
    fields = {column.header: column.field for column in kind.columns}
    given: dict[str, Any] = {fields[column.name]: column for column in staging.c if column.name in fields}
    missing: list[sa.ColumnElement[bool]] = []
    for reference in kind.references:
        texts = _texts(reference, staging)
        if not texts:
            continue
        former: list[sa.ColumnElement[Any]] = []
        for target, field in reference.targets.items():
            path, found = _looked_up(path, STORED_KINDS[target], texts, [column.is_(None) for column in former])
            former.append(found)
            given[field] = found
        nothing = sa.and_(*(column.is_(None) for column in former))
        named = texts[0].is_not(None)
        missing.append(nothing if reference.required else nothing & named)
    return path, given, sa.or_(*missing) if missing else sa.false()


def _texts(reference: Reference, staging: sa.Table) -> list[Any]:
    """What names the records; nothing where the file has no such columns."""
    texts: list[Any] = [staging.c[header] for header in reference.headers if header in staging.c]
    if reference.otherwise is None:
        return texts
    return [sa.func.coalesce(*texts, staging.c[reference.otherwise])]


def _looked_up(
    path: sa.FromClause, kind: Kind, texts: list[Any], also: list[sa.ColumnElement[bool]]
) -> tuple[sa.FromClause, sa.ColumnElement[Any]]:
    """The path to the record that the texts name, and its id; a part of its key may be a reference itself."""
    table = metadata.tables[kind.table].alias()
    conditions: list[sa.ColumnElement[bool]] = list(also)
    rest = list(texts)
    for field in kind.key:
        reference = next((each for each in kind.references if field in each.targets.values()), None)
        if reference:
            own, rest = rest[: len(reference.headers)], rest[len(reference.headers) :]
            path, found = _looked_up(path, STORED_KINDS[next(iter(reference.targets))], own, [])
            conditions.append(table.c[field] == found)
        else:
            conditions.append(table.c[field] == rest.pop(0))
    return path.outerjoin(table, sa.and_(*conditions)), table.c.id


class _Part:
    """One of the tables of a kind: the main one, or its companion.

    `given`: what the rows say, by field. `same`: which stored record is a row's. The oldest of several is taken; a
    lateral join finds it by an index, however many there are.
    """

    def __init__(
        self, kind: Kind, table: sa.Table, given: dict[str, Any], same: sa.ColumnElement[bool], *, profile: bool
    ) -> None:
        self.kind, self.table, self.given, self.profile = kind, table, given, profile
        self.reserved = kind.reserved
        oldest = sa.select(table).where(same).order_by(table.c.id).limit(1)
        self.stored = oldest.lateral(f"stored_{table.name}")
        self.columns = [
            column
            for column in kind.columns
            if not column.secret and (column.in_profile == profile or (profile and column.also_in_profile))
        ]
        self.references = [
            field
            for reference in kind.references
            if reference.in_profile == profile
            for field in reference.targets.values()
        ]
        kept = {column.field for column in self.columns if column.kept_when_empty or column.default_now}
        own = [column.field for column in self.columns] + self.references
        self.changing = {field: field in kept for field in own if field in given and field not in kind.key}
        """Whether an empty cell leaves what is stored, by field."""

    def differs(self) -> sa.ColumnElement[bool]:
        """That the stored record is not what the row says."""
        each = [
            self.stored.c[field].is_distinct_from(self.given[field])
            & (self.given[field].is_not(None) if kept else sa.true())
            & ~self._is_reserved(self.stored.c, field)
            for field, kept in self.changing.items()
        ]
        return self.stored.c.id.is_not(None) & sa.or_(sa.false(), *each)

    def _is_reserved(self, columns: Any, field: str) -> sa.ColumnElement[bool]:
        return columns[field] == self.reserved[field] if field in self.reserved else sa.false()

    def _changed(self, given: sa.ColumnElement[Any], field: str, *, kept: bool) -> sa.ColumnElement[Any]:
        own = self.table.c[field]
        value = sa.func.coalesce(given, own) if kept else given
        return sa.case((self._is_reserved(self.table.c, field), own), else_=value) if field in self.reserved else value

    def update(self, resolved: sa.CTE, differs: sa.ColumnElement[bool]) -> Any:
        """Changes what differs, and gives the ids of what was changed."""
        values = {field: self._changed(resolved.c[field], field, kept=kept) for field, kept in self.changing.items()}
        if not values:
            return sa.select(self.table.c.id).where(sa.false())
        if "updated_at" in self.table.c:
            values["updated_at"] = _now
        if "revision" in self.table.c:
            values["revision"] = self.table.c.revision + 1
        here = self.table.c.id == resolved.c.stored_id
        return sa.update(self.table).where(here, differs).values(values).returning(self.table.c.id)

    def insert(
        self, resolved: sa.CTE, where: sa.ColumnElement[bool], *, id_: sa.ColumnElement[Any] | None = None
    ) -> Any:
        values: dict[str, Any] = {name: _now for name in ("created_at", "updated_at") if name in self.table.c}
        if id_ is not None:
            values["id"] = id_
        elif self.kind.uuid:
            values["id"] = sa.func.gen_random_uuid()
        if not self.profile:
            values |= {name: sa.literal(value) for name, value in self.kind.constants.items()}
        for column in self.columns:
            values[column.field] = self._new(resolved, column)
        values |= {field: resolved.c[field] for field in self.references if field in resolved.c}
        new = sa.select(*values.values()).where(where)
        if not self.kind.uuid:
            new = new.order_by(resolved.c[ROW_NUMBER])
        return sa.insert(self.table).from_select(list(values), new)

    def _new(self, resolved: sa.CTE, column: Column) -> Any:
        """What a new record has: the cell, else the default."""
        default = _now if column.default_now else sa.literal(column.default, type_=self.table.c[column.field].type)
        if column.field not in resolved.c:
            return default
        given = resolved.c[column.field]
        return sa.func.coalesce(given, default) if column.default_now or column.kept_when_empty else given
