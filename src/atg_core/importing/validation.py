"""Validation of rows: cells are parsed, references are resolved with one query for each kind of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atg_core.errors import Invalid
from atg_core.importing.cells import integer, text, tidy
from atg_core.importing.cells import items as split_items
from atg_core.importing.kinds import STORED_KINDS
from atg_core.importing.model import Column, Kind, ListColumn, Reference
from atg_core.importing.ports import ImportStore
from atg_core.importing.records import Key, ListValue, Record, Row
from atg_core.text import fold

type Texts = tuple[str, ...]
"""The cells with the key of a record of another kind."""

type Found = Mapping[Texts, Mapping[Texts, Mapping[str, Any]]]
"""The fields that the texts of a reference or list resolve to, by its headers."""


class BadCell(Exception):
    """An invalid cell: `column` and `reason`."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


@dataclass(frozen=True, slots=True)
class References:
    """Resolves references, with a query for each kind and not for each row."""

    store: ImportStore

    async def of(self, kind: Kind, rows: Sequence[Row]) -> Found:
        """The records that rows refer to, in columns and in lists."""
        found: dict[Texts, Mapping[Texts, Mapping[str, Any]]] = {}
        for reference in kind.references:
            texts = set()
            for row in rows:
                try:
                    texts.add(named_by(reference, row))
                except BadCell:  # reported by `check`
                    continue
            found[reference.headers] = await self.find(reference, texts - {None})  # type: ignore[arg-type]
        for listed in kind.items:
            if listed.reference:
                named = {(item,) for row in rows for item in split_items(row.cells.get(listed.header, ""))}
                found[listed.reference.headers] = await self.find(listed.reference, named)
        return found

    async def find(self, reference: Reference, texts: Collection[Texts]) -> dict[Texts, dict[str, Any]]:
        """The fields that the texts resolve to; texts without a record are left out."""
        found: dict[Texts, dict[str, Any]] = {}
        nothing = dict.fromkeys(reference.targets.values())
        for name, field in reference.targets.items():
            kind = STORED_KINDS[name]
            keys = await self._keys(kind, [text for text in texts if text not in found])
            ids = await self.store.ids(kind, set(keys.values()))
            found |= {text: nothing | {field: ids[key]} for text, key in keys.items() if key in ids}
        return found

    async def _keys(self, kind: Kind, texts: Collection[Texts]) -> dict[Texts, Key]:
        """Parses the texts to keys of the kind; parts that are references themselves are resolved first."""
        keys: dict[Texts, Key] = dict.fromkeys(texts, ())
        start = 0
        for field in kind.key:
            reference = next((ref for ref in kind.references if field in ref.targets.values()), None)
            end = start + (len(reference.headers) if reference else 1)
            part = {text: text[start:end] for text in keys}
            values = await self.find(reference, set(part.values())) if reference else _parsed(kind, field, part)
            keys = {text: (*key, values[part[text]][field]) for text, key in keys.items() if part[text] in values}
            start = end
        return keys


def _parsed(kind: Kind, field: str, parts: Mapping[Texts, Texts]) -> dict[Texts, dict[str, Any]]:
    column = next(column for column in kind.columns if column.field == field)
    parsed = {}
    for part in parts.values():
        try:
            parsed[part] = {field: column.parse(part[0])}
        except ValueError:  # no record has such a key
            continue
    return parsed


def named_by(reference: Reference, row: Row) -> Texts | None:
    """The cells of a reference, None if all are empty. Raises BadCell if a required one is empty."""
    texts = tuple(tidy(row.cells.get(header, "")) for header in reference.headers)
    if reference.fallback and not any(texts):
        texts = (tidy(row.cells.get(reference.fallback, "")),)
    if all(texts):
        return texts
    if reference.required or any(texts):
        raise BadCell(next(h for h, t in zip(reference.headers, texts, strict=True) if not t), "is missing")
    return None


