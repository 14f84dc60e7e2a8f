"""What an import makes of a row, as people are shown it before."""

from collections.abc import Iterator

from atg_core.importing.cells import joined
from atg_core.importing.export import cell_text
from atg_core.importing.imports import CellChange, RowChange
from atg_core.importing.model import Kind
from atg_core.importing.records import Change, Record, StoredRecord

_HIDDEN = "•••"
_SECRETS = {"password", "password_hash"}
_LONGEST = 200


def new_row(kind: Kind, record: Record) -> RowChange:
    """With what its cells say."""
    cells = [
        CellChange(header=header, before=None, after=_HIDDEN if header in _SECRETS else text[:_LONGEST])
        for header in kind.headers
        if (text := record.cells.get(header, "").strip())
    ]
    return RowChange(line=record.line, name=_name(kind, record), is_new=True, cells=cells)


def changed_row(kind: Kind, change: Change, stored: StoredRecord) -> RowChange:
    """With what differs."""
    return RowChange(
        line=change.record.line,
        name=_name(kind, change.record),
        is_new=False,
        cells=[*_changed_columns(kind, change, stored), *_changed_lists(kind, change, stored)],
    )


def _changed_columns(kind: Kind, change: Change, stored: StoredRecord) -> Iterator[CellChange]:
    for reference in kind.references:
        if any(field in change.fields for field in reference.targets.values()):
            after = " ".join(change.record.cells.get(header, "") for header in reference.headers)
            yield CellChange(header=reference.headers[-1], before=None, after=after[:_LONGEST])
    for column in kind.columns:
        if column.field not in change.fields or column.secret:
            continue
        before, after = stored.fields[column.field], change.fields[column.field]
        if column.header in _SECRETS:
            yield CellChange(header=column.header, before=None, after=_HIDDEN)
        elif before != after:
            texts = [cell_text(value)[:_LONGEST] for value in (before, after)]
            yield CellChange(header=column.header, before=texts[0], after=texts[1])


def _changed_lists(kind: Kind, change: Change, stored: StoredRecord) -> Iterator[CellChange]:
    for listed in kind.items:
        if listed.table in change.items:
            before = None if listed.target else joined(str(item) for item, _ in stored.items[listed.table])
            after = change.record.cells.get(listed.header, "").strip()
            yield CellChange(header=listed.header, before=before and before[:_LONGEST], after=after[:_LONGEST])


def _name(kind: Kind, record: Record) -> str:
    cells = (record.cells.get(header, "").strip() for header in kind.key_headers)
    return " · ".join(filter(None, cells))[:_LONGEST]
