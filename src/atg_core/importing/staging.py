"""Rows that go to the database many at a time: which can, their values as CSV, and what tells one from the others."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

from atg_core.errors import Invalid
from atg_core.importing.cells import json_text
from atg_core.importing.kinds import named_columns
from atg_core.importing.model import Column, Kind, Row

type Convert = Callable[[str], Any]


def bulk_headers(kind: Kind, headers: Sequence[str]) -> tuple[str, ...]:
    """The headers of a file that a merge needs; none where the file can not go that way: lists, passwords, and a
    key that is in part a default."""
    known = tuple(header for header in kind.headers if header in headers)
    row_by_row = kind.items or kind.has_secret(headers) or not set(kind.key_headers) <= set(known)
    return () if row_by_row else known


def staged(kind: Kind, headers: tuple[str, ...], rows: Sequence[Row]) -> str | None:
    """Well-formed rows as CSV: their values in the order of the headers, and their number; None where one is not."""
    converters = [(header, _converter(kind, header)) for header in headers]
    require_agreement = _agreement(kind, headers)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NOTNULL)
    try:
        for number, row in enumerate(rows):
            _require_fitting(row)
            values = [convert(row.cells.get(header, "").strip()) for header, convert in converters]
            require_agreement(values)
            writer.writerow([*values, number])
    except (ValueError, Invalid):
        return None
    return text.getvalue()


def _agreement(kind: Kind, headers: tuple[str, ...]) -> Callable[[Sequence[Any]], None]:
    """What raises Invalid for the values of a row that do not go together."""
    places = {column.field: headers.index(column.header) for column in kind.columns if column.header in headers}
    checks = [
        (each.require, [places[name] for name in each.fields])
        for each in kind.checks
        if places.keys() >= set(each.fields)
    ]

    def require(values: Sequence[Any]) -> None:
        for check_values, at in checks:
            check_values(*(values[place] for place in at))

    return require


def _require_fitting(row: Row) -> None:
    if row.surplus:
        raise ValueError("has more cells than there are columns")


def _converter(kind: Kind, header: str) -> Convert:
    """From a cell to a value; raises ValueError."""
    column = next((column for column in kind.columns if column.header == header), None)
    reference = next((each for each in kind.references if header in each.headers), None)
    parse = column.parse if column else named_columns(kind)[header][1].parse
    empty = column.meant_by_nothing if column else None
    # Of several texts that name one record none may be missing: such rows are told of one by one.
    needed = column.required if column else bool(reference and (reference.required or len(reference.headers) > 1))

    def convert(cell: str) -> Any:
        if cell:
            value = parse(cell)
        elif needed:
            raise ValueError("is missing")
        else:
            value = empty
        return json_text(value) if isinstance(value, dict) else value

    return convert


def key_of(kind: Kind) -> Callable[[Row], int]:
    """What tells whether a row stands twice in a file: a hash of its key as it is written."""
    headers = kind.key_headers
    columns = {header: column for header, (_, column) in named_columns(kind).items() if header in headers}
    columns |= {column.header: column for column in kind.columns if column.header in headers}

    def hashed(row: Row) -> int:
        return hash(tuple([_canonical(columns.get(header), row.cells.get(header, "").strip()) for header in headers]))

    return hashed


def _canonical(column: Column | None, cell: str) -> Any:
    """`01` and `1` are one position, and an empty cell is the default."""
    if column is None:
        return cell
    try:
        return column.parse(cell) if cell else column.default
    except ValueError:
        return cell