def check(kind: Kind, row: Row, found: Found, headers: Sequence[str]) -> Record:
    """Validates a row. Raises BadCell."""
    _require_readable(row)
    _require_either(kind, row)
    record = Record(line=row.line, fields={}, items={}, cells=row.cells)
    for reference in kind.references:
        if reference.is_always_given or {reference.headers[0]} & {*headers, *kind.either}:
            record.fields |= _referred(reference, row, found[reference.headers])
    for column in kind.columns:
        if column.header not in headers and column.field not in kind.key and not column.implied:
            continue
        value = _value(column, row)
        if column.secret:
            record.secret = value
        elif value is not None or not (column.kept_when_empty or column.default_now):
            record.fields[column.field] = value
    for listed in kind.items:
        if listed.header in headers:
            record.items[listed.table] = _list(listed, row, found)
        elif listed.required:
            raise BadCell(listed.header, "is missing")
    _require_used(kind, row, record, headers)
    _require_checks(kind, {**record.fields, **record.items})
    return record


def _require_readable(row: Row) -> None:
    if row.surplus:
        raise BadCell(None, "has more cells than there are columns")
    for header, reason in row.faults.items():
        raise BadCell(header, reason)


def _require_either(kind: Kind, row: Row) -> None:
    """Raises BadCell."""
    if kind.either and sum(bool(tidy(row.cells.get(header, ""))) for header in kind.either) != 1:
        raise BadCell(None, f"needs exactly one of {', '.join(kind.either)}")


def _require_used(kind: Kind, row: Row, record: Record, headers: Sequence[str]) -> None:
    """Raises BadCell for a cell that means nothing without another column, or beside it."""
    for listed in kind.items:
        for header in listed.headers[1:]:
            if listed.header not in headers and tidy(row.cells.get(header, "")):
                raise BadCell(header, f"needs the column {listed.header}")
    for column in kind.columns:
        if column.secret and record.secret and record.fields.get(column.field):
            raise BadCell(column.field, f"stands beside a {column.header}")


def _require_checks(kind: Kind, fields: Mapping[str, Any]) -> None:
    try:
        for each in kind.checks:
            if fields.keys() >= set(each.fields):
                each.require(*(fields[name] for name in each.fields))
    except Invalid as error:
        told = error.faults[0] if error.faults else error
        raise BadCell(kind.header_of(error.field), str(told)) from None


def _referred(reference: Reference, row: Row, found: Mapping[Texts, Mapping[str, Any]]) -> Mapping[str, Any]:
    texts = named_by(reference, row)
    if texts is None:
        return dict.fromkeys(reference.targets.values())
    if texts not in found:
        raise BadCell(reference.headers[-1], f"names nothing that is there: {', '.join(texts)}")
    return found[texts]


def _value(column: Column, row: Row) -> Any:
    given = row.cells.get(column.header, "")
    # White space may be a part of a password.
    cell = given if column.secret and given.strip() else tidy(given)
    if not cell and column.required:
        raise BadCell(column.header, "is missing")
    try:
        return column.parse(cell) if cell else column.empty_value
    except ValueError as error:
        raise BadCell(column.header, str(error)) from None


def _list(listed: ListColumn, row: Row, found: Found) -> ListValue:
    parse = text(listed.max_length)
    try:
        items = split_items(row.cells.get(listed.header, ""))
        texts = [parse(fold(item) if listed.folded else item) for item in items]
    except ValueError as error:
        raise BadCell(listed.header, str(error)) from None
    if listed.folded:
        texts = list(dict.fromkeys(texts))
    stored = _named(listed.reference, texts, found) if listed.reference else texts
    if listed.chosen is None:
        return [(item, False) for item in stored]
    header, _ = listed.chosen
    if listed.may_be_empty and not texts and not tidy(row.cells.get(header, "")):
        return []
    number_from_one = integer(1, len(texts))
    try:
        chosen = {number_from_one(number) for number in split_items(row.cells.get(header, ""))}
    except ValueError:
        chosen = set()
    if not chosen:
        raise BadCell(header, f"needs numbers from 1 to {len(texts)}")
    return [(item, number in chosen) for number, item in enumerate(stored, start=1)]


def _named(reference: Reference, texts: Sequence[str], found: Found) -> list[Any]:
    """The ids of the records in a list."""
    [header], [field], records = reference.headers, reference.targets.values(), found[reference.headers]
    if missing := [item for item in texts if (item,) not in records]:
        raise BadCell(header, f"names nothing that is there: {', '.join(missing)}")
    ids: dict[Any, None] = {}
    for item in texts:
        record_id = records[item,][field]
        if record_id in ids:
            raise BadCell(header, f"names twice: {item}")
        ids[record_id] = None
    return list(ids)
