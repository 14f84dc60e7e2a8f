"""Declarations of kinds of rows, which drive parsing, validation, import and export."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from atg_core.importing.cells import Parse, tidy
from atg_core.text import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column with one value of the record.

    `field`: the stored column. An empty cell means `default`, which is also what a new record has without the column.
    `also_in_profile`: stored in the profile table too; `in_profile`: only there. `folded`: a copy for searching without
    regard to case is stored beside it. `secret`: a password, stored as its
    hash. `kept_when_empty`: an empty cell leaves the stored value. `default_now`: the same, and a new record gets the
    time of the import. `reserved`: a value that an import neither sets nor changes, exported as the default.
    `implied`: a file without the column means the empty value, for stored records, too. `of_department`: the name of a
    department that people have.
    """

    header: str
    parse: Parse
    field: str
    required: bool = False
    default: Any = None
    default_now: bool = False
    in_profile: bool = False
    also_in_profile: bool = False
    folded: bool = False
    secret: bool = False
    kept_when_empty: bool = False
    reserved: Any = None
    implied: bool = False
    of_department: bool = False

    @property
    def empty_value(self) -> Any:
        """The value of an empty cell; None if it leaves the stored value."""
        return None if self.kept_when_empty or self.default_now else self.default


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Columns with the key of a record of another kind; its id becomes the value of a field.

    `targets`: field by kind; of several kinds the first with such a record counts. `fallback`: the header of the cell
    that is used if that of a reference with one column is empty or absent.
    """

    headers: tuple[str, ...]
    targets: Mapping[str, str]
    required: bool = True
    fallback: str | None = None
    in_profile: bool = False

    @property
    def is_always_given(self) -> bool:
        """Whether every row has such a record."""
        return self.required or self.fallback is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumn:
    """A cell with a list; its items are rows of a child table, in the order of the list.

    `max_length`: of an item, in characters. `chosen`: the header of the numbers (from 1) of the chosen items, and the
    flag that it sets; `may_be_empty`: the list may have no items. `target`: the kind of which each item names a
    record, by a key of one column; `field` holds its id then, and no record is named twice. `required`: a file without
    the column has no record of the kind. `folded`: items that differ in case are one, and kept folded.
    """

    header: str
    table: str
    parent: str
    field: str
    max_length: int | None = None
    chosen: tuple[str, str] | None = None
    may_be_empty: bool = False
    target: str | None = None
    required: bool = False
    folded: bool = False

    @property
    def headers(self) -> list[str]:
        return [self.header, *(self.chosen or ())[:1]]

    @property
    def reference(self) -> Reference | None:
        """The reference that each item is, if items name records."""
        return Reference(headers=(self.header,), targets={self.target: self.field}) if self.target else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCheck:
    """A rule about several fields: `require` takes their values and raises Invalid. A list is named by its table."""

    fields: tuple[str, ...]
    require: Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """Fields of one table whose values no two records share; a null is no value.

    `where`: of records with these values alone. `ignores_case`: text that is kept folded, too. `vacated`: what is
    written for a moment where records exchange their values; None if they can not.
    """

    fields: tuple[str, ...]
    where: Mapping[str, Any] = field(default_factory=dict)
    ignores_case: bool = False
    vacated: Mapping[str, Any] | None = None

    def value_of(self, fields: Mapping[str, Any]) -> tuple[Any, ...] | None:
        if any(fields.get(name) != value for name, value in self.where.items()):
            return None
        value = tuple(fields.get(name) for name in self.fields)
        if None in value:
            return None
        return tuple(fold(str(each)) for each in value) if self.ignores_case else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of rows: its table, key fields and columns.

    `constants`: fields of every new record; `only`: a filter of the exported records.
    `affects_completion`: an import is followed by an update of completion. `affects_obligations`: the same
    of obligations. `hidden`: further fields, which are read
    and written along. `has_accounts`: its records are users, see `importing/accounts.py`. `unique`: beside the key.
    `either`: references of which a row fills exactly one; the others are empty then, also without their columns.
    `acyclic`: its first reference names a course, from which no chain of its records leads back to it.
    """

    name: str
    table: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    references: tuple[Reference, ...] = ()
    items: tuple[ListColumn, ...] = ()
    checks: tuple[RowCheck, ...] = ()
    profile_table: str | None = None
    uuid: bool = False
    constants: Mapping[str, Any] = field(default_factory=dict)
    only: Mapping[str, Any] = field(default_factory=dict)
    affects_completion: bool = False
    affects_obligations: bool = False
    hidden: tuple[str, ...] = ()
    has_accounts: bool = False
    unique: tuple[Unique, ...] = ()
    either: tuple[str, ...] = ()
    acyclic: bool = False

    @property
    def stored_fields(self) -> set[str]:
        """The fields of the main table that an import reads or writes."""
        return self.main_fields | set(self.constants) | set(self.hidden)

    @property
    def profile_fields(self) -> set[str]:
        """The fields in the profile table."""
        columns = {column.field for column in self.columns if column.in_profile or column.also_in_profile}
        return columns | {field for ref in self.references if ref.in_profile for field in ref.targets.values()}

    @property
    def main_fields(self) -> set[str]:
        """The fields in the main table."""
        columns = {column.field for column in self.columns if not column.in_profile}
        return columns | {field for ref in self.references if not ref.in_profile for field in ref.targets.values()}

    @property
    def folded_columns(self) -> tuple[Column, ...]:
        """The copies of columns that are compared without regard to case; no file has them."""
        return tuple(self.folded_of([column.header for column in self.columns]).values())

    def folded_of(self, headers: Sequence[str]) -> dict[str, Column]:
        """The copies of the columns of a file with these headers, by the header of the original."""
        folded = {column.header: column for column in self.columns if column.folded}
        return {header: _copy_of(folded[header]) for header in headers if header in folded}

    @property
    def headers(self) -> list[str]:
        """All headers in the order of a template: references, columns, lists."""
        references = [header for reference in self.references for header in reference.headers]
        lists = [header for listed in self.items for header in listed.headers]
        return list(dict.fromkeys([*references, *(column.header for column in self.columns), *lists]))

    @property
    def key_headers(self) -> list[str]:
        """The headers of the key."""
        headers: list[str] = []
        for name in self.key:
            reference = next((each for each in self.references if name in each.targets.values()), None)
            column = next((each for each in self.columns if each.field == name), None)
            headers += reference.headers if reference else [column.header] if column else []
        return list(dict.fromkeys(headers))

    @property
    def required_headers(self) -> list[str]:
        asked = {name for check in self.checks for name in check.fields}
        needed = [each for each in self.references if each.required or asked & set(each.targets.values())]
        references = [header for reference in needed for header in reference.headers]
        columns = [column.header for column in self.columns if column.required or column.field in asked]
        lists = [header for listed in self.items if listed.table in asked for header in listed.headers]
        return references + columns + lists

    @property
    def reserved(self) -> dict[str, Any]:
        """Reserved values by field."""
        return {column.field: column.reserved for column in self.columns if column.reserved is not None}

    def header_of(self, field: str | None) -> str | None:
        """The column of a field, None if there is none."""
        headers = {column.field: column.header for column in self.columns if not column.secret}
        headers |= {name: each.headers[-1] for each in self.references for name in each.targets.values()}
        headers |= {listed.table: listed.header for listed in self.items}
        return headers.get(field or "")

    def has_secret(self, headers: Sequence[str]) -> bool:
        """Whether a file with these headers has passwords to hash."""
        return any(column.secret and column.header in headers for column in self.columns)

    def of_row(self, _row: Mapping[str, str]) -> "Kind":
        return self


def _copy_of(column: Column) -> Column:
    default = column.default and fold(column.default)
    return replace(column, header=f"{column.header} folded", field=f"{column.field}_folded", default=default)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindChoice:
    """A kind that stands for one of several, chosen by which of their columns is filled."""

    name: str
    by: Mapping[str, Kind]

    @property
    def headers(self) -> list[str]:
        return list(dict.fromkeys(header for kind in self.by.values() for header in kind.headers))

    @property
    def required_headers(self) -> list[str]:
        """Those that each of the kinds requires."""
        first, *others = self.by.values()
        return [header for header in first.required_headers if all(header in kind.required_headers for kind in others)]

    def of_row(self, row: Mapping[str, str]) -> Kind:
        """The kind of a row. Raises ValueError unless exactly one of the columns is filled."""
        filled = [header for header in self.by if tidy(row.get(header, ""))]
        if len(filled) != 1:
            raise ValueError(f"needs exactly one of {', '.join(self.by)}")
        return self.by[filled[0]]
