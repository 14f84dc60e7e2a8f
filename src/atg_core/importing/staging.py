"""Staging for bulk import: eligible headers, rows as CSV, and hashes of their keys."""

import csv
import io
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from atg_core.errors import Invalid
from atg_core.importing.cells import json_text, tidy
from atg_core.importing.kinds import named_columns
from atg_core.importing.model import Column, Kind
from atg_core.importing.records import Row
from atg_core.text import fold

type Convert = Callable[[str], Any]


def bulk_headers(kind: Kind, headers: Sequence[str]) -> tuple[str, ...]:
    """The headers to merge; empty if the file is not eligible: it has lists or passwords, lacks a part of the
    key, or is to be free of cycles."""
    implied = {column.header for column in kind.columns if column.implied}
    known = tuple(header for header in kind.headers if header in implied or header in headers)
    row_by_row = kind.items or kind.acyclic or kind.has_secret(headers) or not set(kind.key_headers) <= set(known)
    return () if row_by_row else known


def _column(rows: Sequence[Row], header: str, convert: Convert) -> list[Any]:
    """The values of a column; where texts are repeated, as in most columns, each is converted once."""
    cells = [row.cells.get(header, "") for row in rows]
    distinct = set(cells)
    if 2 * len(distinct) > len(cells):
        return [convert(tidy(cell)) for cell in cells]
    values = {cell: convert(tidy(cell)) for cell in distinct}
    return [values[cell] for cell in cells]


def staged(kind: Kind, headers: tuple[str, ...], rows: Sequence[Row]) -> str | None:
    """Rows as CSV: their values in the order of the headers, copies for comparing (`Kind.folded_of`), and their number.

    None if a row is invalid.
    """
    if any(row.surplus or row.faults for row in rows):
        return None
    try:
        columns = [_column(rows, header, _converter(kind, header)) for header in headers]
        _require_checks(kind, headers, columns)
    except (ValueError, Invalid):
        return None
    copies = [columns[headers.index(header)] for header in kind.folded_of(headers)]
    columns += [[value and fold(value) for value in column] for column in copies]
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_NOTNULL).writerows(zip(*columns, range(len(rows)), strict=True))
    return text.getvalue()


def _require_checks(kind: Kind, headers: tuple[str, ...], columns: Sequence[Sequence[Any]]) -> None:
    """Raises Invalid if the values of a row violate a check of the kind."""
    by_field = {
        column.field: columns[headers.index(column.header)] for column in kind.columns if column.header in headers
    }
    for each in kind.checks:
        if by_field.keys() >= set(each.fields):
            for values in zip(*(by_field[name] for name in each.fields), strict=True):
                each.require(*values)


def _converter(kind: Kind, header: str) -> Convert:
    """Converts a cell to a value; raises ValueError."""
    column = next((column for column in kind.columns if column.header == header), None)
    reference = next((each for each in kind.references if header in each.headers), None)
    parse = column.parse if column else named_columns(kind)[header][1].parse
    empty = column.empty_value if column else None
    # A composite key must be complete: incomplete ones are reported row by row.
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


def key_hash_of(kind: Kind) -> Callable[[Row], int]:
    """Hashes the key of a row, to find duplicates in a file."""
    parts = [(header, partial(_canonical, column)) for header, column in _key_columns(kind)]

    def hashed(row: Row) -> int:
        return hash(tuple([canonical(tidy(row.cells.get(header, ""))) for header, canonical in parts]))

    return hashed


def key_hashes(kind: Kind, rows: Sequence[Row]) -> list[int]:
    """The hashes of the keys of many rows."""
    columns = [_column(rows, header, partial(_canonical, column)) for header, column in _key_columns(kind)]
    return list(map(hash, zip(*columns, strict=True)))


def _key_columns(kind: Kind) -> list[tuple[str, Column | None]]:
    columns = {header: column for header, (_, column) in named_columns(kind).items()}
    columns |= {column.header: column for column in kind.columns}
    return [(header, columns.get(header)) for header in kind.key_headers]


def _canonical(column: Column | None, cell: str) -> Any:
    """The parsed value, so that `01` equals `1`; an empty cell is the default."""
    if column is None:
        return cell
    try:
        return column.parse(cell) if cell else column.default
    except ValueError:
        return cell
