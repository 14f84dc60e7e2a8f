"""The statement that merges staged rows into the tables of a kind, built from its declaration."""

from typing import Any

import sqlalchemy as sa

from atg_adapters.sql.importing.account_rules import (
    actions_of,
    changed_accounts,
    is_protected,
    is_rehashed,
    names_unproven,
    still_verified,
)
from atg_adapters.sql.tables.every import metadata
from atg_adapters.sql.types import UtcDateTime
from atg_core.importing.kinds import STORED_KINDS
from atg_core.importing.model import Column, Kind, Reference

ROW_NUMBER = "number of the row"
"""The column that orders new records as in the file."""
_now = sa.bindparam("now", type_=UtcDateTime)


def merge_statement(kind: Kind, staging: sa.Table) -> sa.Select[Any]:
    """Resolves references, joins stored records, updates those that differ, inserts new ones, and counts."""
    path, given, named, unresolved = _given(kind, staging)
    table = metadata.tables[kind.table]
    same_key = sa.and_(*(_same(kind, table.c[field], given[field]) for field in kind.key))
    main = _Part(kind, table, given, same_key)
    path = path.outerjoin(main.stored, sa.true())
    differs = main.differs()
    columns = [given[field].label(field) for field in given]
    columns += [staging.c[ROW_NUMBER], main.stored.c.id.label("stored_id"), differs.label("differs")]
    profile = None
    if kind.profile_table:
        companion = metadata.tables[kind.profile_table]
        profile = _Part(kind, companion, given, companion.c.id == main.stored.c.id, account=main.stored)
        path = path.outerjoin(profile.stored, sa.true())
        columns.append(profile.differs().label("profile_differs"))
        columns += [profile.is_other(field).label(_changes(field)) for field in sorted(profile.following)]
        differs |= profile.differs()
    refused = [unresolved, names_unproven(named, main.stored)]
    if kind.has_accounts:
        refused.append(is_protected(kind, staging, main.stored, differs))
        columns.append(sa.case((differs, actions_of(main.stored, given)), else_=None).label("actions"))
    columns.append(sa.or_(*refused).label("refused"))
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
        _count(resolved, resolved.c.refused).label("refused"),
        _count(updated).label("updated"),
        _count(inserted).label("inserted"),
    )
    if kind.has_accounts:
        counts = counts.add_columns(changed_accounts(resolved).label("changed_accounts"))
    merge: sa.Select[Any] = counts.add_cte(*ctes)
    return merge


def _changes(field: str) -> str:
    """The column that tells whether the row changes a field of the account."""
    return f"changes {field}"


