"""Wire Structs of imports."""

from uuid import UUID

from msgspec import Struct

from atg_core.importing.imports import FileImport, ImportState
from atg_core.importing.reasons import reason_of
from atg_entrypoints.http.locale import Translator
from atg_entrypoints.http.wire import Instant, to_wire


class ImportRow(Struct, frozen=True, kw_only=True):
    """`created`, `updated`, `unchanged`, `rejected`: rows that are, or would be. `undoable_until`: once it is applied.

    `problem`: why the file can not be read, or, once it is applied, why it was not undone.
    """

    id: UUID
    kind: str
    file_name: str
    state: ImportState
    user_id: UUID | None
    user_name: str
    created_at: Instant
    updated_at: Instant
    applied_at: Instant | None
    undoable_until: Instant | None
    created: int
    updated: int
    unchanged: int
    rejected: int
    problem: str | None


class LineFaultRow(Struct, frozen=True, kw_only=True):
    """`column`: null if it is about the whole row; `heading`: its name in the file, if it is another one."""

    line: int
    column: str | None
    heading: str | None
    reason: str


class CellChangeRow(Struct, frozen=True, kw_only=True):
    """`before`: null for a new record, a secret, and a reference to another record."""

    header: str
    before: str | None
    after: str


class RowChangeRow(Struct, frozen=True, kw_only=True):
    """`name`: the key of the record."""

    line: int
    name: str
    is_new: bool
    cells: list[CellChangeRow]


class HindranceRow(Struct, frozen=True, kw_only=True):
    """`what`: `changed`, `used` by another record, `taken`: another record has a value that this one had, or
    `protected`: an account that only administrators change by now.
    """

    name: str
    what: str


class ImportDetails(ImportRow, frozen=True, kw_only=True):
    """`faults`: the first 300; `changes`: the first 100; `hindrances`: what kept it from being undone."""

    faults: list[LineFaultRow]
    changes: list[RowChangeRow]
    hindrances: list[HindranceRow]


class ImportKindRow(Struct, frozen=True, kw_only=True):
    """`required`: the columns that a file has to have."""

    kind: str
    columns: list[str]
    required: list[str]


def import_row(found: FileImport, translate: Translator) -> ImportRow:
    return to_wire(_members(found, ImportRow, translate), ImportRow)


def details(found: FileImport, translate: Translator) -> ImportDetails:
    members = _members(found, ImportDetails, translate)
    faults = [
        LineFaultRow(line=each.line, column=each.column, heading=each.heading, reason=said(each.reason, translate))
        for each in found.faults
    ]
    return to_wire({**members, "faults": faults}, ImportDetails)


def said(reason: str, translate: Translator) -> str:
    template, parameters = reason_of(reason)
    return translate(template, **parameters)


def _members(found: FileImport, wire: type[ImportRow], translate: Translator) -> dict[str, object]:
    own = {name: getattr(found, name) for name in wire.__struct_fields__ if name != "undoable_until"}
    problem = said(found.problem, translate) if found.problem else None
    return {**own, "problem": problem, "undoable_until": found.undoable_until()}