def _count(rows: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(rows).where(*conditions).scalar_subquery()


def _same(kind: Kind, stored: sa.ColumnElement[Any], given: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Equality of a key field, which can be NULL if its reference has several targets."""
    optional = any(stored.key in each.targets.values() and len(each.targets) > 1 for each in kind.references)
    return stored.is_not_distinct_from(given) if optional else stored == given


def _given(
    kind: Kind, staging: sa.Table
) -> tuple[sa.FromClause, dict[str, Any], dict[str, sa.FromClause], sa.ColumnElement[bool]]:
    """The staged rows joined with their references, their values by field, the users that they name by field, and
    whether a reference is unresolved."""
    path: sa.FromClause = staging
    fields = {column.header: column.field for column in (*kind.columns, *kind.folded_columns)}
    given: dict[str, Any] = {fields[column.name]: column for column in staging.c if column.name in fields}
    missing: list[sa.ColumnElement[bool]] = []
    named: dict[str, sa.FromClause] = {}
    for reference in kind.references:
        texts = _texts(reference, staging)
        if not texts:
            continue
        former: list[sa.ColumnElement[Any]] = []
        for target, field in reference.targets.items():
            path, found = _looked_up(path, STORED_KINDS[target], texts, [column.is_(None) for column in former])
            former.append(found)
            given[field] = found
            if STORED_KINDS[target].has_accounts:
                named[field] = found.table
        nothing = sa.and_(*(column.is_(None) for column in former))
        is_given = texts[0].is_not(None)
        missing.append(nothing if reference.required else nothing & is_given)
    return path, given, named, sa.or_(*missing) if missing else sa.false()


def _texts(reference: Reference, staging: sa.Table) -> list[Any]:
    """The columns of the reference; empty if the file does not have them."""
    texts: list[Any] = [staging.c[header] for header in reference.headers if header in staging.c]
    if reference.fallback is None:
        return texts
    return [sa.func.coalesce(*texts, staging.c[reference.fallback])]


def _looked_up(
    path: sa.FromClause, kind: Kind, texts: list[Any], also: list[sa.ColumnElement[bool]]
) -> tuple[sa.FromClause, sa.ColumnElement[Any]]:
    """Joins the record with the key `texts`; returns the join and its id. References in the key are joined likewise."""
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
    """One of the tables of a kind: the main one, or the profile.

    `given`: values of the rows by field. `same`: matches a row with stored records, of which the oldest is taken, by a
    lateral join that can use an index. `account`: of a profile, the stored account; a value that both have changes in
    the profile with the account alone, since its owner may have another one there.
    """

    def __init__(
        self,
        kind: Kind,
        table: sa.Table,
        given: dict[str, Any],
        same: sa.ColumnElement[bool],
        *,
        account: sa.FromClause | None = None,
    ) -> None:
        self.kind, self.table, self.given, self.account = kind, table, given, account
        self.profile = profile = account is not None
        self.reserved = kind.reserved
        oldest = sa.select(table).where(same).order_by(table.c.id).limit(1)
        self.stored = oldest.lateral(f"stored_{table.name}")
        self.columns = [
            column
            for column in (*kind.columns, *(column for column in kind.folded_columns if column.field in table.c))
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
        """By field: whether an empty cell leaves the stored value."""
        both = {column.field for column in self.columns if profile and column.also_in_profile}
        self.following = both & self.changing.keys()

    def is_other(self, field: str) -> sa.ColumnElement[bool]:
        """Whether the row has another value than is stored."""
        stored = self.account if self.account is not None and field in self.following else self.stored
        return stored.c[field].is_distinct_from(self.given[field])

    def differs(self) -> sa.ColumnElement[bool]:
        """Whether the stored record differs from the row."""
        each = [
            self.is_other(field)
            & (self.given[field].is_not(None) if kept else sa.true())
            & ~self._is_kept(self.stored.c, self.given[field], field)
            for field, kept in self.changing.items()
        ]
        return self.stored.c.id.is_not(None) & sa.or_(sa.false(), *each)

    def _is_kept(self, columns: Any, given: sa.ColumnElement[Any], field: str) -> sa.ColumnElement[bool]:
        """Whether the stored value stays although the row has another one."""
        if field in self.reserved:
            reserved: sa.ColumnElement[bool] = columns[field] == self.reserved[field]
            return reserved
        return is_rehashed(columns, given) if field == "password_hash" else sa.false()

    def _changed(self, given: sa.ColumnElement[Any], field: str, *, kept: bool) -> sa.ColumnElement[Any]:
        own = self.table.c[field]
        value = sa.func.coalesce(given, own) if kept else given
        stays = self._is_kept(self.table.c, given, field)
        return value if isinstance(stays, sa.False_) else sa.case((stays, own), else_=value)

    def update(self, resolved: sa.CTE, differs: sa.ColumnElement[bool]) -> Any:
        """Updates the records that differ, returning their ids."""
        values = {field: self._changed(resolved.c[field], field, kept=kept) for field, kept in self.changing.items()}
        for field in self.following:
            values[field] = sa.case((resolved.c[_changes(field)], values[field]), else_=self.table.c[field])
        if not values:
            return sa.select(self.table.c.id).where(sa.false())
        if self.kind.has_accounts and not self.profile and "email" in values:
            values["email_verified_at"] = still_verified(self.table.c, values["email_folded"])
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
        """The value in a new record: the cell, else the default."""
        default = _now if column.default_now else sa.literal(column.default, type_=self.table.c[column.field].type)
        if column.field not in resolved.c:
            return default
        given = resolved.c[column.field]
        return sa.func.coalesce(given, default) if column.default_now or column.kept_when_empty else given
